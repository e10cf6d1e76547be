import type { Problem } from "../documents/problem.ts";

/** What is wrong with a part of a dataset. */
export interface FoundProblems {
  /** The first of them, a thousand at most. */
  readonly problems: readonly Problem[];
  /** How many there are. */
  readonly count: number;
}

export const NO_PROBLEMS: FoundProblems = { problems: [], count: 0 };

export const found = (problems: readonly Problem[]): FoundProblems => ({ problems, count: problems.length });

/** All of several. */
export function joined(...all: readonly FoundProblems[]): FoundProblems {
  return {
    problems: all.flatMap(({ problems }) => problems),
    count: all.reduce((sum, { count }) => sum + count, 0),
  };
}
