import type { TestResult } from "../core/result.ts";
import type { Stats, Summary } from "../core/summary.ts";
import { describe } from "../stats/describe.ts";
import { withAmount, withCount } from "../stats/sums.ts";
import { createSeries } from "../stats/series.ts";

/** What is counted alike for a whole target, one of its categories and one of its segments. */
export interface Tally {
  add(result: TestResult): void;
  readonly byStatus: Readonly<Record<TestResult["status"], number>>;
  readonly totalTokens: number;
  /** US dollars; null until a cost is known. */
  readonly totalCost: number | null;
  /** Results whose cost is too large to be added to the others'. */
  readonly costsLeftOut: number;
  durationStats(): Stats;
  ttftStats(): Stats;
}

/** A tally of nothing. */
export function createTally(): Tally {
  const byStatus = { success: 0, failure: 0, timeout: 0, skipped: 0 };
  const duration = createSeries();
  const ttft = createSeries();
  let totalTokens = 0;
  let totalCost: number | null = null;
  let costsLeftOut = 0;
  return {
    add(result) {
      byStatus[result.status] += 1;
      totalTokens = withCount(totalTokens, result.response?.usage?.total_tokens ?? 0) ?? totalTokens;
      if (result.cost_usd !== null) {
        const sum = withAmount(totalCost ?? 0, result.cost_usd);
        if (sum === null) costsLeftOut += 1;
        else totalCost = sum;
      }
      if (result.status !== "success") return;
      if (result.duration_ms !== null) duration.push(result.duration_ms);
      if (result.timing.ttft_ms !== null) ttft.push(result.timing.ttft_ms);
    },
    byStatus,
    get totalTokens() {
      return totalTokens;
    },
    get totalCost() {
      return totalCost;
    },
    get costsLeftOut() {
      return costsLeftOut;
    },
    durationStats: () => describe(duration.values(), byStatus.failure + byStatus.timeout),
    ttftStats: () => describe(ttft.values(), byStatus.failure + byStatus.timeout),
  };
}

type Counts = Pick<Summary, "total" | "succeeded" | "failed" | "timeout" | "skipped" | "attempted" | "success_rate">;

/** How many results ended how. */
export function tallyCounts({ byStatus }: Tally): Counts {
  const { success, failure, timeout, skipped } = byStatus;
  const attempted = success + failure + timeout;
  return {
    total: attempted + skipped,
    succeeded: success,
    failed: failure,
    timeout,
    skipped,
    attempted,
    success_rate: attempted === 0 ? null : success / attempted,
  };
}
