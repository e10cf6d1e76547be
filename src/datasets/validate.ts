import type { Dataset, DatasetNote, TestCase } from "../core/dataset.ts";
import { datasetError } from "./dataset-error.ts";
import { documentDataset } from "./document-dataset.ts";
import { notesOf } from "./foreign-cases.ts";
import type { Foreign } from "../core/dataset.ts";
import { understood } from "./understand.ts";
import { isDocument } from "./formats/format.ts";
import { placeOf } from "./formats/record.ts";
import { findDataset, type FoundDataset, type SourceOptions } from "./find-dataset.ts";
import { hashOfParts } from "./part-hash.ts";
import { CaseStream } from "./stream.ts";
import { CaseWarnings, type CaseWarning } from "./warnings.ts";

/** More warnings are counted, not kept. */
const KEPT_WARNINGS = 1000;

/** A dataset that is valid, and what is odd about it. */
export interface Validation {
  readonly name: string;
  readonly version: string;
  /** How it was read. */
  readonly notes: readonly DatasetNote[];
  readonly cases: number;
  /** The first thousand. */
  readonly warnings: readonly CaseWarning[];
  readonly warningCount: number;
}

/**
 * Checks a dataset of any size in one pass with flat memory. Throws one `BenchError("dataset")` that tells everything
 * that is wrong with it.
 */
export async function validateDataset(nameOrPath: string, options: SourceOptions & Foreign = {}): Promise<Validation> {
  const found = await findDataset(nameOrPath, options);
  try {
    return await validated(found, options);
  } finally {
    await found.close?.();
  }
}

async function validated(given: FoundDataset, foreign: Foreign): Promise<Validation> {
  const { parts, notes: ofRows } = await understood(given.parts, foreign);
  const found = { ...given, parts };
  const [first] = parts;
  if (first !== undefined && found.parts.length === 1 && isDocument(first.encoding.format)) {
    const dataset = await documentDataset(first, found);
    const { name, version, notes = [] } = dataset;
    const all = gathered(dataset.defaults);
    let number = 0;
    for await (const testCase of dataset.cases())
      all.add(testCase, placeOf({ counted: "case", number: (number += 1) }));
    return { name, version, notes, ...all.result() };
  }
  const stream = new CaseStream(found.parts);
  const all = gathered(await stream.defaults());
  const problems = await stream.check((testCase, record) => all.add(testCase, placeOf(record)));
  if (problems.count > 0) throw await datasetError(problems.kept, { count: problems.count });
  return {
    name: found.name,
    version: (await hashOfParts(found.parts)).slice(0, 12),
    notes: notesOf(ofRows),
    ...all.result(),
  };
}

interface Gathered {
  add(testCase: TestCase, place: string): void;
  result(): Omit<Validation, "name" | "version" | "notes">;
}

function gathered(defaults: Dataset["defaults"]): Gathered {
  const look = new CaseWarnings(defaults);
  const warnings: CaseWarning[] = [];
  let cases = 0;
  let warningCount = 0;
  return {
    add(testCase, place) {
      cases += 1;
      const found = look.of(testCase, place);
      warningCount += found.length;
      if (warnings.length < KEPT_WARNINGS) warnings.push(...found);
    },
    result: () => ({ cases, warnings, warningCount }),
  };
}
