import type { Millis } from "../core/clock.ts";
import type { ConcurrencyHistory } from "../core/run.ts";

/** What an episode of 429s leaves of the slots. */
const CUT = 0.8;
/** Steps kept of a run that is refused again and again. */
const STEPS_KEPT = 1000;

/**
 * How many requests may be in flight to a target that says by a 429 when they are too many: additive increase,
 * multiplicative decrease (Chiu and Jain, "Analysis of the Increase and Decrease Algorithms for Congestion Avoidance",
 * 1989), with TCP's slow start (RFC 5681). Until the first 429 every success adds a slot, which doubles them in a round;
 * then a round of successes adds one. A 429 leaves four fifths, once an episode: a request that left before the last
 * cut tells of the load before it (as RFC 6582's recovery point). Decides only.
 */
export class Adaptive {
  readonly #most: number;
  readonly #steps: ConcurrencyHistory["steps"] = [];
  #slots: number;
  #cuts = 0;
  #lastCutAt: Millis = -Infinity;
  /** Successes since the last change. */
  #successes = 0;

  constructor(start: number, most: number, at: Millis) {
    this.#most = most;
    this.#slots = Math.min(start, most);
    this.#note(at, "start");
  }

  get slots(): number {
    return this.#slots;
  }

  /** A request succeeded; `full` when as many were in flight as may be, since else more slots would stand empty. */
  succeeded(full: boolean): void {
    if (!full || this.#slots >= this.#most) return;
    this.#successes += 1;
    if (this.#cuts > 0 && this.#successes < this.#slots) return;
    this.#successes = 0;
    this.#slots += 1;
  }

  /** A request that left at `leftAt` was refused with a 429. */
  refused(leftAt: Millis, now: Millis): void {
    if (leftAt <= this.#lastCutAt) return;
    this.#note(now, "before_429");
    this.#lastCutAt = now;
    this.#cuts += 1;
    this.#successes = 0;
    this.#slots = Math.max(1, Math.floor(this.#slots * CUT));
    this.#note(now, "cut");
  }

  /** Its history, which ends now. */
  history(target: string, now: Millis): ConcurrencyHistory {
    const end = { at_ms: now, slots: this.#slots, why: "end" as const };
    return { target, steps: [...this.#steps, end], cuts: this.#cuts };
  }

  #note(at: Millis, why: ConcurrencyHistory["steps"][number]["why"]): void {
    if (this.#steps.length < STEPS_KEPT) this.#steps.push({ at_ms: at, slots: this.#slots, why });
  }
}
