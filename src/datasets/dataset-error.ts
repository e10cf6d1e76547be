import type { LeftOut } from "../core/dataset.ts";
import type { BenchError } from "../core/errors.ts";
import type { Problem } from "../documents/problem.ts";

/** How a dataset was read when its problems were found. */
export interface ProblemContext {
  /** How many there are, when not all were kept. */
  readonly count?: number;
  /** For a dataset that is checked while it is used: how many rows were in order before. */
  readonly checked?: number;
  /** Whether the rest of it was not checked, after so many of them. */
  readonly isPart?: boolean;
  /** How many records may be left out, and how many would have to be, where some may. */
  readonly leftOut?: Pick<LeftOut, "allowed" | "records"> | null;
}

/** The `BenchError("dataset")` that tells what is wrong with a dataset. */
export async function datasetError(problems: readonly Problem[], context: ProblemContext = {}): Promise<BenchError> {
  // Imported here for its cost: measuring the width of text takes 40 ms to load.
  const { problemsError } = await import("../documents/render-problems.ts");
  const { count = problems.length } = context;
  const hint = hintFor(count, context);
  const [only] = problems;
  // What to do about one problem is said by itself; how many records may be left out, besides.
  const own = count === 1 && context.leftOut ? only?.hint : undefined;
  if (only === undefined || own === undefined) return problemsError("dataset", problems, hint, count);
  return problemsError("dataset", [{ ...only, hint: `${own} ${hint}` }], hint, count);
}

function hintFor(problems: number, { checked, isPart = false, leftOut = null }: ProblemContext): string {
  if (checked !== undefined) {
    const others = leftOut === null ? "" : ` ${leftOut.records} invalid records before it were left out.`;
    const before = `The ${checked} rows before it are in order; those after it were not read.${others}`;
    return `${before} Correct it; --validate-first would tell of all such rows before anything is sent.`;
  }
  if (isPart)
    return "After so many the rest was not checked. Correct what they have in common, and run the command again.";
  if (leftOut !== null && leftOut.records > leftOut.allowed) {
    return `${leftOut.records} records are invalid, and --skip-invalid allows ${leftOut.allowed}.`;
  }
  return problems === 1
    ? "Correct it and run the command again."
    : "Correct them and run the command again: these are all.";
}
