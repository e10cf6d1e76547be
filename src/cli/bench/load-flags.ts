import { checkEffective, checkGiven, together, type GivenLoad, type LoadWords } from "../../benchmark/check-load.ts";
import { PLAIN_LOAD, type BenchmarkLoad, type LoadShape } from "../../benchmark/plan.ts";
import type { Config } from "../../config/schema.ts";
import { parseDuration } from "../../core/duration.ts";
import { parseSlo } from "../../core/parse-slo.ts";
import type { Slo } from "../../core/slo.ts";
import { BenchError } from "../../core/errors.ts";
import { hasForeignFlags } from "../foreign.ts";
import type { BenchFlags } from "./flags.ts";

/** The load that the flags ask for, else the configuration, else the defaults. Throws `BenchError("usage")`. */
export function loadOf(flags: BenchFlags, config: Config): BenchmarkLoad {
  const shape = shapeOf(flags, config.benchmarks ?? {});
  return {
    ...shape,
    timeoutMs: flags.timeout ?? null,
    partLimits: {
      connectMs: flags.connectTimeout ?? null,
      firstTokenMs: flags.firstTokenTimeout ?? null,
      idleMs: flags.idleTimeout ?? null,
    },
    retries: flags.retries ?? null,
    delayMs: flags.delay ?? (shape.rate === null ? millisOf(config.benchmarks?.delay) : null) ?? 0,
    failFast: flags.failFast ?? config.benchmarks?.fail_fast ?? false,
    saveResponses: flags.saveResponses && (config.benchmarks?.save_responses ?? true),
  };
}

function shapeOf(flags: BenchFlags, config: NonNullable<Config["benchmarks"]>): LoadShape {
  const { ramp, over } = flags;
  const open = flags.rate !== undefined || (config.rate !== undefined && !saysClosed(flags));
  const maxRequests = flags.maxRequests ?? config.max_requests ?? null;
  const durationMs = flags.duration ?? millisOf(config.duration);
  return {
    concurrency: flags.concurrency ?? config.concurrency ?? PLAIN_LOAD.concurrency,
    rate: open ? (flags.rate ?? config.rate ?? null) : null,
    arrival: flags.arrival ?? config.arrival ?? PLAIN_LOAD.arrival,
    maxInFlight: open ? (flags.maxInFlight ?? config.max_in_flight ?? null) : null,
    ramp: ramp === undefined || over === undefined ? null : { ...ramp, overMs: over },
    // A ramp alone lasts as long as it rises.
    durationMs: durationMs ?? (maxRequests === null ? (over ?? null) : null),
    maxRequests,
    requestsPerMinute: flags.rpm ?? null,
    tokensPerMinute: flags.tpm ?? null,
    adaptive: flags.adaptive ?? (config.adaptive === true && !saysFixed(flags)),
    order: orderOf(flags, config, open),
    maxErrors: flags.maxErrors ?? config.max_errors ?? null,
    budgetUsd: flags.budgetUsd ?? config.budget_usd ?? null,
    warmup: flags.warmup ?? config.warmup ?? 0,
    p95LimitMs: flags.p95Limit ?? null,
    slo: flags.slo ?? sloOf(config.slo),
  };
}

const millisOf = (duration: string | number | undefined): number | null =>
  duration === undefined ? null : parseDuration(duration);

/** The schema has checked it. */
function sloOf(text: string | undefined): Slo | null {
  const read = text === undefined ? "" : parseSlo(text);
  return typeof read === "string" ? null : read;
}

function orderOf(
  { lockstep, sequential }: BenchFlags,
  { order }: Pick<NonNullable<Config["benchmarks"]>, "order">,
  open: boolean,
): LoadShape["order"] {
  if (lockstep === true) return "lockstep";
  if (sequential === true) return "sequential";
  // The schedule of an open loop is the same for all targets: a case goes to all of them at once as it is.
  return order === undefined || (order === "lockstep" && open) ? PLAIN_LOAD.order : order;
}

/** Flags of another shape rule over an adaptive one in the configuration. */
const saysFixed = ({ rate, ramp, sweep, findMaxConcurrency }: BenchFlags): boolean =>
  [rate, ramp, sweep, findMaxConcurrency].some((flag) => flag !== undefined);

/** Flags of a closed loop rule over a rate in the configuration. */
const saysClosed = ({ concurrency, ramp, sweep, delay, adaptive, findMaxConcurrency }: BenchFlags): boolean =>
  [concurrency, ramp, sweep, delay, adaptive, findMaxConcurrency].some((flag) => flag !== undefined);

/** How the load's settings are called on the command line. */
const FLAGS: LoadWords = {
  concurrency: "--concurrency",
  rate: "--rate",
  arrival: "--arrival",
  maxInFlight: "--max-in-flight",
  ramp: "--ramp",
  sweep: "--sweep",
  search: "--find-max-concurrency",
  adaptive: "--adaptive",
  lockstep: "--lockstep",
  sequential: "--sequential",
  delay: "--delay",
  p95Limit: "--p95-limit",
  duration: "--duration",
  maxRequests: "--max-requests",
  repeat: "--repeat",
  slo: "--slo",
  noStream: "--no-stream",
};

const givenBy = (flags: BenchFlags): GivenLoad => ({
  concurrency: flags.concurrency,
  rate: flags.rate,
  arrival: flags.arrival,
  maxInFlight: flags.maxInFlight,
  ramp: flags.ramp,
  sweep: flags.sweep,
  search: flags.findMaxConcurrency,
  delay: flags.delay,
  p95Limit: flags.p95Limit,
  duration: flags.duration,
  maxRequests: flags.maxRequests,
  ...(flags.adaptive === true ? { adaptive: true } : {}),
  ...(flags.lockstep === true ? { lockstep: true } : {}),
  ...(flags.sequential === true ? { sequential: true } : {}),
  ...(flags.repeat === 1 ? {} : { repeat: flags.repeat }),
});

/** Finds flags about the load that contradict each other, or say nothing without another; throws `BenchError("usage")`. */
export function checkLoadFlags(flags: BenchFlags): void {
  checkGiven(givenBy(flags), FLAGS);
  needs("--ramp", flags.ramp, "--over, the time it takes", flags.over);
  needs("--over", flags.over, "--ramp, such as --ramp 1..200", flags.ramp);
  needs("--shared-prefix", flags.sharedPrefix, "--synthetic", flags.synthetic);
  checkDataset(flags);
}

function checkDataset(flags: BenchFlags): void {
  const { dataset, synthetic, category } = flags;
  if (dataset === undefined && synthetic === undefined) {
    throw new BenchError("usage", "there is nothing to send: no dataset (-d, --dataset) and no --synthetic is given", {
      hint: "Name a dataset, such as llm-test-bench bench coding-tasks, or send synthetic prompts: --synthetic input=512,output=128; see llm-test-bench bench --help",
    });
  }
  if (dataset !== undefined && synthetic !== undefined) {
    throw together("--dataset", "--synthetic", { hint: "Leave one out." });
  }
  if (synthetic !== undefined && (hasForeignFlags(flags) || flags.skipInvalid !== undefined)) {
    throw together("--synthetic", "--map, --prompt, --shape or --skip-invalid", {
      hint: "They say how a dataset is read.",
    });
  }
  if (synthetic !== undefined && category !== undefined) {
    throw together("--synthetic", "--category", { hint: "Synthetic prompts have no category." });
  }
}

function needs(name: string, flag: unknown, other: string, otherFlag: unknown): void {
  if (flag === undefined || otherFlag !== undefined) return;
  throw new BenchError("usage", `${name} needs ${other}`);
}

/** What must hold of flags, configuration and targets together; throws `BenchError("usage")`. */
export function checkLoadOf(flags: BenchFlags, load: LoadShape, targets: number): void {
  const { rate, adaptive, slo, durationMs, maxRequests, budgetUsd } = load;
  const words = {
    ...FLAGS,
    ...(rate !== null && flags.rate === undefined ? { rate: "rate in the configuration" } : {}),
    ...(adaptive && flags.adaptive === undefined ? { adaptive: "adaptive in the configuration" } : {}),
    ...(slo !== null && flags.slo === undefined ? { slo: "slo in the configuration" } : {}),
  };
  checkEffective(givenBy(flags), { rate, adaptive, slo, stream: flags.stream, targets }, words);
  const ends = [durationMs, maxRequests, budgetUsd, flags.limit ?? null, flags.findMaxConcurrency ?? null].some(
    (end) => end !== null,
  );
  if (flags.synthetic !== undefined && !ends) {
    throw new BenchError("usage", "synthetic prompts never end, so the run needs an end", {
      hint: "Add --max-requests 100, --duration 60s, --limit 100 or --budget-usd 1.",
    });
  }
}
