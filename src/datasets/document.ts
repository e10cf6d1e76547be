import { DATASET_SCHEMA_VERSION, datasetFileSchema, type DatasetFile } from "../core/dataset.ts";
import { BenchError } from "../core/errors.ts";
import type { Problem } from "../documents/problem.ts";
import { readDocument } from "../documents/read-document.ts";
import { checkSchema, type Checked } from "../documents/schema-problems.ts";
import { pathText, valueAt, type SourceDocument } from "../documents/source-document.ts";
import { advised } from "./advice.ts";
import { caseProblems } from "./check-cases.ts";
import { datasetError } from "./dataset-error.ts";
import type { Part } from "./part.ts";
import { unpacked } from "./sources/unpack.ts";

/** A larger document would not fit into one text, nor its cases into the memory of a small machine. */
const MAX_DOCUMENT_BYTES = 256 * 1024 * 1024;

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
        hint: "Make it JSON Lines, one test case a line in a .jsonl file: that is read row by row.",
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
  return read.document;
}

/** Everything that is wrong with a dataset document, or its value. */
export function checkDocument(document: SourceDocument): Checked<DatasetFile> {
  const newer = newerVersion(document);
  if (newer !== null) return { ok: false, problems: [newer] };
  const single = singleCase(document);
  if (single !== null) return { ok: false, problems: [single] };
  const checked = checkSchema(datasetFileSchema, document);
  const problems = [...(checked.ok ? [] : advised(checked.problems)), ...caseProblems(document)];
  return checked.ok && problems.length === 0 ? checked : { ok: false, problems };
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
  const version = valueAt(document.value, path);
  if (typeof version !== "number" || version <= DATASET_SCHEMA_VERSION) return null;
  return {
    ...document.locate(path),
    path: pathText(path),
    message: `this file has format ${version}, and this version of llm-test-bench reads format ${DATASET_SCHEMA_VERSION}`,
    hint: "Use a newer version of llm-test-bench, or a copy of the dataset in the older format.",
  };
}
