import type { TestResult } from "../core/result.ts";
import type { Knee, LevelSummary } from "../core/summary.ts";
import { kneeOf, lastWithin } from "../stats/knee.ts";
import type { Collector } from "./collector.ts";
import { createTally, tallyCounts, type Tally } from "./tally.ts";
import { createWindow, type Window } from "./window.ts";

interface LevelTally {
  readonly tally: Tally;
  readonly window: Window;
  completionTokens: number;
}

/** A sweep's levels, upward, and its knee; nothing of a run without levels. */
export function summarizeLevels(
  p95LimitMs: number | null,
): Collector<{ readonly levels: LevelSummary[]; readonly knee: Knee } | null> {
  const byLevel = new Map<number, LevelTally>();
  const add = (result: TestResult): void => {
    if (result.level === undefined) return;
    const of = byLevel.get(result.level) ?? { tally: createTally(), window: createWindow(), completionTokens: 0 };
    byLevel.set(result.level, of);
    of.tally.add(result);
    of.window.add(result);
    of.completionTokens += result.response?.usage?.completion_tokens ?? 0;
  };
  const finish = (): { levels: LevelSummary[]; knee: Knee } | null => {
    if (byLevel.size === 0) return null;
    const levels = [...byLevel].sort(([a], [b]) => a - b).map(([level, of]) => summaryOf(level, of));
    return { levels, knee: kneeIn(levels, p95LimitMs) };
  };
  return { add, finish };
}

function summaryOf(level: number, { tally, window, completionTokens }: LevelTally): LevelSummary {
  const counts = tallyCounts(tally);
  return {
    level,
    ...counts,
    duration_ms: tally.durationStats(),
    ttft_ms: tally.ttftStats(),
    requests_per_second: window.perSecond(counts.attempted),
    output_tokens_per_second: window.perSecond(completionTokens),
    wall_ms: window.wallMs,
  };
}

/** Throughput of successes only: a server that fails at once would be the fastest of all. */
function kneeIn(levels: readonly LevelSummary[], p95LimitMs: number | null): Knee {
  const points = levels.map(({ level, succeeded, wall_ms, duration_ms }) => ({
    level,
    perSecond: wall_ms === null || wall_ms <= 0 ? null : (succeeded * 1000) / wall_ms,
    p95Ms: duration_ms.p95_attempted,
  }));
  const level = kneeOf(points);
  return {
    level,
    at_end: level !== null && level === levels.at(-1)?.level,
    within_p95_limit: p95LimitMs === null ? null : lastWithin(points, p95LimitMs),
    p95_limit_ms: p95LimitMs,
  };
}
