import type { Interval } from "../core/summary.ts";
import { binomialTail, normalQuantile, studentQuantile } from "./distributions.ts";
import { mean, variance } from "./moments.ts";

/** Each tail of a two-sided 95 % interval. */
const TAIL = 0.025;

/** Below this many results there are under ten batches, whose variance says less than it would correct. */
const FEWEST_FOR_BATCHES = 100;

/**
 * 95 % interval of the quantile `perMille` from order statistics, without any assumption on the distribution: its ends
 * are the l-th and u-th of the sorted values with P(Bin(n, p) < l) ≤ 2.5 % and P(Bin(n, p) ≥ u) ≤ 2.5 %
 * (David and Nagaraja, "Order Statistics", 7.1). An end that no value supports is null: both ends of p95, p99 and
 * p99.9 need 72, 368 and 3 688 values. `effective` is the number of independent values that the sample is worth; the
 * ranks are found for that many and stretched to the sample.
 */
export function quantileInterval(sorted: Float64Array, perMille: number, effective: number = sorted.length): Interval {
  const n = Math.floor(effective);
  if (n < 1) return [null, null];
  const chance = perMille / 1000;
  const lower = lastWhere(n, (rank) => 1 - binomialTail(rank, n, chance) <= TAIL);
  const upper = 1 + lastWhere(n, (rank) => binomialTail(rank, n, chance) > TAIL);
  const stretch = sorted.length / n;
  return [
    lower < 1 ? null : (sorted[Math.max(1, Math.floor(lower * stretch)) - 1] ?? null),
    upper > n ? null : (sorted[Math.min(sorted.length, Math.ceil(upper * stretch)) - 1] ?? null),
  ];
}

/** The largest rank in 1 … n for which a condition holds that, once false, stays false; 0 when it never does. */
function lastWhere(n: number, holds: (rank: number) => boolean): number {
  let low = 0;
  let high = n;
  while (low < high) {
    const middle = Math.ceil((low + high) / 2);
    if (holds(middle)) low = middle;
    else high = middle - 1;
  }
  return low;
}

/** 95 % t interval of a mean: m ± t(n − 1) · sd / √n, with n the effective sample size; nulls below two values. */
export function meanInterval(average: number, sd: number, effective: number): Interval {
  if (!(effective >= 2)) return [null, null];
  const half = (studentQuantile(1 - TAIL, effective - 1) * sd) / Math.sqrt(effective);
  return [average - half, average + half];
}

/** 95 % Wilson score interval of a rate (Wilson 1927); nulls for no trials. */
export function wilsonInterval(successes: number, trials: number): Interval {
  if (trials === 0) return [null, null];
  const z = normalQuantile(1 - TAIL);
  const rate = successes / trials;
  const scale = 1 + (z * z) / trials;
  const centre = (rate + (z * z) / (2 * trials)) / scale;
  const half = (z * Math.sqrt((rate * (1 - rate)) / trials + (z * z) / (4 * trials * trials))) / scale;
  // At the ends rounding would leave 0.9999999999999999 for 1.
  return [successes === 0 ? 0 : centre - half, successes === trials ? 1 : centre + half];
}

/**
 * How many independent values a sample in time order is worth for its mean, by non-overlapping batch means
 * (Flegal and Jones 2010, "Batch means and spectral variance estimators in MCMC"): with batches of b = ⌊√n⌋,
 * n_eff = n · s² / (b · variance of the batch means), within [2, n]. Requests that queue behind one another are alike,
 * so their mean is less certain than n says. Below 100 values, where batches are too few to tell, it is n.
 */
export function effectiveSampleSize(inTimeOrder: Float64Array): number {
  const n = inTimeOrder.length;
  if (n < FEWEST_FOR_BATCHES) return n;
  const size = Math.floor(Math.sqrt(n));
  const batches = new Float64Array(Math.floor(n / size));
  for (let i = 0; i < batches.length; i += 1) batches[i] = mean(inTimeOrder.subarray(i * size, (i + 1) * size));
  const between = size * variance(batches);
  if (between === 0) return n;
  return Math.min(n, Math.max(2, (n * variance(inTimeOrder)) / between));
}
