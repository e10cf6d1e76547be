import { setMaxListeners } from "node:events";
import type { Clock, Millis } from "../core/clock.ts";
import type { FailureCode } from "../core/failure.ts";
import type { Journal } from "../core/journal.ts";
import type { Random } from "../core/random.ts";
import type { TestResult } from "../core/result.ts";
import type { RunObserver } from "../core/run-events.ts";
import type { Validity } from "../core/summary.ts";
import { Lane, type LaneContext } from "./lane.ts";
import { measureSelf } from "./self-measurement.ts";
import { SlotCounter } from "./slot-counter.ts";
import { Tally } from "./tally.ts";
import type { RunTarget } from "./target.ts";
import { judgeValidity } from "./validity.ts";
import type { WorkItem } from "./work.ts";

/** A run to be made. */
export interface RunOptions {
  readonly targets: readonly RunTarget[];
  /** The work of one target that is still to be done; each call begins a pass of its own. */
  readonly workFor: (target: RunTarget) => AsyncIterable<WorkItem>;
  readonly journal: Journal;
  readonly clock: Clock;
  /** For the jitter of retries. */
  readonly random: Random;
  readonly delayMs: Millis;
  /** Send nothing more after the first case that fails; the rest is skipped. */
  readonly failFast: boolean;
  /** Whether raw bodies are given to the journal. */
  readonly keepRaw: boolean;
  readonly segment: number;
  /** Stops sending; what is in flight may end. */
  readonly stop: AbortSignal;
  /** Ends what is in flight as well. */
  readonly abandon: AbortSignal;
  readonly observe: RunObserver;
}

/** How a run ended. */
export interface RunOutcome {
  /** The targets that were given up, with the failure that decided it. */
  readonly stoppedTargets: ReadonlyMap<string, FailureCode>;
  readonly validity: Validity;
}

/**
 * Sends every target its work, all targets at the same time, each with its own number of slots.
 * Rejects with what the journal rejected with; by then nothing is in flight any more.
 */
export async function run(options: RunOptions): Promise<RunOutcome> {
  const { clock, stop } = options;
  const slots = new SlotCounter();
  const tally = new Tally();
  const stopAll = new AbortController();
  const abandonAll = new AbortController();
  let broken: { error: unknown } | null = null;
  let failedFast = false;

  const stopOrBroken = AbortSignal.any([stop, stopAll.signal]);
  const abandonOrBroken = AbortSignal.any([options.abandon, abandonAll.signal]);
  // Every case in flight listens to them; that is no leak.
  setMaxListeners(0, stopOrBroken, abandonOrBroken);

  const context: LaneContext = {
    ...options,
    stop: stopOrBroken,
    abandon: abandonOrBroken,
    segmentStart: clock.now(),
    slots,
    closed() {
      if (broken !== null || stop.aborted) return { skipWith: null };
      return failedFast ? { skipWith: "not sent: the run stopped at its first failure (--fail-fast)" } : null;
    },
    failed() {
      if (options.failFast) failedFast = true;
    },
    finished(result: TestResult) {
      tally.add(result);
      options.observe({ type: "case_finished", result });
    },
    broke(error: unknown) {
      broken ??= { error };
      stopAll.abort();
      abandonAll.abort();
    },
  };

  const self = measureSelf(clock, slots);
  const lanes = options.targets.map((target) => ({ target, lane: new Lane(target, options.workFor(target), context) }));
  await Promise.all(lanes.map(({ lane }) => lane.run()));
  const own = self.stop();
  if (broken !== null) throw (broken as { error: unknown }).error;

  const stoppedTargets = new Map<string, FailureCode>();
  for (const { target, lane } of lanes) if (lane.circuit !== null) stoppedTargets.set(target.label, lane.circuit);
  return {
    stoppedTargets,
    validity: judgeValidity({
      ...tally.medians(),
      eventLoopDelayMs: own.eventLoopDelayMs,
      cpuShare: own.cpuShare,
      requestedRate: null,
      deliveredRate: slots.endedPerSecond(own.windowMs),
      littleResidual: slots.littleResidual(own.windowMs),
    }),
  };
}
