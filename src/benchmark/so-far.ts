import type { Millis } from "../core/clock.ts";
import type { TestResult } from "../core/result.ts";
import type { Manifest } from "../core/run.ts";
import type { LoadShape } from "./plan.ts";

/** What earlier segments of a run have used up of what its load allows. */
export interface SoFar {
  /**
   * Time spent sending in a level (null outside a sweep), to one target or to any of them: first request to last, in each
   * segment, as the journal has them.
   */
  elapsedMs(level: number | null, target?: string | null): Millis;
  /** The known costs, in US dollars. */
  readonly spentUsd: number;
  /** What may have been billed at a cost that nobody knows. */
  readonly unpriced: readonly Pick<TestResult, "target" | "test_id">[];
}

/** Nothing was done before. */
export const NOTHING_SO_FAR: SoFar = { elapsedMs: () => 0, spentUsd: 0, unpriced: [] };

/** Reads it from the results; what was in flight when a process died is not in them. */
export function soFarIn(results: Iterable<TestResult>): SoFar {
  const spans = new Map<string, Map<number, { from: Millis; to: Millis }>>();
  const unpriced: { target: string; test_id: string }[] = [];
  let spentUsd = 0;
  for (const result of results) {
    const { cost_usd, timing, segment, target, test_id, level = null } = result;
    spentUsd += cost_usd ?? 0;
    if (cost_usd === null && mayBeBilled(result)) unpriced.push({ target, test_id });
    const sent = timing.first_sent_at_ms;
    if (sent === null) continue;
    for (const key of [spanKey(level, null), spanKey(level, target)]) {
      const ofSegments = spans.get(key) ?? new Map<number, { from: Millis; to: Millis }>();
      spans.set(key, ofSegments);
      const { from, to } = ofSegments.get(segment) ?? { from: sent, to: sent };
      ofSegments.set(segment, { from: Math.min(from, sent), to: Math.max(to, sent) });
    }
  }
  return {
    elapsedMs: (level, target = null) =>
      [...(spans.get(spanKey(level, target))?.values() ?? [])].reduce((sum, { from, to }) => sum + to - from, 0),
    spentUsd,
    unpriced,
  };
}

/** Whether a case may have cost something: what was never sent, or was refused, did not. */
function mayBeBilled({ status, timing, error }: TestResult): boolean {
  if (status === "success") return true;
  return timing.sent_at_ms !== null && (error?.http_status ?? 0) < 400;
}

const spanKey = (level: number | null, target: string | null): string => `${level ?? ""}\u0000${target ?? ""}`;

/** Whether a run has already used all of the time that this load gives it. */
export function timeIsOver({ status, segments }: Manifest, { durationMs }: LoadShape): boolean {
  const last = segments.at(-1);
  if (durationMs === null || status !== "finished" || last?.ended_by !== "time") return false;
  return (last.load.duration_ms ?? 0) >= durationMs;
}
