import type { Dataset, DatasetNote, TestCase } from "../core/dataset.ts";
import type { SourceDocument } from "../documents/source-document.ts";
import { datasetError } from "./dataset-error.ts";
import { ownDocument, readsOf } from "./document.ts";
import { inMemory } from "./in-memory.ts";
import type { Part } from "./part.ts";
import { CaseStream, type OnCase, type StreamOptions } from "./stream.ts";

/** What a document of ours says. */
export type OwnDataset = Pick<Dataset, "name" | "version" | "description" | "defaults" | "notes" | "cases" | "leftOut">;

/**
 * The dataset that a document in our own shape is, checked whole; `onCase` hears of each case and where it stands.
 * Throws `BenchError("dataset")` that tells all that is wrong.
 */
export async function ownDataset(
  document: SourceDocument,
  part: Part,
  options: StreamOptions = {},
  onCase?: OnCase,
): Promise<OwnDataset> {
  const { head, records, wrong } = ownDocument(document);
  const cases: TestCase[] = [];
  const stream = new CaseStream([{ ...part, reads: readsOf(records) }], options);
  await stream.check((testCase, record) => {
    cases.push(testCase);
    onCase?.(testCase, record);
  }, wrong);
  // Not reached, since the check has told why there is none.
  if (head === null) throw await datasetError(wrong.problems, { count: wrong.count });
  const { name, version, description = null, defaults = {} } = head;
  const notes = (stream.leftOut?.inWords ?? []).map((text): DatasetNote => ({ kind: "warning", text }));
  return {
    name,
    version,
    description,
    defaults,
    ...(notes.length === 0 ? {} : { notes }),
    cases: () => inMemory(cases),
    leftOut: stream.leftOut,
  };
}
