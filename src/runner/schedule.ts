import { sleep, type Clock, type Millis } from "../core/clock.ts";
import type { Arrivals } from "./arrivals.ts";
import { RateBooks } from "./rate-books.ts";
import type { Rates } from "./measurement.ts";
import type { Stage } from "./stage.ts";

/**
 * The instants at which a stage's requests are to leave, and what became of each. A closed loop has none: its requests
 * leave as soon as they can. Instants are milliseconds after the stage's start, which is when this is made.
 */
export class Schedule {
  readonly #clock: Clock;
  readonly #start: Millis;
  readonly #durationMs: Millis | null;
  readonly #arrivals: Arrivals | null;
  readonly #books = new RateBooks();
  #at: Millis | null;

  constructor({ arrivals, durationMs }: Pick<Stage, "arrivals" | "durationMs">, clock: Clock) {
    this.#clock = clock;
    this.#start = clock.now();
    this.#durationMs = durationMs;
    this.#arrivals = arrivals?.() ?? null;
    this.#at = this.#next();
  }

  /** The instant that is due next; null in a closed loop. */
  get at(): Millis | null {
    return this.#at;
  }

  /** Whether the time is over before the next instant. */
  get isOver(): boolean {
    return this.#at !== null && this.#durationMs !== null && this.#at >= this.#durationMs;
  }

  /** An instant on the clock of this process. */
  onClock(at: Millis): Millis {
    return this.#start + at;
  }

  /** Goes on to the instant after. */
  advance(): void {
    this.#at = this.#next();
  }

  /** Waits for the next instant; false when the signal came first. */
  async reached(signal: AbortSignal): Promise<boolean> {
    const at = this.#at;
    if (at === null) return !signal.aborted;
    // Node's timers count whole milliseconds from the start of their loop turn: they can fire up to one early.
    for (let left = this.#left(at); left > 0; left = this.#left(at)) {
      if (!(await sleep(this.#clock, left, signal))) return false;
    }
    return !signal.aborted;
  }

  /** The request of an instant left, at an instant of the clock. */
  sent(appointed: Millis, left: Millis): void {
    this.#books.sent(appointed, left - this.#start);
  }

  /** The request of an instant was not sent, though there was time for it. */
  unsent(appointed: Millis): void {
    this.#books.unsent(appointed);
  }

  /** All that was still wanted within the time was asked for and not sent. */
  restUnsent(): void {
    if (this.#durationMs === null) return;
    for (; this.#at !== null && this.#at < this.#durationMs; this.advance()) this.#books.unsent(this.#at);
  }

  /** What was asked for and what left; null in a closed loop. */
  get rates(): Rates | null {
    return this.#books.rates();
  }

  #next(): Millis | null {
    return this.#arrivals?.next().value ?? null;
  }

  #left(at: Millis): Millis {
    return this.onClock(at) - this.#clock.now();
  }
}
