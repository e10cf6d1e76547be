import type { Stats } from "../core/summary.ts";
import { effectiveSampleSize, meanInterval, quantileInterval } from "./intervals.ts";
import { mean, variance } from "./moments.ts";
import { quantile, quantileAttempted } from "./quantiles.ts";

/**
 * Describes one metric, in the unit of its values. `inTimeOrder` holds the successes in the order they ended, which
 * the intervals need for the effective sample size; `failures` is how many attempted cases have no value because they
 * failed. The values are copied and sorted, so percentiles are exact.
 */
export function describe(inTimeOrder: Float64Array, failures: number): Stats {
  const sorted = sortedInScratch(inTimeOrder);
  const count = sorted.length;
  const average = count === 0 ? null : mean(inTimeOrder);
  const sd = average === null || count < 2 ? null : Math.sqrt(variance(inTimeOrder, average));
  const effective = effectiveSampleSize(inTimeOrder);
  return {
    count,
    mean: average,
    sd,
    min: sorted[0] ?? null,
    p50: quantile(sorted, 500),
    p90: quantile(sorted, 900),
    p95: quantile(sorted, 950),
    p99: quantile(sorted, 990),
    p999: quantile(sorted, 999),
    max: sorted[count - 1] ?? null,
    ci95: {
      mean: average === null || sd === null ? [null, null] : meanInterval(average, sd, effective),
      p50: quantileInterval(sorted, 500, effective),
      p95: quantileInterval(sorted, 950, effective),
      p99: quantileInterval(sorted, 990, effective),
    },
    p95_attempted: quantileAttempted(sorted, failures, 950),
    p99_attempted: quantileAttempted(sorted, failures, 990),
  };
}

let scratch = new Float64Array(1024);

/** A sorted copy, valid until the next. One copy serves all: a freed one would keep its memory for a while. */
function sortedInScratch(values: Float64Array): Float64Array {
  if (scratch.length < values.length) scratch = new Float64Array(values.length);
  const copy = scratch.subarray(0, values.length);
  copy.set(values);
  return copy.sort();
}
