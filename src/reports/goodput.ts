import type { TestResult } from "../core/result.ts";
import { missedLimits, type Slo, type SloMetric } from "../core/slo.ts";
import type { Interval, Summary } from "../core/summary.ts";
import { wilsonInterval } from "../stats/intervals.ts";

/** Counts the requests that met an SLO. */
export interface GoodputTally {
  add(result: TestResult): void;
  readonly good: number;
  /** Over all that were attempted. */
  shares(): { readonly goodput: number | null; readonly goodput_ci95: Interval };
  missed(): NonNullable<Summary["slo_missed"]>;
}

/** A tally of nothing; a request that failed is not good, one that was skipped does not count. */
export function createGoodputTally(slo: Slo): GoodputTally {
  const byMetric = new Map<SloMetric, number>();
  let attempted = 0;
  let good = 0;
  return {
    add(result) {
      if (result.status === "skipped") return;
      attempted += 1;
      if (result.status !== "success") return;
      const missed = missedLimits(result, slo);
      if (missed.length === 0) good += 1;
      for (const metric of missed) byMetric.set(metric, (byMetric.get(metric) ?? 0) + 1);
    },
    get good() {
      return good;
    },
    shares: () => ({
      goodput: attempted === 0 ? null : good / attempted,
      goodput_ci95: wilsonInterval(good, attempted),
    }),
    missed: () => Object.fromEntries(byMetric),
  };
}
