import { z } from "zod";
import type { GivenLoad } from "../benchmark/check-load.ts";
import { within } from "../core/range-schema.ts";
import { RANGES, type Range } from "../core/ranges.ts";
import { requestParametersSchema } from "../core/request.ts";
import { ARRIVALS, ORDERS } from "../core/run.ts";
import { SLO_METRICS, sloSchema } from "../core/slo.ts";
import { functionSchema } from "./check-call.ts";
import type { BenchmarkRunnerConfig } from "./benchmark-runner.ts";

const maybe = (range: Range): z.ZodType => within(range).nullable().optional();
const flag = z.boolean().optional();
const slots = within(RANGES.concurrency);

/** Limits of parts of an attempt, in milliseconds. */
export const partLimitsSchema = z.strictObject({
  connectMs: maybe(RANGES.duration),
  firstTokenMs: maybe(RANGES.duration),
  idleMs: maybe(RANGES.duration),
});

const sloLimit = z.number().positive().max(RANGES.duration.most).nullable();

/** As `--slo` takes it: in the end something must be limited. */
const givenSloSchema = z
  .strictObject({
    ttft_ms: sloLimit,
    tpot_ms: sloLimit,
    duration_ms: sloLimit,
    latency_from_intended_ms: sloLimit,
    goodput: sloSchema.shape.goodput,
  })
  .refine((slo) => SLO_METRICS.some((metric) => slo[metric] !== null), {
    error: "expected a limit besides goodput, such as ttft_ms: 500",
  });

const loadShapeSchema = z.strictObject({
  concurrency: slots.optional(),
  rate: maybe(RANGES.rate),
  arrival: z.enum(ARRIVALS).optional(),
  maxInFlight: maybe(RANGES.maxInFlight),
  ramp: z
    .strictObject({ from: slots, to: slots, overMs: within(RANGES.duration) })
    .nullable()
    .optional(),
  durationMs: maybe(RANGES.duration),
  maxRequests: maybe(RANGES.count),
  requestsPerMinute: maybe(RANGES.perMinute),
  tokensPerMinute: maybe(RANGES.perMinute),
  adaptive: flag,
  order: z.enum(ORDERS).optional(),
  maxErrors: maybe(RANGES.count),
  budgetUsd: maybe(RANGES.budgetUsd),
  warmup: within(RANGES.warmup).optional(),
  p95LimitMs: maybe(RANGES.duration),
  slo: givenSloSchema.nullable().optional(),
});

/** A clock of the caller's own. */
export const clockSchema = z.custom(
  (clock) =>
    typeof clock === "object" &&
    clock !== null &&
    ["now", "wallTime", "setTimer"].every((name) => typeof (clock as Record<string, unknown>)[name] === "function"),
  { error: "expected a clock with now, wallTime and setTimer" },
);

/** What `new BenchmarkRunner` takes. */
export const runnerConfigSchema = z.strictObject({
  directory: z.string().min(1),
  resume: flag,
  retryFailed: flag,
  force: flag,
  concurrency: slots.optional(),
  timeoutMs: within(RANGES.duration).optional(),
  retries: within(RANGES.retries).optional(),
  delayMs: within(RANGES.pause).optional(),
  failFast: flag,
  saveResponses: flag,
  stream: flag,
  category: z.string().optional(),
  limit: within(RANGES.count).optional(),
  repeat: within(RANGES.repeat).optional(),
  seed: z.string().optional(),
  parameters: requestParametersSchema.optional(),
  partLimits: partLimitsSchema.optional(),
  load: loadShapeSchema.optional(),
  levels: z
    .array(slots)
    .min(1)
    .refine((levels) => new Set(levels).size === levels.length, { error: "expected each level once" })
    .optional(),
  searchUpTo: slots.optional(),
  exports: z.enum(["json", "csv", "both", "none"]).optional(),
  secrets: z.array(z.string()).optional(),
  clock: clockSchema.optional(),
});

/** What `run` takes besides dataset and targets. */
export const runOptionsSchema = z.strictObject({
  signal: z.custom((signal) => signal instanceof AbortSignal, { error: "expected an AbortSignal" }).optional(),
  onEvent: functionSchema.optional(),
  onWarning: functionSchema.optional(),
});

/** What a caller said of the load. Null says nothing, as the default of an option does that excludes others. */
export function givenIn({ load = {}, ...config }: BenchmarkRunnerConfig): GivenLoad {
  return {
    concurrency: config.concurrency ?? load.concurrency,
    rate: load.rate ?? undefined,
    arrival: load.arrival,
    maxInFlight: load.maxInFlight ?? undefined,
    ramp: load.ramp ?? undefined,
    sweep: config.levels,
    search: config.searchUpTo,
    delay: config.delayMs,
    p95Limit: load.p95LimitMs ?? undefined,
    duration: load.durationMs ?? undefined,
    maxRequests: load.maxRequests ?? undefined,
    ...(load.adaptive === true ? { adaptive: true } : {}),
    ...(load.order === "lockstep" ? { lockstep: true } : {}),
    ...(load.order === "sequential" ? { sequential: true } : {}),
    ...((config.repeat ?? 1) === 1 ? {} : { repeat: config.repeat }),
  };
}

/**
 * A copy of what a caller configured, for the run to go by: what the caller changes later reaches it no more. It is
 * checked before; parameters become what their JSON says, as `run.json` has them.
 */
export function configTaken(config: BenchmarkRunnerConfig): BenchmarkRunnerConfig {
  const names = Object.keys(runnerConfigSchema.shape) as (keyof BenchmarkRunnerConfig)[];
  const given = names.filter((name) => config[name] !== undefined).map((name) => [name, copyOf(name, config[name])]);
  return { directory: config.directory, ...(Object.fromEntries(given) as Partial<BenchmarkRunnerConfig>) };
}

const copyOf = (name: keyof BenchmarkRunnerConfig, value: unknown): unknown =>
  name === "clock" ? value : (JSON.parse(JSON.stringify(value)) as unknown);
