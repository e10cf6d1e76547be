import type { Dataset, TestCase } from "../core/dataset.ts";
import type { Problem } from "../documents/problem.ts";
import { checkDocument, readPart, wholeOf } from "./document.ts";
import { isDocument } from "./formats/format.ts";
import { placeOf } from "./formats/record.ts";
import { findDataset, type FoundDataset, type SourceOptions } from "./find-dataset.ts";
import { CaseStream } from "./stream.ts";
import { CaseWarnings, type CaseWarning } from "./warnings.ts";

/** More warnings are counted, not kept. */
const KEPT_WARNINGS = 1000;

/** What an editor or a person wants to know of a dataset. */
export interface Validation {
  readonly name: string;
  /** Test cases that are in order. */
  readonly cases: number;
  /** The first thousand. */
  readonly problems: readonly Problem[];
  readonly problemCount: number;
  /** The first thousand. */
  readonly warnings: readonly CaseWarning[];
  readonly warningCount: number;
}

/**
 * Checks a dataset of any size in one pass with flat memory: everything that is wrong, and what is odd. Throws
 * `BenchError("dataset")` only for what cannot be read at all, a mistake of syntax in a document included.
 */
export async function validateDataset(nameOrPath: string, options: SourceOptions = {}): Promise<Validation> {
  const found = await findDataset(nameOrPath, options);
  try {
    return await validated(found);
  } finally {
    await found.close?.();
  }
}

async function validated(found: FoundDataset): Promise<Validation> {
  const [first] = found.parts;
  if (first !== undefined && found.parts.length === 1 && isDocument(first.encoding.format)) {
    const checked = checkDocument(await readPart(first, await wholeOf(first)));
    if (!checked.ok) return { ...gathered(found.name, {}).result(checked.problems.length), problems: checked.problems };
    const all = gathered(checked.value.name, checked.value.defaults ?? {});
    checked.value.test_cases.forEach((one, index) => all.add(one, placeOf({ counted: "case", number: index + 1 })));
    return { ...all.result(0), problems: [] };
  }
  const stream = new CaseStream(found.parts);
  const all = gathered(found.name, await stream.defaults());
  const problems = await stream.check((testCase, record) => all.add(testCase, placeOf(record)));
  return { ...all.result(problems.count), problems: problems.kept };
}

interface Gathered {
  add(testCase: TestCase, place: string): void;
  result(problemCount: number): Omit<Validation, "problems">;
}

function gathered(name: string, defaults: Dataset["defaults"]): Gathered {
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
    result: (problemCount) => ({ name, cases, problemCount, warnings, warningCount }),
  };
}
