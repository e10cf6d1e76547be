import type { Problem } from "../documents/problem.ts";

/** More are counted, not kept: a file of millions of lines may be wrong in each. */
const KEPT = 1000;

/** The first problems of a file and how many there are. */
export class ProblemList {
  readonly kept: Problem[] = [];
  count = 0;

  add(problems: readonly Problem[]): void {
    this.count += problems.length;
    for (const problem of problems) if (this.kept.length < KEPT) this.kept.push(problem);
  }
}
