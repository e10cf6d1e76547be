import type { Millis } from "../core/clock.ts";

const WINDOW_MS = 60_000;
/** How much of a timer's lateness is made good, so that it does not add up to a lower rate than was allowed. */
const CATCH_UP_MS = 20;

/** What was taken of a quota, to be corrected once it is known better. */
export interface Taken {
  readonly at: Millis;
  amount: number;
}

/**
 * So much per minute, and never more in any minute. Decides only: instants come in, and no timer is set.
 *
 * Evenly spread by the generic cell rate algorithm (ITU-T I.371, virtual scheduling): an amount may go once all before
 * it have had their share of the minute. A log of the last minute makes the limit exact where amounts differ, and
 * where a late timer was made good. What alone is more than the limit goes when nothing else was in its minute.
 */
export class Quota {
  readonly #perMinute: number;
  readonly #log: Taken[] = [];
  #oldest = 0;
  #sum = 0;
  /** When the next amount may go as far as spreading is concerned. */
  #freeAt: Millis | null = null;

  constructor(perMinute: number) {
    this.#perMinute = perMinute;
  }

  /** How long from now until so much may go; 0 when it may go now. */
  waitMs(amount: number, now: Millis): Millis {
    this.#forget(now);
    let over = this.#sum + amount - this.#perMinute;
    let wait = Math.max(0, (this.#freeAt ?? now) - now);
    for (let i = this.#oldest; over > ROUNDING && i < this.#log.length; i += 1) {
      const taken = this.#log[i];
      if (taken === undefined) break;
      over -= taken.amount;
      wait = Math.max(wait, taken.at + WINDOW_MS - now);
    }
    return wait;
  }

  take(amount: number, now: Millis): Taken {
    const from = this.#freeAt === null ? now : Math.max(this.#freeAt, now - CATCH_UP_MS);
    this.#freeAt = from + this.#timeOf(amount);
    this.#sum += amount;
    const taken = { at: now, amount };
    this.#log.push(taken);
    return taken;
  }

  /** What was taken turned out to be another amount. */
  correct(taken: Taken, amount: number, now: Millis): void {
    this.#forget(now);
    this.#freeAt = (this.#freeAt ?? now) + this.#timeOf(amount - taken.amount);
    if (taken.at > now - WINDOW_MS) this.#sum += amount - taken.amount;
    taken.amount = amount;
  }

  #timeOf(amount: number): Millis {
    return (amount * WINDOW_MS) / this.#perMinute;
  }

  #forget(now: Millis): void {
    for (; this.#oldest < this.#log.length; this.#oldest += 1) {
      const taken = this.#log[this.#oldest];
      if (taken === undefined || taken.at > now - WINDOW_MS) break;
      this.#sum -= taken.amount;
    }
    if (this.#oldest === this.#log.length) this.#sum = 0;
    if (this.#oldest < FORGOTTEN_KEPT) return;
    this.#log.splice(0, this.#oldest);
    this.#oldest = 0;
  }
}

/** Sums of fractions are off by this much at most. */
const ROUNDING = 1e-6;
const FORGOTTEN_KEPT = 1024;
