import { pairedBootstrap } from "./bootstrap.ts";
import { meanDifference, quantileDifference } from "./large-sample.ts";
import { mean } from "./moments.ts";
import { type PairedEstimate, type Pairs, smallestP } from "./paired.ts";
import { quantile } from "./quantiles.ts";

/** Above this many pairs the analytic interval agrees with the bootstrap and takes milliseconds. */
const MOST_PAIRS_TO_RESAMPLE = 5000;

/** With fewer cases the nearest-rank p95 is the largest value, which resampling cannot judge. */
const FEWEST_CASES_FOR_P95 = 20;

/** With fewer cases no result could have p < 0.05: 2 / 2⁵ is 0.0625. */
const FEWEST_CASES = 6;

/** The statistics that two targets' latencies are compared by. */
export const LATENCY_STATISTICS = ["p50", "p95", "mean"] as const;
export type LatencyStatistic = (typeof LATENCY_STATISTICS)[number];

const PER_MILLE = { p50: 500, p95: 950 } as const;

/**
 * Compares latencies over the same cases: Δp50, Δp95 and Δmean, in the unit of the values, with 95 % intervals and
 * two-sided p. Up to 5 000 pairs by a seeded paired bootstrap by case, above by the large-sample variance of the
 * difference. Below 20 cases Δp95 stands without interval and p, below 6 the others too. Null below two.
 */
export function compareLatencies(pairs: Pairs, seed: string): Record<LatencyStatistic, PairedEstimate> | null {
  if (pairs.cases < 2) return null;
  const a = pairs.a.slice().sort();
  const b = pairs.b.slice().sort();
  const values = {
    p50: { value_a: quantile(a, PER_MILLE.p50) ?? 0, value_b: quantile(b, PER_MILLE.p50) ?? 0 },
    p95: { value_a: quantile(a, PER_MILLE.p95) ?? 0, value_b: quantile(b, PER_MILLE.p95) ?? 0 },
    mean: { value_a: mean(a), value_b: mean(b) },
  };
  const spread =
    pairs.a.length > MOST_PAIRS_TO_RESAMPLE
      ? {
          p50: quantileDifference(pairs, PER_MILLE.p50, { a, b }),
          p95: quantileDifference(pairs, PER_MILLE.p95, { a, b }),
          mean: meanDifference(pairs),
        }
      : pairedBootstrap(pairs, PER_MILLE, seed);
  const estimate = (statistic: LatencyStatistic): PairedEstimate => {
    const { value_a, value_b } = values[statistic];
    const delta = value_a - value_b;
    if (pairs.cases < (statistic === "p95" ? FEWEST_CASES_FOR_P95 : FEWEST_CASES)) {
      return { value_a, value_b, delta, ci95: [null, null], p: null, mde: null };
    }
    const { ci95, p, mde } = spread[statistic];
    return { value_a, value_b, delta, ci95, p: Math.max(p, smallestP(pairs.cases)), mde };
  };
  return { p50: estimate("p50"), p95: estimate("p95"), mean: estimate("mean") };
}
