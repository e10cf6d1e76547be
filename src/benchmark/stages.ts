import type { Millis } from "../core/clock.ts";
import { constantArrivals, poissonArrivals } from "../runner/arrivals.ts";
import type { SlotStep, Stage } from "../runner/stage.ts";
import type { LoadShape } from "./plan.ts";

/** What the stages of a run depend on besides its load. */
export interface StageSources {
  /** Slots of each level of a sweep; null for none. */
  readonly levels: readonly number[] | null;
  /** What a Poisson schedule is drawn from; every target gets the same one. */
  readonly seed: string;
  /** Whether the cases themselves never end. */
  readonly endlessCases: boolean;
  /** How long earlier segments have sent, of each stage. */
  readonly elapsedMs: (index: number) => Millis;
}

/** The stages of a run that are still to be made: one for each level of a sweep, else one. Pure. */
export function stagesOf(load: LoadShape, { levels, seed, endlessCases, elapsedMs }: StageSources): Stage[] {
  const all = levels ?? [null];
  return all.flatMap((level, index) => {
    const leftMs = load.durationMs === null ? null : load.durationMs - elapsedMs(index);
    if (leftMs !== null && leftMs <= 0) return [];
    const stage: Stage = {
      index,
      level,
      slots: slotSteps(load, level),
      arrivals: arrivalsOf(load, `${seed}/${index}`),
      ...(load.adaptive ? { adaptiveUpTo: MOST_ADAPTIVE } : {}),
      durationMs: leftMs,
      endless: isEndless(load, endlessCases),
    };
    return [stage];
  });
}

/** Enough for any limit that is met as 429s, and few enough for any machine. A target's own limit may be lower. */
const MOST_ADAPTIVE = 200;

/** Whether a run's end is set by something other than the end of its work. */
export function isEndless({ durationMs, maxRequests }: LoadShape, endlessCases: boolean): boolean {
  return durationMs !== null || (endlessCases && maxRequests === null);
}

function arrivalsOf({ rate, arrival }: LoadShape, seed: string): Stage["arrivals"] {
  if (rate === null) return null;
  return arrival === "constant" ? () => constantArrivals(rate) : () => poissonArrivals(rate, seed);
}

function slotSteps({ concurrency, rate, maxInFlight, ramp }: LoadShape, level: number | null): SlotStep[] {
  if (level !== null) return [{ atMs: 0, slots: level }];
  if (ramp !== null) return rampSteps(ramp);
  return [{ atMs: 0, slots: rate === null ? concurrency : (maxInFlight ?? Infinity) }];
}

/** One slot more (or less) at even distances in time, the last when the time is over. */
function rampSteps({ from, to, overMs }: NonNullable<LoadShape["ramp"]>): SlotStep[] {
  const steps = Math.abs(to - from);
  const sign = Math.sign(to - from);
  return Array.from({ length: steps + 1 }, (_, n) => ({
    atMs: steps === 0 ? 0 : (overMs * n) / steps,
    slots: from + sign * n,
  }));
}
