import type { Dataset, DatasetNote, TestCase } from "../core/dataset.ts";
import { datasetError } from "./dataset-error.ts";
import { inMemory } from "./in-memory.ts";
import type { ForeignDocument } from "./foreign-document.ts";
import type { Part } from "./part.ts";
import { CaseStream, type OnCase } from "./stream.ts";

/** The cases of a document that is not in our own shape, checked; throws `BenchError("dataset")`. */
export async function foreignCases(
  part: Part,
  { description, notes, warnings }: Omit<ForeignDocument, "reads">,
  onCase?: OnCase,
): Promise<Pick<Dataset, "description" | "defaults" | "notes" | "cases">> {
  const cases: TestCase[] = [];
  const problems = await new CaseStream([part]).check((testCase, record) => {
    cases.push(testCase);
    onCase?.(testCase, record);
  });
  if (problems.count > 0) throw await datasetError(problems.kept, { count: problems.count });
  return {
    description,
    defaults: {},
    notes: [...notesOf(notes), ...warnings.map((text): DatasetNote => ({ kind: "warning", text }))],
    cases: () => inMemory(cases),
  };
}

/** Lines that the user should know, each once. */
export function notesOf(lines: readonly string[]): DatasetNote[] {
  return [...new Set(lines)].map((text) => ({ kind: "note", text }));
}
