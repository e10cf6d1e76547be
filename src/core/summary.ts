import { z } from "zod";
import { sloSchema } from "./slo.ts";

const number = z.number().nullable();

export const intervalSchema = z.tuple([number, number]);
/** Lower and upper end of a 95 % interval; an end that the sample cannot support is null. */
export type Interval = z.infer<typeof intervalSchema>;

export const statsSchema = z.object({
  count: z.int().nonnegative(),
  mean: number,
  sd: number,
  min: number,
  p50: number,
  p90: number,
  p95: number,
  p99: number,
  p999: number,
  max: number,
  ci95: z.object({ mean: intervalSchema, p50: intervalSchema, p95: intervalSchema, p99: intervalSchema }),
  p95_attempted: number,
  p99_attempted: number,
});
/**
 * One metric over a set of results. Everything is null when `count` is 0, `sd` below 2.
 * Percentiles are nearest rank over the successes; `p95_attempted` and `p99_attempted` count every failure as
 * infinitely slow, and are null where that makes them infinite.
 */
export type Stats = z.infer<typeof statsSchema>;

const count = z.int().nonnegative();

const countsSchema = z.object({
  /** Results, skipped ones included. */
  total: count,
  succeeded: count,
  failed: count,
  timeout: count,
  skipped: count,
  /** `total` less `skipped`. */
  attempted: count,
  /** succeeded / attempted; null when nothing was attempted. */
  success_rate: number,
});

const categorySummarySchema = countsSchema.extend({
  duration_ms: statsSchema,
  ttft_ms: statsSchema,
  total_tokens: count,
  total_cost_usd: number,
});

/** What a target did at one level of a sweep. */
export const levelSummarySchema = countsSchema.extend({
  /** Requests in flight. */
  level: count,
  duration_ms: statsSchema,
  ttft_ms: statsSchema,
  requests_per_second: number,
  output_tokens_per_second: number,
  /** As the summary's, of this level. */
  wall_ms: number,
  /** As the summary's, of this level; so is the interval. Missing without an SLO. */
  goodput: number.optional(),
  goodput_ci95: intervalSchema.optional(),
  /** Requests that this machine could not send (`local_limit`): the level says nothing of the server then. */
  local_limits: count.optional(),
});
export type LevelSummary = z.infer<typeof levelSummarySchema>;

/** Where more requests in flight no longer bring more throughput. */
export const kneeSchema = z.object({
  /** The lowest level with nearly the highest throughput of the sweep; null where no level has any. */
  level: number,
  /** Whether the highest level of the sweep is the knee, so that it may lie beyond. */
  at_end: z.boolean(),
  /** The highest level up to which every level's p95 of the duration is within the limit; null where there is none. */
  within_p95_limit: number,
  /** The limit, in milliseconds; null where none was given. */
  p95_limit_ms: number,
  /** Set when levels were left out because this machine ran out of descriptors, ports or memory. */
  limited_by_machine: z.literal(true).optional(),
});
export type Knee = z.infer<typeof kneeSchema>;

/** How the highest concurrency that keeps the SLO was searched for. */
export const concurrencySearchSchema = z.object({
  /** The highest level below every one that missed the SLO; null where none kept it. */
  highest: number,
  /** Whether that is the highest level that the search was allowed to try. */
  at_limit: z.boolean(),
  /** In the order in which they were tried. */
  path: z.array(
    z.object({
      level: count,
      attempted: count,
      goodput: number,
      kept: z.boolean(),
      /** Set where this machine ran out of descriptors, ports or memory, so that nothing is known of the server. */
      limited_by_machine: z.literal(true).optional(),
    }),
  ),
  /** Set when the search ended at a limit of this machine: `highest` is the least that the server can do. */
  limited_by_machine: z.literal(true).optional(),
});
export type ConcurrencySearch = z.infer<typeof concurrencySearchSchema>;

/** What a target did over a run. */
export const summarySchema = countsSchema.extend({
  /** 95 % Wilson interval of the success rate. */
  success_rate_ci95: intervalSchema,
  first_attempt_success_rate: number,
  failures_by_code: z.record(z.string(), count),
  /** Attempts beyond the first, over all cases. */
  retries: count,
  duration_ms: statsSchema,
  ttft_ms: statsSchema,
  tpot_ms: statsSchema,
  icl_ms: statsSchema,
  latency_from_intended_ms: statsSchema,
  /** Sums over the answers whose usage is known; `usage_unknown` counts the others, and those too large to be added. */
  prompt_tokens: count,
  completion_tokens: count,
  total_tokens: count,
  usage_unknown: count,
  /** Sum of the known costs in US dollars; null when none is known. `cost_unknown` counts the others, and those too large to be added. */
  total_cost_usd: number,
  cost_unknown: count,
  /** Answers whose cost is what the server itself stated, which rules over prices; missing when none did. */
  cost_stated: count.optional(),
  /** Web searches whose fees are not in `total_cost_usd`, since prices are per token; missing when there were none. */
  web_searches_unpriced: count.optional(),
  /** Answers, and their tokens, over `wall_ms`; what failed is no throughput. */
  requests_per_second: number,
  output_tokens_per_second: number,
  /** First request sent to last answer done, in milliseconds, summed over segments. */
  wall_ms: number,
  /** Answers that ended because they reached `max_tokens`. */
  truncated: count,
  /**
   * Answers in which nothing was understood: no text, reasoning or tool call, and no finish reason that explains it;
   * missing when there was none.
   */
  nothing_understood: count.optional(),
  by_category: z.record(z.string(), categorySummarySchema),
  /** One entry a segment when the run was resumed, else empty: a restart breaks stationarity. */
  segments: z.array(z.object({ segment: count, total: count, duration_ms: statsSchema, ttft_ms: statsSchema })),
  /** A sweep's levels, upward; missing in any other run, as is the knee. */
  levels: z.array(levelSummarySchema).optional(),
  knee: kneeSchema.optional(),
  /** Only with an SLO, as are the next four: requests that met all of its limits ÷ attempted. */
  goodput: number.optional(),
  /** 95 % Wilson interval. */
  goodput_ci95: intervalSchema.optional(),
  /** Requests per second that met all limits. */
  goodput_per_second: number.optional(),
  /** Successes that missed a limit, by metric; one may miss several. */
  slo_missed: z.record(z.string(), count).optional(),
  slo: sloSchema.optional(),
  /** Only of a search for the highest concurrency. */
  concurrency_search: concurrencySearchSchema.optional(),
  /** Open loop only: requests that had to wait for others to end, since `max_in_flight` of them were in flight. */
  held_back: count.optional(),
  /** Waits for rate limits, summed over all cases, in milliseconds; and the cases that had any. Absent when none had. */
  limiter_wait_ms: z.number().optional(),
  limiter_waits: count.optional(),
  /** The same gaps as other tools name and pool them. */
  compat: z.object({ vllm_itl_ms: statsSchema, aiperf_itl_ms: statsSchema }),
});
/** What a target did over a run. */
export type Summary = z.infer<typeof summarySchema>;

export const comparisonSchema = z.object({
  a: z.string(),
  b: z.string(),
  /** `success_rate`, or a metric and its statistic: `duration_ms.p50`, `ttft_ms.p95`, `duration_ms.mean`. */
  metric: z.string(),
  pairs: count,
  /** Pairs left out because a side failed or is missing. */
  pairs_left_out: count,
  value_a: number,
  value_b: number,
  delta: number,
  ci95: intervalSchema,
  /** Two-sided; `p_adjusted` is Holm's over all comparisons of the run. */
  p: number,
  p_adjusted: number,
  /** The smallest difference that this many pairs would show with 80 % power. */
  mde: number,
  /** Which is better beyond noise (p_adjusted < 0.05), or null. */
  better: z.enum(["a", "b"]).nullable(),
  /** The share of all pairs that were sent within 5 s of each other; missing where two runs are compared. */
  pairs_within_5s: number.optional(),
});
/** One metric of two targets over the same cases; `delta` is a − b. */
export type Comparison = z.infer<typeof comparisonSchema>;

export const VERDICTS = ["VALID", "DEGRADED", "INVALID"] as const;
export type Verdict = (typeof VERDICTS)[number];

const errorBar = z.object({ ttft: number, icl: number });

export const levelValiditySchema = z.object({
  /** Requests in flight. */
  level: z.int(),
  /** Where one target came after the other. */
  target: z.string().optional(),
  /** Null where nothing was measured. */
  verdict: z.enum(VERDICTS).nullable(),
  error_bar_ms: errorBar,
});
/** Whether one level of a sweep or a search can be believed. */
export type LevelValidity = z.infer<typeof levelValiditySchema>;

export const validitySchema = z.object({
  /** Null for a run that measured nothing, whose reason says why. */
  verdict: z.enum(VERDICTS).nullable(),
  /** In words; empty when VALID. */
  reasons: z.array(z.string()),
  /**
   * How far a single measured time may be off because of this client, in milliseconds; null where no such time was
   * measured, as in a run without streaming.
   */
  error_bar_ms: errorBar,
  send_lag_ms: z.object({ p50: number, p99: number }),
  event_loop_delay_ms: z.object({ p50: number, p99: number, max: number }),
  /** Requests per second; null in a closed loop. */
  requested_rate: number,
  delivered_rate: number,
  connect_wait_ms: z.object({ p50: number, p99: number }),
  /** Mean slots held against rate × mean time held (Little's law), as a share; near 0 when the books balance. */
  little_residual: number,
  /** This process's share of one core. */
  cpu_share: number,
  /** How far off this client was at such a load in `calibrate`, p99; missing where that is not known. */
  calibrated_error_ms: errorBar.optional(),
  /** Of a sweep or a search, upward; the verdict on the run is the worst of theirs. */
  levels: z.array(levelValiditySchema).optional(),
});
/** Whether the client that measured was fast enough to be believed. */
export type Validity = z.infer<typeof validitySchema>;
