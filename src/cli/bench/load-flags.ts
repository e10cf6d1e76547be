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

/** Finds flags about the load that contradict each other, or say nothing without another; throws `BenchError("usage")`. */
export function checkLoadFlags(flags: BenchFlags): void {
  const given = (flag: unknown): boolean => flag !== undefined;
  const shapes: [string, boolean][] = [
    ["--rate", given(flags.rate)],
    ["--ramp", given(flags.ramp)],
    ["--sweep", given(flags.sweep)],
    ["--concurrency", given(flags.concurrency)],
    ["--find-max-concurrency", given(flags.findMaxConcurrency)],
  ];
  const [first, second] = shapes.filter(([, isGiven]) => isGiven);
  if (first !== undefined && second !== undefined) {
    throw new BenchError("usage", `${first[0]} and ${second[0]} exclude each other`, {
      hint: "--rate is an open loop; --concurrency, --ramp, --sweep and --find-max-concurrency are closed loops. Choose one.",
    });
  }
  const fixed = shapes.find(([name, isGiven]) => isGiven && name !== "--concurrency");
  if (flags.adaptive === true && fixed !== undefined) {
    throw new BenchError("usage", `${fixed[0]} and --adaptive exclude each other`, {
      hint: "--adaptive finds the concurrency itself; --concurrency says where it begins.",
    });
  }
  if (given(flags.rate) && given(flags.delay)) {
    throw new BenchError("usage", "--rate and --delay exclude each other", { hint: "A rate has its own gaps." });
  }
  needs("--ramp", flags.ramp, "--over, the time it takes", flags.over);
  needs("--over", flags.over, "--ramp, such as --ramp 1..200", flags.ramp);
  needs("--shared-prefix", flags.sharedPrefix, "--synthetic", flags.synthetic);
  needs("--p95-limit", flags.p95Limit, "--sweep, such as --sweep 1,2,4,8", flags.sweep);
  checkOrder(flags);
  checkDataset(flags);
  if (flags.repeat !== 1 && (given(flags.duration) || given(flags.maxRequests))) {
    throw new BenchError("usage", "--repeat says nothing beside --duration or --max-requests", {
      hint: "They go through the cases as often as it takes. Leave --repeat out.",
    });
  }
}

function checkOrder({ lockstep, sequential, rate }: BenchFlags): void {
  if (lockstep === true && sequential === true) {
    throw new BenchError("usage", "--lockstep and --sequential exclude each other", { hint: "Leave one out." });
  }
  if (lockstep === true && rate !== undefined) {
    throw new BenchError("usage", "--rate and --lockstep exclude each other", {
      hint: "With --rate all targets have one schedule: each case goes to all of them at once as it is.",
    });
  }
}

function checkDataset(flags: BenchFlags): void {
  const { dataset, synthetic, category } = flags;
  if (dataset === undefined && synthetic === undefined) {
    throw new BenchError("usage", "there is nothing to send: no dataset (-d, --dataset) and no --synthetic is given", {
      hint: "Name a dataset, such as llm-test-bench bench coding-tasks, or send synthetic prompts: --synthetic input=512,output=128",
    });
  }
  if (dataset !== undefined && synthetic !== undefined) {
    throw new BenchError("usage", "--dataset and --synthetic exclude each other", { hint: "Leave one out." });
  }
  if (synthetic !== undefined && hasForeignFlags(flags)) {
    throw new BenchError("usage", "--map, --prompt and --shape say nothing beside --synthetic", {
      hint: "They are for a dataset whose columns are not ours.",
    });
  }
  if (synthetic !== undefined && category !== undefined) {
    throw new BenchError("usage", "--synthetic and --category exclude each other", { hint: "Made prompts have none." });
  }
}

/** A search has one concurrency to move; throws `BenchError("usage")`. */
export function checkSearch({ findMaxConcurrency }: BenchFlags, targets: number): void {
  if (findMaxConcurrency === undefined || targets === 1) return;
  throw new BenchError("usage", `--find-max-concurrency searches one target, and there are ${targets}`, {
    hint: "Run it once for each: they may share what limits them.",
  });
}

function needs(name: string, flag: unknown, other: string, otherFlag: unknown): void {
  if (flag === undefined || otherFlag !== undefined) return;
  throw new BenchError("usage", `${name} needs ${other}`);
}

/** What must hold of flags and configuration together; throws `BenchError("usage")`. */
export function checkLoad(flags: BenchFlags, load: LoadShape): void {
  const { rate, durationMs, maxRequests, budgetUsd, slo } = load;
  needs("--arrival", flags.arrival, "--rate", rate ?? undefined);
  needs("--max-in-flight", flags.maxInFlight, "--rate", rate ?? undefined);
  needs("--find-max-concurrency", flags.findMaxConcurrency, "--slo, such as --slo ttft=500,tpot=50", slo ?? undefined);
  if (rate !== null && load.adaptive) {
    throw new BenchError("usage", "the configuration has both rate and adaptive under benchmarks", {
      hint: "A rate is an open loop, adaptive a closed one: leave one out, or say --concurrency for this run.",
    });
  }
  if (!flags.stream && (slo?.ttft_ms ?? slo?.tpot_ms ?? null) !== null) {
    const where = flags.slo === undefined ? "slo in the configuration" : "--slo";
    throw new BenchError("usage", `${where} has a limit on TTFT or TPOT, which --no-stream leaves unknown`, {
      hint: "Limit the duration instead (--slo duration=2s), or leave --no-stream out.",
    });
  }
  const ends = [durationMs, maxRequests, budgetUsd, flags.limit ?? null, flags.findMaxConcurrency ?? null].some(
    (end) => end !== null,
  );
  if (flags.synthetic !== undefined && !ends) {
    throw new BenchError("usage", "synthetic prompts never end, so the run needs an end", {
      hint: "Add --max-requests 100, --duration 60s, --limit 100 or --budget-usd 1.",
    });
  }
}
