import { calibratedErrorAt } from "../core/calibration.ts";
import type { TestCase } from "../core/dataset.ts";
import { seededRandom } from "../core/random.ts";
import type { Manifest } from "../core/run.ts";
import type { RunEvent, RunObserver } from "../core/run-events.ts";
import { firstAbort } from "../core/shared-abort.ts";
import { readRun, type OpenRun } from "../journal/directory.ts";
import { journalStamp } from "../journal/export-stamps.ts";
import { run, type RunOptions, type RunOutcome } from "../runner/run.ts";
import type { Stage } from "../runner/stage.ts";
import { budgetOf } from "./budget-of.ts";
import { caseCheck, hasEndlessCases, requireSome } from "./check-requests.ts";
import { resumable, withGoodPart, withLeftOut, withWholeDataset } from "./dataset-identity.ts";
import { writeExports } from "./exports.ts";
import { findingsOf } from "./findings.ts";
import { searchOf, type LevelSearch } from "./level-search.ts";
import { withEnd, withSegment, withSimulated } from "./manifest.ts";
import type { BenchmarkOptions, BenchmarkOutcome } from "./options.ts";
import type { BenchmarkLoad, BenchmarkPlan, LoadShape } from "./plan.ts";
import { loadRecord } from "./records.ts";
import { runOptions } from "./run-options.ts";
import { NOTHING_SO_FAR, soFarIn, timeIsOver, type SoFar } from "./so-far.ts";
import { isEndless, stagesOf } from "./stages.ts";
import { warningsOnce } from "./warnings-once.ts";
import { WatchedWork } from "./watched-work.ts";

/** A wait for the rest of an input is worth a word when it takes longer, in milliseconds. */
const SAY_AFTER_MS = 1000;

/** What a segment is given. */
export interface SegmentParts {
  readonly plan: BenchmarkPlan;
  readonly load: BenchmarkLoad;
  readonly options: BenchmarkOptions;
  readonly cases: AsyncIterable<TestCase>;
  readonly opened: OpenRun;
  /** Requests to each target; null where nobody knows the number, or not yet. */
  readonly planned: number | null;
}

/** What one process does of a run: from the directory it has opened to the exports. */
export class BenchmarkSegment {
  readonly #parts: SegmentParts;
  /** Of a dataset that is checked while it is used. */
  readonly #streamed: boolean;
  #manifest: Manifest;
  #planned: number | null;
  #done: number;
  #begun = false;
  #outcome: RunOutcome | null = null;

  constructor(parts: SegmentParts) {
    this.#parts = parts;
    this.#streamed = parts.plan.dataset.sha256 === null;
    this.#planned = parts.planned;
    this.#done = parts.opened.finished.size;
    this.#manifest = { ...parts.opened.manifest, planned_per_target: parts.planned };
  }

  /** Sends what is left to be sent, and says in the manifest how it ended. */
  async send(): Promise<void> {
    const { plan, load } = this.#parts;
    const soFar = this.#soFar();
    const search = this.#search(soFar);
    const inTurn = load.order === "sequential" && plan.targets.length > 1;
    const left = (target: string | null): readonly Stage[] => this.#stages(soFar, target);
    const goesOn =
      search?.goesOn ??
      (inTurn ? plan.targets.map(({ label }) => label) : [null]).some((target) => left(target).length > 0);
    if (this.#total === null ? !goesOn : this.#isOver) return this.#endWithoutWork();
    const watched = new WatchedWork(this.#streamed ? caseCheck(plan, load, this.#parts.options.warn) : () => {});
    const stages = search?.stages() ?? left(null);
    await this.#run({ stages, oneByOne: inTurn ? left : null }, search, soFar, watched);
    if (watched.failure !== null) await this.#breakOff(watched.failure.error);
    await this.#end(search === null ? watched.perWork : null);
  }

  /** Reads back what stands on the disk and writes the exports of it. */
  report(): BenchmarkOutcome {
    const { plan, options, opened } = this.#parts;
    const of = journalStamp(opened.directory);
    // What stands on disk has its secrets masked, unlike what is in memory; reports see only that.
    const { manifest, results } = readRun(opened.directory);
    let damaged = 0;
    const findings = findingsOf(manifest, () => results({ onDamaged: () => (damaged += 1) }));
    // Those that were there when the run was opened have been reported, and their cases were sent again.
    const newlyDamaged = Math.max(0, damaged - opened.damaged);
    if (newlyDamaged > 0) {
      options.warn?.(`results.jsonl has damaged lines (${damaged}); their cases are missing from the results`);
    }
    const found = [...findings.summaries.values()].reduce((sum, { total }) => sum + total, 0);
    const missing = Math.max(0, this.#done - found);
    if (missing > newlyDamaged) {
      options.warn?.(`results.jsonl lacks ${missing} of the ${this.#done} results that were written to it`);
    }
    const files = writeExports(opened.directory, { findings, results, of }, options.exports);
    return {
      directory: opened.directory,
      findings,
      interrupted: !this.#isOver,
      left: this.#planned === null ? null : Math.max(0, this.#planned * plan.targets.length - this.#done),
      lost: Math.max(missing, newlyDamaged),
      stoppedTargets: this.#outcome?.stoppedTargets ?? new Map(),
      files,
    };
  }

  /** After a failure of the run the manifest should not say "running"; on a full disk that may fail as well. */
  saveInterrupted(): void {
    if (this.#manifest.status !== "running") return;
    try {
      this.#save(withEnd(this.#manifest, "interrupted", { validity: null }, this.#parts.options.clock));
    } catch {
      // The journal is what counts, and a resume needs nothing else.
    }
  }

  get #total(): number | null {
    return this.#planned === null ? null : this.#planned * this.#parts.plan.targets.length;
  }

  get #isOver(): boolean {
    const endedByItself = !this.#begun || (this.#outcome !== null && this.#outcome.endedBy !== "stop");
    return this.#done >= (this.#total ?? (endedByItself ? 0 : Infinity));
  }

  #save(manifest: Manifest): void {
    const counted = { ...manifest, dataset: withLeftOut(manifest.dataset, this.#parts.plan.dataset) };
    this.#parts.opened.saveManifest(counted);
    this.#manifest = counted;
  }

  /** At once: a process that is killed later has labelled its results all the same. */
  #labelSimulated(): void {
    const labelled = withSimulated(this.#manifest, this.#parts.plan.targets);
    if (labelled === this.#manifest) return;
    this.#manifest = labelled;
    try {
      this.#save(labelled);
    } catch {
      // Out of descriptors, say; it is saved again at the end.
    }
  }

  #soFar(): SoFar {
    const { load, opened } = this.#parts;
    const needsPast = load.durationMs !== null || load.budgetUsd !== null;
    return needsPast && this.#done > 0 ? soFarIn(readRun(opened.directory).results()) : NOTHING_SO_FAR;
  }

  #search(soFar: SoFar): LevelSearch | null {
    const { plan, load, opened } = this.#parts;
    return searchOf(plan, load, {
      elapsedMs: (level) => soFar.elapsedMs(level),
      earlier: () => (this.#done > 0 ? readRun(opened.directory).results() : []),
    });
  }

  /** What is left for all targets at the same time, or for one of them. */
  #stages(soFar: SoFar, target: string | null): readonly Stage[] {
    const { plan, load } = this.#parts;
    const manifest = this.#manifest;
    return stagesOf(load, {
      levels: plan.levels,
      seed: `${plan.seed ?? manifest.id}/${manifest.segments.length}`,
      endlessCases: hasEndlessCases(plan),
      elapsedMs: (index) =>
        timeIsOver(manifest, load) ? Infinity : soFar.elapsedMs(plan.levels?.[index] ?? null, target),
    });
  }

  async #run(
    inOrder: Pick<RunOptions, "stages" | "oneByOne">,
    search: LevelSearch | null,
    soFar: SoFar,
    watched: WatchedWork,
  ): Promise<void> {
    const { plan, load, options, cases, opened } = this.#parts;
    const { clock } = options;
    this.#begun = true;
    this.#save(withSegment(this.#manifest, loadRecord(load), plan.targets, clock));
    announce(plan, this.#planned, opened.finished, options.observe);
    const budget = await budgetOf(plan, load, soFar, cases);
    const outcome = await run({
      ...runOptions(plan, load, cases, { opened, watched, search }),
      ...inOrder,
      budget,
      clock,
      random: seededRandom(this.#manifest.id),
      segment: this.#manifest.segments.length - 1,
      calibratedError: (of) => calibratedErrorAt(options.calibration ?? null, of),
      stop: firstAbort([options.stop, watched.stop]),
      abandon: options.abandon,
      observe: (event: RunEvent) => {
        if (event.type === "case_finished") {
          this.#done += 1;
          search?.add(event.result);
          this.#labelSimulated();
        }
        options.observe(event);
      },
      warned: warningsOnce(options.warn),
    });
    this.#outcome = outcome;
    tellOfWarmUp(outcome, load, options);
  }

  /** Nothing is left to do; the process that wrote the last record may have died before it could say so. */
  #endWithoutWork(): void {
    if (this.#manifest.status === "finished") return;
    const validity = this.#manifest.segments.at(-1)?.validity ?? null;
    const endedBy = this.#total === null ? "time" : "work";
    this.#save(withEnd(this.#manifest, "finished", { validity, endedBy }, this.#parts.options.clock));
  }

  /** A row that is not valid ended the work. */
  async #breakOff(error: unknown): Promise<never> {
    const { plan, options, opened } = this.#parts;
    const keptWhole = await this.#keepRest();
    const manifest = await withGoodPart(this.#manifest, plan.dataset);
    this.#save(withEnd(manifest, "interrupted", this.#outcome ?? { validity: null }, options.clock));
    throw resumable(error, plan.dataset, { directory: opened.directory, keptWhole });
  }

  /** Standard input can be corrected where it is kept, if all of it is. */
  async #keepRest(): Promise<boolean> {
    const { plan, options } = this.#parts;
    const timer = options.clock.setTimer(SAY_AFTER_MS, () =>
      options.warn?.(
        "a row is not valid; the rest of standard input is kept, to be corrected there (Ctrl-C ends that)",
      ),
    );
    try {
      return (await plan.dataset.keepRest?.(options.stop)) ?? true;
    } finally {
      timer.cancel();
    }
  }

  async #end(perWork: number | null): Promise<void> {
    const { plan, load, options } = this.#parts;
    // Those of a dataset that was checked before are known from its beginning.
    if (this.#streamed) for (const text of plan.dataset.leftOut?.inWords ?? []) options.warn?.(text);
    if (this.#streamed && perWork !== null) {
      requireSome(perWork, plan);
      if (!isEndless(load, false)) this.#planned ??= perWork * (plan.levels?.length ?? 1);
    }
    let manifest: Manifest = { ...this.#manifest, planned_per_target: this.#planned };
    if (this.#streamed && this.#isOver) manifest = await withWholeDataset(manifest, plan.dataset, this.#planned);
    const status = this.#isOver ? "finished" : "interrupted";
    this.#save(withEnd(manifest, status, this.#outcome ?? { validity: null }, options.clock));
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

function tellOfWarmUp({ warmUpFailures }: RunOutcome, { warmup }: LoadShape, { warn }: BenchmarkOptions): void {
  for (const { target, failed, last } of warmUpFailures) {
    warn?.(`${target}: ${failed} of ${warmup} warm-up requests failed, the last with ${last.code}: ${last.message}`);
  }
}
