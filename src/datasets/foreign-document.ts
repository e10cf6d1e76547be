import { BenchError } from "../core/errors.ts";
import type { SourceDocument } from "../documents/source-document.ts";
import type { Read, SourceRecord } from "./formats/record.ts";
import type { Foreign } from "../core/dataset.ts";
import { readingOf, saysShape } from "./reading.ts";
import { readOf, shapedRead } from "./shaped-records.ts";
import { isFields, type Fields } from "./shapes/fields.ts";
import { isPromptfoo, PROMPTFOO_IN_WORDS, promptfooCases } from "./shapes/promptfoo.ts";
import type { NamedFiles } from "./shapes/promptfoo-files.ts";
import { notShaped } from "./shapes/shape.ts";
import { wrappedList, type WrappedList } from "./shapes/wrapped-list.ts";
import { quoted } from "../documents/words.ts";

/** The records of a document that is not in our own shape. */
export interface ForeignDocument {
  readonly description: string | null;
  readonly reads: readonly Read[];
  readonly notes: readonly string[];
  readonly warnings: readonly string[];
}

/** By how many of its first entries a list's columns are known. */
const LOOKED_AT = 100;

/**
 * A JSON or YAML document that is a list of records or a configuration of promptfoo, with the files that it names; null
 * for one in our own shape. Throws `BenchError`, as `readingOf` does.
 */
export function foreignDocument(
  document: SourceDocument,
  foreign: Foreign,
  { idPrefix = "", files = new Map() }: { readonly idPrefix?: string; readonly files?: NamedFiles } = {},
): ForeignDocument | null {
  const { value, file } = document;
  if (Array.isArray(value)) {
    const entries = value.map((entry: unknown, index) => ({ value: entry, path: [index] }));
    return recordsIn(document, entries, foreign, idPrefix);
  }
  if (isFields(value) && foreign.shape !== "own" && isPromptfoo(value)) {
    if (foreign.map !== undefined || foreign.prompt !== undefined)
      throw notMapped(file, "a configuration of promptfoo");
    return promptfooDocument(document, value, files);
  }
  const wrapped = isFields(value) ? wrappedList(value) : null;
  if (wrapped !== null) {
    const records = recordsIn(document, wrapped.entries, foreign, idPrefix);
    return { ...records, notes: [`the records are the list ${quoted(wrapped.key)}`, ...records.notes] };
  }
  if (saysShape(foreign)) throw notMapped(file, "one document, not a list of records");
  return null;
}

function recordsIn(
  document: SourceDocument,
  entries: WrappedList["entries"],
  foreign: Foreign,
  idPrefix: string,
): ForeignDocument {
  const first = entries.slice(0, LOOKED_AT).map(({ value }) => value);
  const reading = readingOf(first, document.file, foreign, idPrefix);
  const reads = entries.map((entry, index) => shapedRead(entryOf(document, entry, index), reading));
  return { description: null, reads, notes: reading.notes, warnings: [] };
}

function notMapped(file: string, what: string): BenchError {
  return new BenchError("dataset", `${file} is ${what}`, {
    hint: "--map, --prompt and --shape are for tables, JSON Lines, and JSON or YAML documents that are lists.",
  });
}

function promptfooDocument(document: SourceDocument, value: Fields, files: NamedFiles): ForeignDocument {
  const shaped = promptfooCases(value, files);
  const whole = { number: 1, counted: "line", offset: null, value, document: () => document } as const;
  if (!shaped.ok) {
    const elsewhere = [...shaped.missing].map(([name, at]) =>
      notShaped(
        at,
        `${quoted(name)} is a file of its own`,
        "Its files are read when --dataset names the configuration.",
      ),
    );
    const reads = [...shaped.problems, ...elsewhere].map((problem) => readOf(whole, problem, ""));
    return { description: null, reads, notes: [], warnings: [] };
  }
  return {
    description: shaped.description,
    reads: shaped.cases.map((one, index) => {
      const record: SourceRecord = { ...whole, number: index + 1, counted: "test" };
      return readOf(record, { ...one, from: { ...one.from, id: one.at } }, `test-${index + 1}`);
    }),
    notes: [`read as ${PROMPTFOO_IN_WORDS}`],
    warnings: shaped.unsupported,
  };
}

function entryOf(
  document: SourceDocument,
  { value, path }: WrappedList["entries"][number],
  index: number,
): SourceRecord {
  return {
    value,
    number: index + 1,
    counted: "entry",
    offset: null,
    document: () => ({
      ...document,
      value,
      locate: (inside, options) => document.locate([...path, ...inside], options),
    }),
  };
}
