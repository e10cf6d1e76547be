import { requireDistinct } from "../config/targets.ts";
import { calibratedErrorAt, type Calibration } from "../core/calibration.ts";
import type { Clock } from "../core/clock.ts";
import type { TestCase } from "../core/dataset.ts";
import { BenchError } from "../core/errors.ts";
import { seededRandom } from "../core/random.ts";
import { resultKey } from "../core/result.ts";
import type { Manifest, Origin } from "../core/run.ts";
import type { RunEvent, RunObserver } from "../core/run-events.ts";
import type { Mask } from "../core/secrets.ts";
import { selectCases } from "../datasets/select.ts";
import { readRun, type OpenRun } from "../journal/directory.ts";
import type { Findings } from "../reports/summary-view.ts";
import { Budget } from "../runner/budget.ts";
import { run, type RunOptions, type RunOutcome } from "../runner/run.ts";
import type { RunTarget } from "../runner/target.ts";
import { workOrder, type WorkItem } from "../runner/work.ts";
import { writeExports, type ExportOptions } from "./exports.ts";
import { findingsOf } from "./findings.ts";
import { withEnd, withSegment } from "./manifest.ts";
import { caseCheck, checkRequests, hasEndlessCases, requireSome, sourcesOf } from "./check-requests.ts";
import { resumable, withGoodPart, withWholeDataset } from "./dataset-identity.ts";
import { highestCostOf } from "./highest-cost.ts";
import { checkSearch, searchOf, SEARCH_LEVELS, type LevelSearch } from "./level-search.ts";
import { openDirectory } from "./open-directory.ts";
import type { BenchmarkLoad, BenchmarkPlan, LoadShape } from "./plan.ts";
import { loadRecord } from "./records.ts";
import { modelFor, requestFor, timeoutsFor, type RequestSources } from "./requests.ts";
import { NOTHING_SO_FAR, soFarIn, timeIsOver } from "./so-far.ts";
import { isEndless, stagesOf } from "./stages.ts";
import { WatchedWork } from "./watched-work.ts";
import type { BenchTarget } from "./targets.ts";
import { warmUpOf } from "./warm-up-work.ts";

/** Where it is kept, and who watches. */
export interface BenchmarkOptions {
  readonly directory: string;
  /** `resume` goes on with the run that is there, or begins one. `force` moves it aside. */
  readonly mode: "new" | "resume" | "force";
  readonly exports: ExportOptions;
  readonly clock: Clock;
  readonly mask: Mask;
  readonly toolVersion: string;
  /** Of a resume: whether failed cases are sent again, their later results in place of the earlier. */
  readonly retryFailed?: boolean;
  /** How far off this client was on this machine; null or missing where nobody has tried. */
  readonly calibration?: Calibration | null;
  /** Where the command stood; recorded for `resume`. */
  readonly origin?: Origin;
  readonly stop: AbortSignal;
  readonly abandon: AbortSignal;
  readonly observe: RunObserver;
  /** Hears of the open directory, so that a process that must end at once can close it. */
  readonly opened?: (run: Pick<OpenRun, "directory" | "closeAtOnce">) => void;
  /** Hears of what is odd but stops nothing. */
  readonly warn?: (message: string) => void;
}

/** A benchmark that has ended. */
export interface BenchmarkOutcome {
  readonly directory: string;
  readonly findings: Findings;
  /** Whether it was stopped before its end. */
  readonly interrupted: boolean;
  /** Requests left for a resume; null where a run has no number of them, or nobody knows it yet. */
  readonly left: number | null;
  readonly stoppedTargets: RunOutcome["stoppedTargets"];
  /** Paths of the exports. */
  readonly files: readonly string[];
}

export const DEFAULT_RETRIES = 3;

/**
 * Runs a benchmark from plan to exports. Everything that can be wrong before the first request is found before it.
 * Throws `BenchError`; what was measured until then is in the run directory and can be resumed.
 */
export async function runBenchmark(
  plan: BenchmarkPlan,
  load: BenchmarkLoad,
  options: BenchmarkOptions,
): Promise<BenchmarkOutcome> {
  const { clock } = options;
  checkTargets(plan.targets, load);
  checkSearch(plan, load);
  const cases = await selectCases(plan.dataset, plan);
  // A dataset that is checked while it is used gets no pass of its own: that could take longer than the user waits.
  const streamed = plan.dataset.sha256 === null;
  const count = streamed ? null : await checkRequests(cases, plan, load, options.warn);
  let planned = plannedRequests(plan, load, count);
  const opened = await openDirectory(plan, load, planned, options);
  if (streamed && !isEndless(load, false)) planned ??= opened.manifest.planned_per_target;
  options.opened?.(opened);

  let manifest: Manifest = { ...opened.manifest, planned_per_target: planned };
  let outcome: RunOutcome | null = null;
  let done = opened.finished.size;
  const total = (): number | null => (planned === null ? null : planned * plan.targets.length);
  let begun = false;
  const endedByItself = (): boolean => !begun || (outcome !== null && outcome.endedBy !== "stop");
  const isOver = (): boolean => done >= (total() ?? (endedByItself() ? 0 : Infinity));
  try {
    await plan.dataset.keepIn?.(opened.directory);
    const needsPast = load.durationMs !== null || load.budgetUsd !== null;
    const soFar = needsPast && done > 0 ? soFarIn(readRun(opened.directory).results()) : NOTHING_SO_FAR;
    const search = searchOf(plan, load, {
      elapsedMs: (level) => soFar.elapsedMs(level),
      earlier: () => (done > 0 ? readRun(opened.directory).results() : []),
    });
    const fixed = stagesOf(load, {
      levels: plan.levels,
      seed: `${plan.seed ?? manifest.id}/${manifest.segments.length}`,
      endlessCases: hasEndlessCases(plan),
      elapsedMs: (index) => (timeIsOver(manifest, load) ? Infinity : soFar.elapsedMs(plan.levels?.[index] ?? null)),
    });
    const goesOn = search?.goesOn ?? fixed.length > 0;
    if (total() === null ? goesOn : !isOver()) {
      begun = true;
      const check = caseCheck(plan, load, options.warn);
      const watched = new WatchedWork(streamed ? check : () => {});
      manifest = withSegment(manifest, loadRecord(load), clock);
      opened.saveManifest(manifest);
      announce(plan, planned, opened.finished, options.observe);
      outcome = await run({
        ...runOptions(plan, load, cases, { opened, watched, search }),
        stages: search?.stages() ?? fixed,
        budget: load.budgetUsd === null ? null : new Budget(load.budgetUsd, soFar.spentUsd),
        clock,
        random: seededRandom(manifest.id),
        segment: manifest.segments.length - 1,
        calibratedError: (of) => calibratedErrorAt(options.calibration ?? null, of),
        stop: AbortSignal.any([options.stop, watched.stop]),
        abandon: options.abandon,
        observe: (event: RunEvent) => {
          if (event.type === "case_finished") {
            done += 1;
            search?.add(event.result);
          }
          options.observe(event);
        },
      });
      tellOfWarmUp(outcome, load, options);
      if (watched.failure !== null) {
        manifest = withEnd(await withGoodPart(manifest, plan.dataset), "interrupted", outcome, clock);
        opened.saveManifest(manifest);
        throw resumable(watched.failure.error, plan.dataset, opened.directory);
      }
      if (streamed && search === null && watched.perWork !== null) {
        requireSome(watched.perWork, plan);
        if (!isEndless(load, false)) planned ??= watched.perWork * (plan.levels?.length ?? 1);
        manifest = { ...manifest, planned_per_target: planned };
      }
      if (streamed && isOver()) manifest = await withWholeDataset(manifest, plan.dataset, planned);
      manifest = withEnd(manifest, isOver() ? "finished" : "interrupted", outcome, clock);
      opened.saveManifest(manifest);
    } else if (manifest.status !== "finished") {
      // The process that wrote the last record died before it could say so.
      const validity = manifest.segments.at(-1)?.validity ?? null;
      manifest = withEnd(manifest, "finished", { validity, endedBy: total() === null ? "time" : "work" }, clock);
      opened.saveManifest(manifest);
    }
    // What stands on disk has its secrets masked, unlike what is in memory; reports see only that.
    const { manifest: saved, results } = readRun(opened.directory);
    let damaged = 0;
    const findings = findingsOf(saved, () => results(() => (damaged += 1)));
    // Those that stood there when the run was opened have been told of, and their cases were sent again.
    if (damaged > opened.warnings.length) {
      options.warn?.(`results.jsonl has damaged lines (${damaged}); their cases are missing from the results`);
    }
    const files = writeExports(opened.directory, findings, results, options.exports);
    return {
      directory: opened.directory,
      findings,
      interrupted: !isOver(),
      left: planned === null ? null : Math.max(0, planned * plan.targets.length - done),
      stoppedTargets: outcome?.stoppedTargets ?? new Map(),
      files,
    };
  } catch (error) {
    if (!isOver() && manifest.status === "running") saveInterrupted(opened, manifest, clock);
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

/** How each target is sent its work. */
function runOptions(
  plan: BenchmarkPlan,
  load: BenchmarkLoad,
  cases: AsyncIterable<TestCase>,
  tools: { opened: OpenRun; watched: WatchedWork; search: LevelSearch | null },
): Pick<RunOptions, "targets" | "workFor" | "journal" | "delayMs" | "maxErrors" | "keepRaw" | "warmUp"> {
  const { opened, watched, search } = tools;
  const { finished, journal } = opened;
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
      return unfinished(watched.watch(work), target.label, finished);
    },
    journal,
    delayMs: load.delayMs,
    maxErrors: maxErrorsOf(load),
    keepRaw: load.saveResponses,
    warmUp: warmUpOf(cases, load, endlessCases),
  };
}

function maxErrorsOf({ failFast, maxErrors }: BenchmarkLoad): RunOptions["maxErrors"] {
  if (failFast) return { count: 1, skipWith: "not sent: the run stopped at its first failure (--fail-fast)" };
  if (maxErrors === null) return null;
  return { count: maxErrors, skipWith: `not sent: the run stopped at ${maxErrors} failed cases (--max-errors)` };
}

function tellOfWarmUp({ warmUpFailures }: RunOutcome, { warmup }: LoadShape, { warn }: BenchmarkOptions): void {
  for (const { target, failed, last } of warmUpFailures) {
    warn?.(`${target}: ${failed} of ${warmup} warm-up requests failed, the last with ${last.code}: ${last.message}`);
  }
}

/** What the command line has checked already, and a program may have got wrong. */
function checkTargets(targets: readonly BenchTarget[], load: BenchmarkLoad): void {
  requireDistinct(targets.map(({ label }) => label));
  if (targets.length === 0) throw new BenchError("usage", "there is no target to run");
  if (!Number.isInteger(load.concurrency) || load.concurrency < 1) {
    throw new BenchError("usage", `the concurrency must be a whole number of 1 or more, not ${load.concurrency}`);
  }
}

function announce(
  plan: BenchmarkPlan,
  planned: number | null,
  finished: ReadonlySet<string>,
  observe: RunObserver,
): void {
  const done = new Map<string, number>();
  for (const key of finished) {
    const target = key.slice(0, key.indexOf("\u0000"));
    done.set(target, (done.get(target) ?? 0) + 1);
  }
  const targets = plan.targets.map(({ label }) => ({ target: label, planned, done: done.get(label) ?? 0 }));
  observe({ type: "run_started", targets });
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
  finished: ReadonlySet<string>,
): AsyncGenerator<WorkItem> {
  for await (const item of work) {
    if (!finished.has(resultKey({ target, test_id: item.testCase.id, sample: item.sample }))) yield item;
  }
}

/** After a failure of the run the manifest should not say "running"; on a full disk that may fail as well. */
function saveInterrupted(opened: OpenRun, manifest: Manifest, clock: Clock): void {
  try {
    opened.saveManifest(withEnd(manifest, "interrupted", { validity: null }, clock));
  } catch {
    // The journal is what counts, and a resume needs nothing else.
  }
}
