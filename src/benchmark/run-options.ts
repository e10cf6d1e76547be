import type { TestCase } from "../core/dataset.ts";
import { resultKey } from "../core/result.ts";
import type { OpenRun } from "../journal/directory.ts";
import type { RunOptions } from "../runner/run.ts";
import type { RunTarget } from "../runner/target.ts";
import { workOrder, type WorkItem } from "../runner/work.ts";
import { hasEndlessCases, sourcesOf } from "./check-requests.ts";
import { highestCostOf } from "./highest-cost.ts";
import { SEARCH_LEVELS, type LevelSearch } from "./level-search.ts";
import type { BenchmarkLoad, BenchmarkPlan } from "./plan.ts";
import { modelFor, requestFor, timeoutsFor, type RequestSources } from "./requests.ts";
import type { BenchTarget } from "./targets.ts";
import { warmUpOf } from "./warm-up-work.ts";
import type { WatchedWork } from "./watched-work.ts";

export const DEFAULT_RETRIES = 3;

/** How each target is sent its work. */
export function runOptions(
  plan: BenchmarkPlan,
  load: BenchmarkLoad,
  cases: AsyncIterable<TestCase>,
  tools: { opened: OpenRun; watched: WatchedWork; search: LevelSearch | null },
): Pick<RunOptions, "targets" | "workFor" | "journal" | "delayMs" | "maxErrors" | "keepRaw" | "warmUp" | "lockstep"> {
  const { opened, watched, search } = tools;
  const { journal } = opened;
  const sources = sourcesOf(plan);
  const endlessCases = hasEndlessCases(plan);
  const cycled = load.durationMs !== null || load.maxRequests !== null || search !== null;
  return {
    targets: plan.targets.map((target) => runTarget(target, load, sources)),
    workFor(target, { index, level }) {
      const work = workOrder(() => cases, {
        passes: cycled ? Infinity : plan.repeat,
        atMost: search?.requestsAt(level ?? 0) ?? load.maxRequests ?? Infinity,
        seed: plan.seed,
        level: { index, of: search === null ? (plan.levels?.length ?? 1) : SEARCH_LEVELS },
        endlessCases,
      });
      return unfinished(watched.watch(work), target.label, opened);
    },
    journal,
    delayMs: load.delayMs,
    maxErrors: maxErrorsOf(load),
    keepRaw: load.saveResponses,
    warmUp: warmUpOf(cases, load, endlessCases),
    lockstep: load.order === "lockstep",
  };
}

function maxErrorsOf({ failFast, maxErrors }: BenchmarkLoad): RunOptions["maxErrors"] {
  if (failFast) return { count: 1, skipWith: "not sent: the run stopped at its first failure (--fail-fast)" };
  if (maxErrors === null) return null;
  return { count: maxErrors, skipWith: `not sent: the run stopped at ${maxErrors} failed cases (--max-errors)` };
}

/** What the runner needs of a target, under a load. */
export function runTarget(target: BenchTarget, load: BenchmarkLoad, sources: RequestSources): RunTarget {
  return {
    label: target.label,
    provider: target.provider,
    highestCostOf: (request) => highestCostOf(request, request.model === target.model ? target.priceOf : null),
    maxConcurrency: target.maxConcurrency,
    limits: {
      requestsPerMinute: load.requestsPerMinute ?? target.limits?.requestsPerMinute ?? null,
      tokensPerMinute: load.tokensPerMinute ?? target.limits?.tokensPerMinute ?? null,
    },
    retries: load.retries ?? target.retries ?? DEFAULT_RETRIES,
    priceOf: (model, usage) => (model === target.model ? (target.priceOf?.(usage) ?? null) : null),
    modelFor: (testCase) => modelFor(testCase, target, sources.caseModels),
    toRequest: (testCase) => requestFor(testCase, target, sources),
    timeoutsFor: (testCase) => timeoutsFor(testCase, target, load),
  };
}

async function* unfinished(
  work: AsyncIterable<WorkItem>,
  target: string,
  { finished, failed }: Pick<OpenRun, "finished" | "failed">,
): AsyncGenerator<WorkItem> {
  for await (const item of work) {
    const key = resultKey({ target, test_id: item.testCase.id, sample: item.sample });
    if (finished.has(key)) continue;
    const before = failed.get(key);
    yield before === undefined ? item : { ...item, before };
  }
}
