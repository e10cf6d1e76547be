import type { Clock, Millis } from "../core/clock.ts";
import type { FailureCode } from "../core/failure.ts";
import type { Journal } from "../core/journal.ts";
import type { Random } from "../core/random.ts";
import type { TestResult } from "../core/result.ts";
import { NO_OWN_LIMITS } from "../core/rate-limits.ts";
import { ENDINGS, type ConcurrencyHistory, type Ending } from "../core/run.ts";
import type { RunObserver } from "../core/run-events.ts";
import { firstAbort, sharedAbort } from "../core/shared-abort.ts";
import type { Validity } from "../core/summary.ts";
import type { Budget } from "./budget.ts";
import type { Warned } from "./case-run.ts";
import { ChannelPool } from "./channel-pool.ts";
import { Circuit } from "./circuit.ts";
import { Gate } from "./gate.ts";
import { Limiter } from "./limiter.ts";
import { Lane } from "./lane.ts";
import type { LaneContext, Side } from "./lane-context.ts";
import { Lockstep } from "./lockstep.ts";
import { Measurement, type CalibratedError } from "./measurement.ts";
import type { Stage } from "./stage.ts";
import { sumOfRates, validityOfStages, type JudgedStage } from "./stage-validity.ts";
import type { RunTarget } from "./target.ts";
import { Turnstile } from "./turnstile.ts";
import { warmUp, type WarmUp, type WarmUpFailures } from "./warm-up.ts";
import type { WorkItem } from "./work.ts";

/** A run to be made. */
export interface RunOptions {
  readonly targets: readonly RunTarget[];
  /**
   * What is done under which load, one after the other; each begins when nothing of the one before is in flight. The
   * next is asked for only then, so that it may depend on what came of the others.
   */
  readonly stages: Iterable<Stage>;
  /** Stages of each target by its label, where one target comes after the other; all at the same time unless given. */
  readonly oneByOne?: ((target: string) => Iterable<Stage>) | null;
  /** Whether a case goes to all targets at once, and the next one only then. */
  readonly lockstep?: boolean;
  /** The work of one target in a stage that is still to be done; each call begins a pass of its own. */
  readonly workFor: (target: RunTarget, stage: Stage) => AsyncIterable<WorkItem>;
  readonly journal: Journal;
  readonly clock: Clock;
  /** For the jitter of retries. */
  readonly random: Random;
  readonly delayMs: Millis;
  /** Send nothing more after so many cases have failed; the rest is skipped with this message. Null: never. */
  readonly maxErrors: { readonly count: number; readonly skipWith: string } | null;
  /** What the run may cost; null for any amount. */
  readonly budget: Budget | null;
  /** Null for none. */
  readonly warmUp: WarmUp | null;
  /** Whether raw bodies are given to the journal. */
  readonly keepRaw: boolean;
  readonly segment: number;
  /** How far off this client is known to be under a load; null for one that nothing is known of. */
  readonly calibratedError?: CalibratedError;
  /** Stops sending; what is in flight may end. */
  readonly stop: AbortSignal;
  /** Ends what is in flight as well. */
  readonly abandon: AbortSignal;
  readonly observe: RunObserver;
  /** Hears what is odd about a request or an answer, every time. */
  readonly warned?: Warned;
}

/** How a run ended. */
export interface RunOutcome {
  /** The targets that were given up, with the failure that decided it. */
  readonly stoppedTargets: ReadonlyMap<string, FailureCode>;
  readonly validity: Validity;
  /** Of an adaptive run, one entry for each target; empty for any other. */
  readonly concurrency: readonly ConcurrencyHistory[];
  readonly endedBy: Ending;
  /** Where this machine reached its limit: requests in flight to each target then; empty where it did not. */
  readonly machineLimit: readonly { readonly target: string; readonly in_flight: number }[];
  /** One entry for each target whose warm-up did not succeed. */
  readonly warmUpFailures: readonly WarmUpFailures[];
}

/**
 * Sends every target its work, stage after stage, each target with slots of its own; all targets at the same time unless
 * they are to come one by one.
 * Rejects with what the journal rejected with; by then nothing is in flight any more.
 */
export async function run(options: RunOptions): Promise<RunOutcome> {
  const { clock, targets, stages, workFor } = options;
  const gate = new Gate();
  const stopAll = sharedAbort();
  const abandonAll = sharedAbort();
  let broken: { error: unknown } | null = null;

  const stop = firstAbort([options.stop, stopAll.signal]);
  const abandon = firstAbort([options.abandon, abandonAll.signal]);
  const onStop = (): void => gate.close({ by: "stop", skipWith: null });
  const onClosed = (): void => options.observe({ type: "run_stopping", by: gate.closed?.by ?? "stop" });
  gate.signal.addEventListener("abort", onClosed, { once: true });
  if (stop.aborted) onStop();
  stop.addEventListener("abort", onStop, { once: true });

  const sides = targets.map((target) => ({
    target,
    pool: new ChannelPool(target.provider),
    circuit: new Circuit(),
    turnstile: new Turnstile(
      clock,
      new Limiter(target.limits ?? NO_OWN_LIMITS, (stated) => warnOfReset(target.label, stated, options.warned)),
    ),
  }));
  const groups: readonly Group[] = options.oneByOne
    ? sides.map((side) => ({
        sides: [side],
        alone: side.target.label,
        stages: options.oneByOne?.(side.target.label) ?? [],
      }))
    : [{ sides, stages }];
  const warmUpFailures: WarmUpFailures[] = [];
  const warmUpAll = async (group: Group): Promise<void> => {
    const { warmUp: wanted, budget } = options;
    if (wanted === null) return;
    const told = options.warned === undefined ? {} : { warned: options.warned };
    const failed = await Promise.all(
      group.sides.map(({ target, pool, turnstile }) =>
        warmUp(target, pool, wanted, { ...told, clock, abandon, gate, budget, turnstile }),
      ),
    );
    warmUpFailures.push(...failed.filter((failures) => failures !== null));
  };
  const [first, ...others] = groups;
  if (first !== undefined) await warmUpAll(first);

  let errors = 0;
  const context: Omit<LaneContext, "lockstep" | "books" | "reads" | "finished"> = {
    ...options,
    stop,
    abandon,
    segmentStart: clock.now(),
    gate,
    failed() {
      errors += 1;
      const { count = Infinity, skipWith = "" } = options.maxErrors ?? {};
      if (errors >= count) gate.close({ by: "errors", skipWith });
    },
    broke(error: unknown) {
      broken ??= { error };
      stopAll.abort();
      abandonAll.abort();
    },
  };

  const endings: Ending[] = [];
  const concurrency: ConcurrencyHistory[] = [];
  const judged: JudgedStage[] = [];
  const machineLimit: { target: string; in_flight: number }[] = [];
  const sendTo = async (group: Group): Promise<void> => {
    for (const stage of group.stages) {
      if (stage.endless && gate.closed !== null) break;
      const { level, durationMs } = stage;
      if (level !== null || durationMs !== null) {
        for (const { target } of group.sides) {
          options.observe({ type: "stage_started", target: target.label, level, ends_in_ms: durationMs });
        }
      }
      const measurement = new Measurement(clock);
      const inStage: LaneContext = {
        ...context,
        books: measurement.books,
        reads: measurement.reads,
        finished(result: TestResult) {
          measurement.add(result);
          options.observe({ type: "case_finished", result });
        },
        lockstep: options.lockstep === true ? new Lockstep() : null,
      };
      const lanes = group.sides.map((side) => new Lane(side, stage, workFor(side.target, stage), inStage));
      await Promise.all(lanes.map((lane) => lane.run()));
      const validity = measurement.end(sumOfRates(lanes.map(({ rates }) => rates)), options.calibratedError);
      // A stage whose cases were all skipped says nothing.
      if (measurement.books.used) judged.push({ level: stage.level, target: group.alone, validity });
      concurrency.push(...lanes.map((lane) => lane.concurrency).filter((history) => history !== null));
      endings.push(...lanes.map(({ endedBy }) => endedBy));
      for (const [i, { inFlightAtLimit }] of lanes.entries()) {
        const target = group.sides[i]?.target.label;
        if (inFlightAtLimit !== null && target !== undefined) machineLimit.push({ target, in_flight: inFlightAtLimit });
      }
    }
  };
  // Targets that come one by one need descriptors one by one.
  const closeOf = (group: Group): Promise<unknown> => Promise.all(group.sides.map(({ pool }) => pool.close()));
  if (first !== undefined) {
    await sendTo(first);
    await closeOf(first);
  }
  for (const group of others) {
    await warmUpAll(group);
    await sendTo(group);
    await closeOf(group);
  }
  stop.removeEventListener("abort", onStop);
  if (broken !== null) throw (broken as { error: unknown }).error;

  const stoppedTargets = new Map<string, FailureCode>();
  for (const { target, circuit } of sides) {
    if (circuit.open !== null) stoppedTargets.set(target.label, circuit.open.code);
  }
  return {
    stoppedTargets,
    concurrency,
    machineLimit,
    endedBy: ENDINGS.toReversed().find((by) => endings.includes(by)) ?? "work",
    warmUpFailures,
    validity: validityOfStages(
      judged.length > 0 ? judged : [{ level: null, validity: new Measurement(clock).end(null) }],
    ),
  };
}

function warnOfReset(target: string, stated: string, warned: Warned | undefined): void {
  const name = stated.includes(":") ? stated.slice(0, stated.indexOf(":")) : "";
  warned?.(target, `${stated} asks for a wait of more than ten minutes, and is ignored`, `wait ${name}`);
}

/** Targets that are sent to at the same time. */
interface Group {
  readonly sides: readonly Side[];
  /** The target's label, where it is sent to alone because they come one after the other. */
  readonly alone?: string;
  readonly stages: Iterable<Stage>;
}
