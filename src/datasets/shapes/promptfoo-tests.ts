import type { DocumentPath } from "../../documents/source-document.ts";
import { quoted } from "../../documents/words.ts";
import { assertFromText } from "./promptfoo-asserts.ts";
import { fileNamed, notReadable, type FileFinder, type NamedFile } from "./promptfoo-files.ts";
import { fieldAt, isFields, textAt, textOf, type Fields } from "./fields.ts";
import { notShaped, type NotShaped } from "./shape.ts";

/** A test of a configuration. */
export interface FoundTest {
  readonly test: Fields;
  /** Where it, or the name of its file, stands in the configuration. */
  readonly path: DocumentPath;
  /** Its place in a file of its own, in words; null for one that stands in the configuration. */
  readonly file: string | null;
}

/** The tests of a configuration, also those in files of their own; what cannot be read is added to the problems. */
export function testsOf(value: unknown, files: FileFinder, problems: NotShaped[]): FoundTest[] {
  if (typeof value === "string") return testsNamed(value, ["tests"], files, problems);
  if (!Array.isArray(value)) {
    problems.push(notShaped(["tests"], "expected a list of tests, or the name of a file with them"));
    return [];
  }
  return value.flatMap((entry: unknown, index) => {
    const path = ["tests", index];
    if (typeof entry === "string") return testsNamed(entry, path, files, problems);
    if (isFields(entry) && isTest(entry)) return [{ test: entry, path, file: null }];
    problems.push(notShaped(path, "expected a test with vars, or the name of a file with tests"));
    return [];
  });
}

/** Tests that a generator makes are written as its `path` and `config`. */
const isTest = (entry: Fields): boolean => fieldAt(entry, "path") === undefined || fieldAt(entry, "vars") !== undefined;

function testsNamed(text: string, path: DocumentPath, files: FileFinder, problems: NotShaped[]): FoundTest[] {
  const name = fileNamed(text, true);
  const wrong =
    name === null
      ? notShaped(path, `${quoted(text)} names no file with tests`, "Name a .csv, .json, .jsonl or .yaml file.")
      : notReadable(name, path);
  if (name === null || wrong !== null) {
    if (wrong !== null) problems.push(wrong);
    return [];
  }
  return files.find(name, path).flatMap((file) => {
    const read = testsIn(file);
    if (read === null) problems.push(notShaped(path, `${file.path} holds no tests`, "It must hold a list of tests."));
    for (const { test, place } of read ?? []) {
      if (!isFields(test)) problems.push(notShaped(path, `${file.path}, ${place}: expected a test with vars`));
    }
    return (read ?? []).flatMap(({ test, place }) =>
      isFields(test) ? [{ test, path, file: `${file.path}, ${place}` }] : [],
    );
  });
}

function testsIn(file: NamedFile): { test: unknown; place: string }[] | null {
  if (file.kind === "text") {
    const { value } = file;
    const list: readonly unknown[] = Array.isArray(value) ? value : [value];
    return value === undefined || value === null ? null : list.map((test, i) => ({ test, place: `[${i}]` }));
  }
  if (/\.jsonl$/i.test(file.path)) return file.rows.map(({ value, place }) => ({ test: value, place }));
  const columns = new Set(file.rows.flatMap(({ value }) => (isFields(value) ? Object.keys(value) : [])));
  return file.rows.map(({ value, place }) => ({
    test: isFields(value) ? testOfRow(value, columns) : value,
    place,
  }));
}

/** A row of a table, as https://www.promptfoo.dev/docs/configuration/test-cases describes it; empty cells are texts, too. */
function testOfRow(row: Fields, columns: ReadonlySet<string>): Fields {
  const vars: [string, unknown][] = [];
  const assert: unknown[] = [];
  const metadata: [string, unknown][] = [];
  const others: [string, unknown][] = [];
  for (const column of columns) {
    const cell = textOf(fieldAt(row, column)) ?? "";
    const label = /^__metadata:(.+?)(\[\])?$/.exec(column);
    if (!column.startsWith("__")) vars.push([column, cell]);
    else if (cell === "") continue;
    else if (/^__expected\d*$/.test(column)) assert.push(assertFromText(cell.trim()));
    else if (label?.[1] !== undefined) {
      metadata.push([label[1], label[2] === undefined ? cell : cell.split(",").map((one) => one.trim())]);
    } else others.push([column, cell]);
  }
  const other = Object.fromEntries(others);
  const [prefix, suffix] = [fieldAt(other, "__prefix"), fieldAt(other, "__suffix")];
  const description = textAt(other, "__description");
  return {
    vars: Object.fromEntries(vars),
    assert,
    ...(description === null ? {} : { description }),
    ...(metadata.length === 0 ? {} : { metadata: Object.fromEntries(metadata) }),
    ...(prefix === undefined && suffix === undefined ? {} : { options: { prefix, suffix } }),
    ...Object.fromEntries(others.filter(([column]) => !USED_COLUMNS.has(column))),
  };
}

const USED_COLUMNS = new Set(["__description", "__prefix", "__suffix"]);
