import { requireDistinct } from "../config/targets.ts";
import { BenchError } from "../core/errors.ts";
import { selectCases } from "../datasets/select.ts";
import { checkRequests, hasEndlessCases } from "./check-requests.ts";
import { checkDescriptors, descriptorsHere } from "./check-descriptors.ts";
import { openDirectory } from "./open-directory.ts";
import { withOwnResults } from "./own-results.ts";
import type { BenchmarkOptions, BenchmarkOutcome } from "./options.ts";
import type { BenchmarkLoad, BenchmarkPlan, LoadShape } from "./plan.ts";
import { BenchmarkSegment } from "./segment.ts";
import { isEndless } from "./stages.ts";
import type { BenchTarget } from "./targets.ts";

/**
 * Runs a benchmark from plan to exports. Everything that can be wrong before the first request is found before it.
 * Throws `BenchError`; what was measured until then is in the run directory and can be resumed.
 */
export async function runBenchmark(
  plan: BenchmarkPlan,
  load: BenchmarkLoad,
  options: BenchmarkOptions,
): Promise<BenchmarkOutcome> {
  checkTargets(plan.targets);
  for (const notice of plan.targets.flatMap(({ notices = [] }) => notices)) options.warn?.(notice);
  const cases = await selectCases(plan.dataset, plan);
  // A dataset that is checked while it is used gets no pass of its own: that could take longer than the user waits.
  const streamed = plan.dataset.sha256 === null;
  const count = streamed ? null : await checkRequests(cases, plan, load, options.warn);
  checkDescriptors(plan, load, count, options.descriptors ?? descriptorsHere());
  let planned = plannedRequests(plan, load, count);
  const found = await openDirectory(plan, load, planned, options);
  const opened = await withOwnResults(found, plan, cases, options.warn);
  if (streamed && !isEndless(load, false)) planned ??= opened.manifest.planned_per_target;
  options.opened?.(opened);

  const segment = new BenchmarkSegment({ plan, load, options, cases, opened, planned });
  try {
    await plan.dataset.keepIn?.(opened.directory);
    await segment.send();
    return segment.report();
  } catch (error) {
    segment.saveInterrupted();
    throw error;
  } finally {
    await opened.close();
  }
}

/** Requests to each target; null where the time, a search, or nothing but the budget ends the run, and before a stream has. */
function plannedRequests(plan: BenchmarkPlan, load: LoadShape, cases: number | null): number | null {
  const { repeat, levels } = plan;
  if (plan.searchUpTo !== null || isEndless(load, hasEndlessCases(plan))) return null;
  if (cases === null && load.maxRequests === null) return null;
  const ofLevel = load.maxRequests ?? (cases ?? 0) * repeat;
  return ofLevel * (levels?.length ?? 1);
}

function checkTargets(targets: readonly BenchTarget[]): void {
  requireDistinct(targets.map(({ label }) => label));
  if (targets.length === 0) throw new BenchError("usage", "there is no target to run");
}
