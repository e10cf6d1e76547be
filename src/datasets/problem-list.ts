import type { Problem } from "../documents/problem.ts";
import type { FoundProblems } from "./found-problems.ts";

/** More are counted, not kept: a file of millions of lines may be wrong in each. */
const KEPT = 1000;

/** The first problems of a file and how many there are. */
export class ProblemList {
  readonly kept: Problem[] = [];
  count = 0;

  add({ problems, count }: FoundProblems): void {
    this.count += count;
    for (const problem of problems) if (this.kept.length < KEPT) this.kept.push(problem);
  }
}
