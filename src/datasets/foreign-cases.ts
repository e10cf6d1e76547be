import type { Dataset, DatasetNote, TestCase } from "../core/dataset.ts";
import { inMemory } from "./in-memory.ts";
import type { ForeignDocument } from "./foreign-document.ts";
import type { Part } from "./part.ts";
import { CaseStream, type OnCase, type StreamOptions } from "./stream.ts";

/** The cases of a document that is not in our own shape, checked; throws `BenchError("dataset")`. */
export async function foreignCases(
  part: Part,
  { description, notes, warnings }: Omit<ForeignDocument, "reads">,
  options: StreamOptions,
  onCase?: OnCase,
): Promise<Pick<Dataset, "description" | "defaults" | "notes" | "cases" | "leftOut">> {
  const cases: TestCase[] = [];
  const stream = new CaseStream([part], options);
  await stream.check((testCase, record) => {
    cases.push(testCase);
    onCase?.(testCase, record);
  });
  const lost = [...warnings, ...(stream.leftOut?.inWords ?? [])];
  return {
    description,
    defaults: {},
    notes: [...notesOf(notes), ...lost.map((text): DatasetNote => ({ kind: "warning", text }))],
    cases: () => inMemory(cases),
    leftOut: stream.leftOut,
  };
}

/** Lines that the user should know, each once. */
export function notesOf(lines: readonly string[]): DatasetNote[] {
  return [...new Set(lines)].map((text) => ({ kind: "note", text }));
}
