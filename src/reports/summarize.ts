import type { TestResult } from "../core/result.ts";
import type { Manifest } from "../core/run.ts";
import type { Slo } from "../core/slo.ts";
import type { Summary } from "../core/summary.ts";
import { describe } from "../stats/describe.ts";
import { wilsonInterval } from "../stats/intervals.ts";
import { createSeries } from "../stats/series.ts";
import { withCount } from "../stats/sums.ts";
import type { Collector } from "./collector.ts";
import { createGoodputTally } from "./goodput.ts";
import { summarizeLevels } from "./levels.ts";
import { createTally, type Tally, tallyCounts } from "./tally.ts";
import { createWindow, tokensPerSecond } from "./window.ts";
import { CUT_BY_LENGTH } from "../core/unread-answers.ts";

/** Summarises each target, in the order of the plan, keeping numbers and no texts: some 60 bytes a case. */
export function summarize(manifest: Manifest): Collector<Map<string, Summary>> {
  const bySegment = manifest.segments.length > 1;
  const load = manifest.segments.at(-1)?.load;
  const options = {
    bySegment,
    openLoop: (load?.rate ?? null) !== null,
    p95LimitMs: load?.p95_limit_ms ?? null,
    slo: load?.slo ?? null,
    searchUpTo: manifest.plan.search_up_to ?? null,
  };
  const builders = new Map(manifest.plan.targets.map(({ target }) => [target, summaryBuilder(options)]));
  return {
    add: (result) => builders.get(result.target)?.add(result),
    finish: () => new Map([...builders].map(([target, builder]) => [target, builder.finish()])),
  };
}

/** What a summary keeps besides what every one does. */
export interface SummaryOptions {
  readonly bySegment?: boolean;
  readonly openLoop?: boolean;
  readonly p95LimitMs?: number | null;
  readonly slo?: Slo | null;
  readonly searchUpTo?: number | null;
}

/**
 * An empty summary of one target. Results come in the order they ended, since intervals need it. `bySegment` also keeps
 * each segment's latencies, for a run that was resumed. All gaps between tokens are pooled exactly, at eight bytes each;
 * in their `_attempted` percentiles a failed case counts as one infinite gap.
 */
export function summaryBuilder({
  bySegment = false,
  openLoop = false,
  p95LimitMs = null,
  slo = null,
  searchUpTo = null,
}: SummaryOptions = {}): Collector<Summary> {
  const all = createTally();
  const categories = new Map<string, Tally>();
  const segments = new Map<number, Tally>();
  const window = createWindow();
  const levels = summarizeLevels({ p95LimitMs, slo, searchUpTo });
  const goodput = slo === null ? null : createGoodputTally(slo);
  const failuresByCode: Record<string, number> = {};
  const tpot = createSeries();
  const gaps = createSeries();
  const meanGaps = createSeries();
  const fromIntended = createSeries();
  const sums = {
    firstAttempt: 0,
    retries: 0,
    prompt: 0,
    completion: 0,
    answered: 0,
    answersCounted: 0,
    usageUnknown: 0,
    costUnknown: 0,
    costStated: 0,
    webSearches: 0,
    truncated: 0,
    nothingUnderstood: 0,
    held: 0,
    limiterWaitMs: 0,
    limiterWaits: 0,
  };

  /** `fits` says whether the answer's total could be added to the others'. */
  const addUsage = ({ status, response, cost_usd, nothing_understood }: TestResult, fits: boolean): void => {
    if (response === null) return;
    const { usage } = response;
    const prompt = usage?.prompt_tokens ?? null;
    const completion = usage?.completion_tokens ?? null;
    const sumOfPrompts = withCount(sums.prompt, prompt ?? 0);
    const sumOfCompletions = withCount(sums.completion, completion ?? 0);
    sums.prompt = sumOfPrompts ?? sums.prompt;
    sums.completion = sumOfCompletions ?? sums.completion;
    if (status === "success" && completion !== null) {
      sums.answered += completion;
      sums.answersCounted += 1;
    }
    // An embedding has no completion: its prompt is all there is.
    const whole = prompt !== null && (completion !== null || usage?.total_tokens === prompt);
    if (!whole || !fits || sumOfPrompts === null || sumOfCompletions === null) sums.usageUnknown += 1;
    if (cost_usd === null) sums.costUnknown += 1;
    if (usage?.stated_cost_usd !== undefined) sums.costStated += 1;
    else if (cost_usd !== null) sums.webSearches += usage?.web_searches ?? 0;
    if (CUT_BY_LENGTH.has(response.finish_reason)) sums.truncated += 1;
    if (nothing_understood === true) sums.nothingUnderstood += 1;
  };

  const addTimes = ({ attempts, timing, icl_ms }: TestResult): void => {
    if (attempts === 1) sums.firstAttempt += 1;
    if (timing.tpot_ms !== null) tpot.push(timing.tpot_ms);
    if (timing.latency_from_intended_ms !== null) fromIntended.push(timing.latency_from_intended_ms);
    if (icl_ms === null || icl_ms.length === 0) return;
    let total = 0;
    for (const gap of icl_ms) {
      gaps.push(gap);
      total += gap;
    }
    meanGaps.push(total / icl_ms.length);
  };

  const add = (result: TestResult): void => {
    const tokensBefore = all.totalTokens;
    all.add(result);
    if (result.category !== null) tallyOf(categories, result.category).add(result);
    if (bySegment) tallyOf(segments, result.segment).add(result);
    sums.retries += Math.max(0, result.attempts - 1);
    window.add(result);
    levels.add(result);
    goodput?.add(result);
    if ((result.timing.slot_wait_ms ?? 0) > 0) sums.held += 1;
    sums.limiterWaitMs += result.timing.limiter_wait_ms ?? 0;
    if ((result.timing.limiter_wait_ms ?? 0) > 0) sums.limiterWaits += 1;
    addUsage(result, all.totalTokens - tokensBefore === (result.response?.usage?.total_tokens ?? 0));
    if (result.status === "success") return addTimes(result);
    if (result.status === "skipped") return;
    const code = result.error?.code ?? "unknown";
    failuresByCode[code] = (failuresByCode[code] ?? 0) + 1;
  };

  const finish = (): Summary => {
    const counts = tallyCounts(all);
    const failures = counts.failed + counts.timeout;
    const gapStats = describe(gaps.values(), failures);
    return {
      ...counts,
      success_rate_ci95: wilsonInterval(counts.succeeded, counts.attempted),
      first_attempt_success_rate: counts.attempted === 0 ? null : sums.firstAttempt / counts.attempted,
      failures_by_code: { ...failuresByCode },
      retries: sums.retries,
      duration_ms: all.durationStats(),
      ttft_ms: all.ttftStats(),
      tpot_ms: describe(tpot.values(), failures),
      icl_ms: gapStats,
      latency_from_intended_ms: describe(fromIntended.values(), failures),
      prompt_tokens: sums.prompt,
      completion_tokens: sums.completion,
      total_tokens: all.totalTokens,
      usage_unknown: sums.usageUnknown,
      total_cost_usd: all.totalCost,
      cost_unknown: sums.costUnknown + all.costsLeftOut,
      ...(sums.costStated === 0 ? {} : { cost_stated: sums.costStated }),
      ...(sums.webSearches === 0 ? {} : { web_searches_unpriced: sums.webSearches }),
      requests_per_second: window.perSecond(counts.succeeded),
      output_tokens_per_second: tokensPerSecond(window, sums.answered, sums.answersCounted, counts.succeeded),
      wall_ms: window.wallMs,
      truncated: sums.truncated,
      ...(sums.nothingUnderstood === 0 ? {} : { nothing_understood: sums.nothingUnderstood }),
      by_category: Object.fromEntries(
        [...categories].map(([category, tally]) => [
          category,
          {
            ...tallyCounts(tally),
            duration_ms: tally.durationStats(),
            ttft_ms: tally.ttftStats(),
            total_tokens: tally.totalTokens,
            total_cost_usd: tally.totalCost,
          },
        ]),
      ),
      segments: [...segments]
        .sort(([a], [b]) => a - b)
        .map(([segment, tally]) => ({
          segment,
          total: tallyCounts(tally).total,
          duration_ms: tally.durationStats(),
          ttft_ms: tally.ttftStats(),
        })),
      ...levels.finish(),
      ...(sums.limiterWaits > 0 ? { limiter_wait_ms: sums.limiterWaitMs, limiter_waits: sums.limiterWaits } : {}),
      ...(slo === null || goodput === null
        ? {}
        : {
            ...goodput.shares(),
            goodput_per_second: window.perSecond(goodput.good),
            slo_missed: goodput.missed(),
            slo,
          }),
      ...(openLoop ? { held_back: sums.held } : {}),
      compat: { vllm_itl_ms: gapStats, aiperf_itl_ms: describe(meanGaps.values(), failures) },
    };
  };
  return { add, finish };
}

function tallyOf<K>(tallies: Map<K, Tally>, key: K): Tally {
  const known = tallies.get(key) ?? createTally();
  tallies.set(key, known);
  return known;
}
