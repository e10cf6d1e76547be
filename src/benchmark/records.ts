import type { Dataset } from "../core/dataset.ts";
import type { Load, Plan } from "../core/run.ts";
import type { BenchmarkLoad, BenchmarkPlan } from "./plan.ts";
import { targetRecord, type BenchTarget } from "./targets.ts";

/*
 * Each record stands beside the way back from it. `Required` and the complete return types make the compiler ask for
 * a member that was added to one side only.
 */

/** The plan as `run.json` records it. */
export function planRecord(plan: BenchmarkPlan): Required<Plan> {
  return {
    dataset_sha256: plan.dataset.sha256,
    dataset_reading: plan.dataset.reading ?? null,
    targets: plan.targets.map(targetRecord),
    stream: plan.stream,
    parameters: plan.parameters,
    category: plan.category,
    limit: plan.limit,
    repeat: plan.repeat,
    seed: plan.seed,
    levels: plan.levels === null ? null : [...plan.levels],
    search_up_to: plan.searchUpTo,
    synthetic: plan.synthetic,
  };
}

/** The plan of a recorded run, with what a record cannot hold: the dataset, and targets that can be sent to. */
export function planFrom(record: Plan, dataset: Dataset, targets: readonly BenchTarget[]): BenchmarkPlan {
  return {
    dataset,
    targets,
    category: record.category,
    limit: record.limit,
    repeat: record.repeat,
    seed: record.seed,
    levels: record.levels ?? null,
    searchUpTo: record.search_up_to ?? null,
    synthetic: record.synthetic ?? null,
    stream: record.stream,
    parameters: record.parameters,
  };
}

/** The load as `run.json` records it. */
export function loadRecord(load: BenchmarkLoad): Required<Load> {
  const { ramp, partLimits } = load;
  return {
    concurrency: load.concurrency,
    timeout_ms: load.timeoutMs,
    retries: load.retries,
    delay_ms: load.delayMs,
    fail_fast: load.failFast,
    save_responses: load.saveResponses,
    connect_timeout_ms: partLimits.connectMs,
    first_token_timeout_ms: partLimits.firstTokenMs,
    idle_timeout_ms: partLimits.idleMs,
    rate: load.rate,
    arrival: load.arrival,
    max_in_flight: load.maxInFlight,
    ramp: ramp === null ? null : { from: ramp.from, to: ramp.to, over_ms: ramp.overMs },
    duration_ms: load.durationMs,
    max_requests: load.maxRequests,
    max_errors: load.maxErrors,
    budget_usd: load.budgetUsd,
    warmup: load.warmup,
    p95_limit_ms: load.p95LimitMs,
    requests_per_minute: load.requestsPerMinute,
    tokens_per_minute: load.tokensPerMinute,
    adaptive: load.adaptive,
    order: load.order,
    slo: load.slo,
  };
}

/** The load that a segment recorded; what an older version did not record is what it did. */
export function loadFrom(record: Load): BenchmarkLoad {
  const { ramp = null } = record;
  return {
    concurrency: record.concurrency,
    timeoutMs: record.timeout_ms,
    retries: record.retries,
    delayMs: record.delay_ms,
    failFast: record.fail_fast,
    saveResponses: record.save_responses,
    partLimits: {
      connectMs: record.connect_timeout_ms ?? null,
      firstTokenMs: record.first_token_timeout_ms ?? null,
      idleMs: record.idle_timeout_ms ?? null,
    },
    rate: record.rate ?? null,
    arrival: record.arrival ?? "constant",
    maxInFlight: record.max_in_flight ?? null,
    ramp: ramp === null ? null : { from: ramp.from, to: ramp.to, overMs: ramp.over_ms },
    durationMs: record.duration_ms ?? null,
    maxRequests: record.max_requests ?? null,
    maxErrors: record.max_errors ?? null,
    budgetUsd: record.budget_usd ?? null,
    warmup: record.warmup ?? 0,
    p95LimitMs: record.p95_limit_ms ?? null,
    requestsPerMinute: record.requests_per_minute ?? null,
    tokensPerMinute: record.tokens_per_minute ?? null,
    adaptive: record.adaptive ?? false,
    order: record.order ?? "side_by_side",
    slo: record.slo ?? null,
  };
}
