import type { BenchError } from "../core/errors.ts";
import type { Problem } from "../documents/problem.ts";

/** How a dataset was read when its problems were found. */
export interface ProblemContext {
  /** How many there are, when not all were kept. */
  readonly count?: number;
  /** For a dataset that is checked while it is used: how many rows were in order before. */
  readonly checked?: number;
}

/** The `BenchError("dataset")` that tells what is wrong with a dataset. */
export async function datasetError(problems: readonly Problem[], context: ProblemContext = {}): Promise<BenchError> {
  // Imported here for its cost: measuring the width of text takes 40 ms to load.
  const { problemsError } = await import("../documents/render-problems.ts");
  return problemsError("dataset", problems, hintFor(problems.length, context), context.count);
}

function hintFor(problems: number, { checked }: ProblemContext): string {
  if (checked !== undefined) {
    const before = `The ${checked} rows before it are in order; those after it were not read.`;
    return `${before} Correct it; --validate-first would tell of all such rows before anything is sent.`;
  }
  return problems === 1
    ? "Correct the file and run the command again."
    : "Correct them and run the command again: these are all.";
}
