import type { VariableValue } from "../../core/dataset.ts";
import { WrittenNumber } from "../../core/written-number.ts";
import { writtenJsonText } from "../../documents/written-json-text.ts";
import type { DocumentPath } from "../../documents/source-document.ts";
import { fieldAt, isFields, textOf, type Fields } from "./fields.ts";
import { fileNamed, notReadable, type FileFinder, type NamedFile } from "./promptfoo-files.ts";
import { notShaped, type NotShaped } from "./shape.ts";

/** More would be a mistake, or a run that nobody can pay. */
const MOST_SETS = 10_000;

type Variables = Readonly<Record<string, VariableValue>>;

/** Where a test stands, for its variables. */
export interface TestPlace {
  readonly path: DocumentPath;
  readonly files: FileFinder;
}

/**
 * The variables of a test, over those of `defaultTest`. A list stands for one test with each of its entries, as in
 * promptfoo, so there may be several sets.
 */
export function variablesOf(base: Fields, test: Fields, place: TestPlace): { ok: true; sets: Variables[] } | NotShaped {
  const path = [...place.path, "vars"];
  const own = given(fieldAt(test, "vars"), path, place.files);
  const shared = given(fieldAt(base, "vars"), ["defaultTest", "vars"], place.files);
  for (const part of [shared, own]) if (!part.ok) return part;
  let sets: Variables[] = [{}];
  const all = [shared, own].flatMap((part) => (part.ok ? part.entries : []));
  for (const [name, one] of new Map(all)) {
    if (one === null || one === undefined) continue;
    const options: unknown[] = Array.isArray(one) ? one : [one];
    const values: VariableValue[] = [];
    for (const option of options) {
      const read = variable(option, [...path, name], place.files);
      if (!read.ok) return read;
      values.push(...read.values);
    }
    sets = sets.flatMap((set) => values.map((value) => Object.fromEntries([...Object.entries(set), [name, value]])));
    if (sets.length > MOST_SETS) {
      return notShaped(path, `the lists among these variables make more than ${MOST_SETS} tests of this one`);
    }
  }
  return { ok: true, sets };
}

type Given = { ok: true; entries: [string, unknown][] } | NotShaped;

/** The variables as they are written: here, or in one file or several. */
function given(vars: unknown, path: DocumentPath, files: FileFinder): Given {
  if (vars === undefined) return { ok: true, entries: [] };
  if (isFields(vars)) return { ok: true, entries: Object.entries(vars) };
  const names: readonly unknown[] = Array.isArray(vars) ? vars : [vars];
  const entries: [string, unknown][] = [];
  for (const one of names) {
    const name = typeof one === "string" ? fileNamed(one, true) : null;
    if (name === null) return notShaped(path, "expected an object of variables, or the name of a file with one");
    const wrong = notReadable(name, path);
    if (wrong !== null) return wrong;
    for (const file of files.find(name, path)) {
      const value = file.kind === "text" ? file.value : undefined;
      if (!isFields(value)) return notShaped(path, `${file.path} holds no object of variables`);
      entries.push(...Object.entries(value));
    }
  }
  return { ok: true, entries };
}

/** The value of a variable; the texts of all files where it names some. */
function variable(
  written: unknown,
  path: DocumentPath,
  files: FileFinder,
): { ok: true; values: VariableValue[] } | NotShaped {
  const name = typeof written === "string" ? fileNamed(written, false) : null;
  if (name !== null) {
    const wrong = notReadable(name, path);
    if (wrong !== null) return wrong;
    const found = files.find(name, path);
    const rows = found.find((file) => file.kind === "rows");
    if (rows !== undefined) return notShaped(path, `${rows.path} is a table, not the text of a variable`);
    return { ok: true, values: found.flatMap((file) => (file.kind === "text" ? [textOfFile(file)] : [])) };
  }
  const value = variableOf(written);
  return value === null
    ? notShaped(path, "expected text, a number, true or false, or a nest of them")
    : { ok: true, values: [value] };
}

/** YAML becomes JSON, and a line break at the end is the file's, not the text's. */
function textOfFile({ path, text, value }: Extract<NamedFile, { kind: "text" }>): string {
  return /\.ya?ml$/i.test(path) ? writtenJsonText(value) : text.replace(/\r?\n$/, "");
}

function variableOf(value: unknown): VariableValue | null {
  if (typeof value === "string") return value;
  if (typeof value === "number" || typeof value === "boolean" || value instanceof WrittenNumber) return value;
  if (!isFields(value)) return textOf(value);
  const entries = Object.entries(value).map(([key, entry]) => [key, variableOf(entry)] as const);
  return entries.some(([, entry]) => entry === null) ? null : (Object.fromEntries(entries) as VariableValue);
}
