import type { DatasetFile } from "../core/dataset.ts";
import type { DocumentPath, SourceDocument } from "../documents/source-document.ts";
import { datasetError } from "./dataset-error.ts";
import { checkDocument, readPart, wholeOf } from "./document.ts";
import { foreignDocument } from "./foreign-document.ts";
import type { Batches, SourceRecord } from "./formats/record.ts";
import type { Part } from "./part.ts";

/** The test cases of a JSON or YAML document as records, for a folder that holds several files. */
export async function* readDocumentCases(part: Part): Batches {
  const document = await readPart(part, await wholeOf(part));
  const foreign = foreignDocument(document, part.foreign ?? {}, { idPrefix: part.idPrefix ?? "" });
  if (foreign !== null) {
    yield foreign.reads;
    return;
  }
  const file = await checkedFile(document);
  yield file.test_cases.map((value, index) => ({ ok: true, record: recordOf(document, value, index) }));
}

/** The defaults of a document; throws `BenchError("dataset")` where it is not valid. */
export async function defaultsOf(part: Part): Promise<NonNullable<DatasetFile["defaults"]>> {
  const document = await readPart(part, await wholeOf(part));
  if (foreignDocument(document, part.foreign ?? {}) !== null) return {};
  return (await checkedFile(document)).defaults ?? {};
}

async function checkedFile(document: SourceDocument): Promise<DatasetFile> {
  const checked = checkDocument(document);
  if (!checked.ok) throw await datasetError(checked.problems);
  return checked.value;
}

/** A case of a document as a record. */
export function recordOf(document: SourceDocument, value: unknown, index: number): SourceRecord {
  return { value, number: index + 1, counted: "case", offset: null, document: () => caseOf(document, value, index) };
}

/** A case of a document as one of its own. */
export function caseOf(document: SourceDocument, value: unknown, index: number): SourceDocument {
  const inside = (path: DocumentPath): DocumentPath => ["test_cases", index, ...path];
  return { ...document, value, locate: (path, options) => document.locate(inside(path), options) };
}
