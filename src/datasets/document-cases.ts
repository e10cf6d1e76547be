import type { DatasetFile } from "../core/dataset.ts";
import { ownDocument, readPart, readsOf, wholeOf } from "./document.ts";
import { foreignDocument } from "./foreign-document.ts";
import type { Batches } from "./formats/record.ts";
import type { Part } from "./part.ts";

/** The test cases of a JSON or YAML document as records, for a folder that holds several files. */
export async function* readDocumentCases(part: Part): Batches {
  const document = await readPart(part, await wholeOf(part));
  const foreign = foreignDocument(document, part.foreign ?? {}, { idPrefix: part.idPrefix ?? "" });
  if (foreign !== null) {
    yield foreign.reads;
    return;
  }
  const { records, wrong } = ownDocument(document);
  if (wrong.count > 0) yield [{ ok: false, problems: wrong.problems, offset: null, ofFile: true }];
  yield [...readsOf(records)];
}

/** The defaults of a document; throws `BenchError("dataset")` where it cannot be read. What else is wrong with it comes with its cases. */
export async function defaultsOf(part: Part): Promise<NonNullable<DatasetFile["defaults"]>> {
  const document = await readPart(part, await wholeOf(part));
  if (foreignDocument(document, part.foreign ?? {}) !== null) return {};
  return ownDocument(document).head?.defaults ?? {};
}
