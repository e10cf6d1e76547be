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
    targets: plan.targets.map(targetRecord),
    stream: plan.stream,
    parameters: plan.parameters,
    category: plan.category,
    limit: plan.limit,
    repeat: plan.repeat,
    seed: plan.seed,
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
    stream: record.stream,
    parameters: record.parameters,
  };
}

/** The load as `run.json` records it. */
export function loadRecord(load: BenchmarkLoad): Required<Load> {
  return {
    concurrency: load.concurrency,
    timeout_ms: load.timeoutMs,
    retries: load.retries,
    delay_ms: load.delayMs,
    fail_fast: load.failFast,
    save_responses: load.saveResponses,
  };
}

/** The load that a segment recorded. */
export function loadFrom(record: Load): BenchmarkLoad {
  return {
    concurrency: record.concurrency,
    timeoutMs: record.timeout_ms,
    retries: record.retries,
    delayMs: record.delay_ms,
    failFast: record.fail_fast,
    saveResponses: record.save_responses,
  };
}
