import { z } from "zod";
import { DATASET_SCHEMA_VERSION, datasetFileSchema, type DatasetFile } from "../core/dataset.ts";
import { BenchError } from "../core/errors.ts";
import { plainNumbers } from "../core/written-number.ts";
import type { Problem } from "../documents/problem.ts";
import { readDocument } from "../documents/read-document.ts";
import { checkSchema } from "../documents/schema-problems.ts";
import { pathText, valueAt, type SourceDocument } from "../documents/source-document.ts";
import { advised } from "./advice.ts";
import { datasetError } from "./dataset-error.ts";
import { found, joined, NO_PROBLEMS, type FoundProblems } from "./found-problems.ts";
import type { Read, SharedBySiblings, SourceRecord } from "./formats/record.ts";
import { inexactProblems } from "./inexact-parameters.ts";
import type { Part } from "./part.ts";
import { unpacked } from "./sources/unpack.ts";

/** A larger document would not leave room for its cases in 500 MB. */
const MAX_DOCUMENT_BYTES = 64 * 1024 * 1024;

const ROW_BY_ROW = "Make it JSON Lines, one test case a line in a .jsonl file: that is read row by row.";

/** The bytes of a document, unpacked. */
export async function wholeOf({ source, encoding }: Part): Promise<Uint8Array> {
  const pieces: Uint8Array[] = [];
  let bytes = 0;
  for await (const piece of unpacked(source, encoding.gzip)) {
    pieces.push(piece);
    bytes += piece.length;
    if (bytes <= MAX_DOCUMENT_BYTES) continue;
    const limit = MAX_DOCUMENT_BYTES / 1024 / 1024;
    throw new BenchError(
      "dataset",
      `${source.name} is larger than ${limit} MB, the most for one JSON or YAML document`,
      {
        hint: ROW_BY_ROW,
      },
    );
  }
  return Buffer.concat(pieces);
}

/** Reads the syntax of a document; throws `BenchError("dataset")`. */
export async function readPart({ source, encoding }: Part, bytes: Uint8Array): Promise<SourceDocument> {
  const syntax = encoding.format === "json" ? "json" : "yaml";
  const read = await readDocument(source.name, bytes, syntax);
  if (!read.ok) throw await datasetError(advised(read.problems));
  requireFewRecords(read.document);
  return read.document;
}

/** Checking one takes some 15 µs and 500 bytes: more would take longer than anybody waits for a first request. */
const MOST_RECORDS = 250_000;

function requireFewRecords({ file, value }: SourceDocument): void {
  const lists = typeof value === "object" && value !== null ? [value, ...(Object.values(value) as unknown[])] : [];
  if (!lists.some((list) => Array.isArray(list) && list.length > MOST_RECORDS)) return;
  throw new BenchError("dataset", `${file} holds more than ${MOST_RECORDS} records, the most for one JSON document`, {
    hint: ROW_BY_ROW,
  });
}

const headSchema = datasetFileSchema.extend({ test_cases: z.array(z.unknown()).min(1) });

/** What a document of ours holds besides its cases, and those as records that are still to be checked. */
export interface OwnDocument {
  /** Null where it is not valid. */
  readonly head: Omit<DatasetFile, "test_cases"> | null;
  readonly records: Iterable<SourceRecord>;
  /** What is wrong with it, but for its cases. */
  readonly wrong: FoundProblems;
}

/** Reads a dataset document of our own shape. */
export function ownDocument(document: SourceDocument): OwnDocument {
  const only = newerVersion(document) ?? singleCase(document);
  if (only !== null) return { head: null, records: [], wrong: found([only]) };
  const checked = checkSchema(headSchema, document);
  const inexact = inexactProblems(document, ["defaults"]);
  const wrong = checked.ok ? NO_PROBLEMS : { problems: advised(checked.problems), count: checked.count };
  const cases = valueAt(document.value, ["test_cases"]);
  const system = valueAt(document.value, ["defaults", "system"]);
  const shared = typeof system === "string" ? { document, system } : undefined;
  const records = { [Symbol.iterator]: () => recordsOf(document, Array.isArray(cases) ? cases : [], shared) };
  return { head: checked.ok ? checked.value : null, records, wrong: joined(wrong, found(inexact)) };
}

/** One after the other, since there may be a million of them. */
function* recordsOf(
  document: SourceDocument,
  cases: readonly unknown[],
  shared: SharedBySiblings | undefined,
): Generator<SourceRecord, void, undefined> {
  for (const [index, value] of cases.entries()) yield recordOf(document, value, index, shared);
}

/** Records that were read already. */
export function* readsOf(records: Iterable<SourceRecord>): Generator<Read, void, undefined> {
  for (const record of records) yield { ok: true, record };
}

/** A case of a document as a record. */
function recordOf(
  document: SourceDocument,
  value: unknown,
  index: number,
  shared: SharedBySiblings | undefined,
): SourceRecord {
  const locate: SourceDocument["locate"] = (path, options) => document.locate(["test_cases", index, ...path], options);
  return {
    value,
    number: index + 1,
    counted: "case",
    offset: null,
    document: () => ({ ...document, value, locate }),
    ...(shared === undefined ? {} : { shared }),
    lineOf: (number) => document.locate(["test_cases", number - 1, "id"]).position?.line ?? null,
  };
}

/** What a test case lacks to be a dataset says nothing to whoever wrote one. */
function singleCase(document: SourceDocument): Problem | null {
  const { value } = document;
  const has = (key: string): boolean => valueAt(value, [key]) !== undefined;
  if (!has("prompt") && !has("messages")) return null;
  if (["name", "version", "test_cases"].some(has)) return null;
  return {
    ...document.locate([]),
    path: "",
    message: "this is one test case, and a dataset is a list of them",
    hint: "Put it into a list: [ … ] in JSON, a dash before it in YAML. Or write one a line, and name the file .jsonl.",
  };
}

/** A later version may mean anything by anything, so nothing else is said of such a file. */
function newerVersion(document: SourceDocument): Problem | null {
  const path = ["schema_version"];
  const version = plainNumbers(valueAt(document.value, path));
  if (typeof version !== "number" || version <= DATASET_SCHEMA_VERSION) return null;
  return {
    ...document.locate(path),
    path: pathText(path),
    message: `this file has format ${version}, and this version of llm-test-bench reads format ${DATASET_SCHEMA_VERSION}`,
    hint: "Use a newer version of llm-test-bench, or a copy of the dataset in the older format.",
  };
}
