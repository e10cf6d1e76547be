import type { Millis } from "../core/clock.ts";
import type { Arrivals } from "./arrivals.ts";

/** How many requests each target may have in flight from an instant of a stage on; Infinity for any number. */
export interface SlotStep {
  readonly atMs: Millis;
  readonly slots: number;
}

/** A stretch of a run under one load: a level of a sweep, or a whole run. Plain data, made before anything is sent. */
export interface Stage {
  /** Its place among the stages of the whole run, from 0. */
  readonly index: number;
  /** The slots of a sweep's level, which stand in its records; null for any other run. */
  readonly level: number | null;
  /** In order of their instants; the first is at 0. */
  readonly slots: readonly SlotStep[];
  /** The instants at which requests are to leave (open loop); null: as soon as a slot is free (closed loop). */
  readonly arrivals: (() => Arrivals) | null;
  /** Slots that follow the target's 429s, from the first step's number up to this one; none unless given. */
  readonly adaptiveUpTo?: number;
  /** When sending ends, after the stage's start; null: with the work. */
  readonly durationMs: Millis | null;
  /** Whether the work never ends, so that there is no rest to be recorded as skipped. */
  readonly endless: boolean;
}

/** A closed loop with a fixed number of slots until the work is done. */
export function closedLoop(slots: number): Stage {
  return { index: 0, level: null, slots: [{ atMs: 0, slots }], arrivals: null, durationMs: null, endless: false };
}

/** Whether a stage with fewer requests in flight than it allows is still the load that was named. */
export function allowsFewerInFlight({ level, arrivals, slots }: Stage): boolean {
  return level === null && arrivals === null && slots.length === 1;
}
