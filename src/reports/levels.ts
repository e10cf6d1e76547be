import type { TestResult } from "../core/result.ts";
import type { Slo } from "../core/slo.ts";
import type { ConcurrencySearch, Knee, LevelSummary } from "../core/summary.ts";
import { kneeOf, lastWithin } from "../stats/knee.ts";
import { highestKept } from "../stats/level-search.ts";
import type { Collector } from "./collector.ts";
import { createGoodputTally, type GoodputTally } from "./goodput.ts";
import { createTally, tallyCounts, type Tally } from "./tally.ts";
import { createWindow, tokensPerSecond, type Window } from "./window.ts";

interface LevelTally {
  readonly tally: Tally;
  readonly window: Window;
  readonly goodput: GoodputTally | null;
  answeredTokens: number;
  /** Answers that say how many they are. */
  answersCounted: number;
  localLimits: number;
}

/** What a run with levels has besides other runs. */
interface Levels {
  readonly levels: LevelSummary[];
  readonly knee: Knee;
  readonly concurrency_search?: ConcurrencySearch;
}

/** What the levels are held against. */
export interface LevelLimits {
  readonly p95LimitMs: number | null;
  readonly slo: Slo | null;
  /** The most slots that a search may try; null for a sweep. */
  readonly searchUpTo: number | null;
}

/** A run's levels, upward, its knee and, of a search, its path; nothing of a run without levels. */
export function summarizeLevels({ p95LimitMs, slo, searchUpTo }: LevelLimits): Collector<Levels | null> {
  const byLevel = new Map<number, LevelTally>();
  const add = (result: TestResult): void => {
    if (result.level === undefined) return;
    const of = byLevel.get(result.level) ?? emptyLevel(slo);
    byLevel.set(result.level, of);
    of.tally.add(result);
    // What this machine could not send says nothing of the server.
    if (result.error?.code === "local_limit") {
      of.localLimits += 1;
      return;
    }
    of.window.add(result);
    of.goodput?.add(result);
    const tokens = result.response?.usage?.completion_tokens ?? null;
    if (result.status !== "success" || tokens === null) return;
    of.answeredTokens += tokens;
    of.answersCounted += 1;
  };
  const finish = (): Levels | null => {
    if (byLevel.size === 0) return null;
    const inOrder = [...byLevel].map(([level, of]) => summaryOf(level, of));
    const levels = inOrder.toSorted((a, b) => a.level - b.level);
    const found = { levels, knee: kneeIn(levels, p95LimitMs) };
    if (slo === null || searchUpTo === null) return found;
    return { ...found, concurrency_search: searchIn(inOrder, slo, searchUpTo) };
  };
  return { add, finish };
}

function emptyLevel(slo: Slo | null): LevelTally {
  const goodput = slo === null ? null : createGoodputTally(slo);
  return {
    tally: createTally(),
    window: createWindow(),
    goodput,
    answeredTokens: 0,
    answersCounted: 0,
    localLimits: 0,
  };
}

const LIMITED = { limited_by_machine: true } as const;

/** The path of a search is the order in which its levels come up in the journal. */
function searchIn(inOrder: readonly LevelSummary[], slo: Slo, upTo: number): ConcurrencySearch {
  const path = inOrder.map(({ level, attempted, goodput = null, local_limits: limited = 0 }) => ({
    level,
    attempted,
    goodput,
    kept: limited === 0 && (goodput ?? 0) >= slo.goodput,
    ...(limited === 0 ? {} : LIMITED),
  }));
  const highest = highestKept(path.filter((tried) => !("limited_by_machine" in tried)));
  const isLimited = path.some((tried) => "limited_by_machine" in tried);
  return { highest, at_limit: highest !== null && highest >= upTo, path, ...(isLimited ? LIMITED : {}) };
}

function summaryOf(level: number, of: LevelTally): LevelSummary {
  const { tally, window, goodput, localLimits } = of;
  const counts = tallyCounts(tally);
  return {
    level,
    ...counts,
    duration_ms: tally.durationStats(),
    ttft_ms: tally.ttftStats(),
    requests_per_second: window.perSecond(counts.succeeded),
    output_tokens_per_second: tokensPerSecond(window, of.answeredTokens, of.answersCounted, counts.succeeded),
    wall_ms: window.wallMs,
    ...goodput?.shares(),
    ...(localLimits === 0 ? {} : { local_limits: localLimits }),
  };
}

/** Throughput of successes only: a server that fails at once would be the fastest of all. */
function kneeIn(levels: readonly LevelSummary[], p95LimitMs: number | null): Knee {
  const known = levels.filter(({ local_limits: limited = 0 }) => limited === 0);
  const points = known.map(({ level, succeeded, wall_ms, duration_ms }) => ({
    level,
    perSecond: wall_ms === null || wall_ms <= 0 ? null : (succeeded * 1000) / wall_ms,
    p95Ms: duration_ms.p95_attempted,
  }));
  const level = kneeOf(points);
  return {
    level,
    at_end: level !== null && level === known.at(-1)?.level,
    within_p95_limit: p95LimitMs === null ? null : lastWithin(points, p95LimitMs),
    p95_limit_ms: p95LimitMs,
    ...(known.length < levels.length ? LIMITED : {}),
  };
}
