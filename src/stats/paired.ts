import type { Interval } from "../core/summary.ts";

/** Two targets over the same cases, one entry a pair; `a[i]` and `b[i]` answer the case numbered `caseOf[i]`. */
export interface Pairs {
  readonly a: Float64Array;
  readonly b: Float64Array;
  /** Cases are numbered from 0 without gaps; several samples of a case share its number. */
  readonly caseOf: Int32Array;
  readonly cases: number;
}

/** What a paired comparison found, in the unit of the values; `delta` is a − b. */
export interface PairedEstimate {
  readonly value_a: number;
  readonly value_b: number;
  readonly delta: number;
  readonly ci95: Interval;
  /** Two-sided; null when there are too few cases to tell. */
  readonly p: number | null;
  /** The smallest difference that would show with 80 % power; null when nothing varied. */
  readonly mde: number | null;
}

/**
 * The smallest two-sided p that `cases` pairs can support: 2 / 2ⁿ, the chance under no difference that all of them
 * lean the same way. Resampling and t tests go below it when a handful of cases agree by chance.
 */
export function smallestP(cases: number): number {
  return 2 ** (1 - cases);
}
