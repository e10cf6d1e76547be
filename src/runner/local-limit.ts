import type { Millis } from "../core/clock.ts";
import type { Stage } from "./stage.ts";

/** Descriptors and ports come back as other requests end; without a pause the rest of the cases would fail before that. */
export const LOCAL_LIMIT_PAUSE_MS: Millis = 100;

/** A load that grows until something gives has then found what gave; a fixed one goes on with what there is. */
export const stopsAtLocalLimit = ({ arrivals, endless }: Stage): boolean => arrivals !== null || endless;

/** How many requests a target had in flight when this machine reached its limit. */
export class InFlightAtLimit {
  #count: number | null = null;

  /** Null where the limit was not reached. */
  get count(): number | null {
    return this.#count;
  }

  /** The run stops with so many slots taken. */
  stopped(held: number): void {
    this.#count ??= held;
  }

  /** One of them failed for want of a descriptor, a port or memory, and so was not in flight. */
  failed(): void {
    if (this.#count !== null) this.#count -= 1;
  }
}
