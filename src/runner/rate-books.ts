import type { Millis } from "../core/clock.ts";

/** What an open loop's schedule asked for and what became of it. Instants are milliseconds after the stage's start. */
export class RateBooks {
  #sent = 0;
  #unsent = 0;
  #lastIntended: Millis = 0;
  #lastSent: Millis = 0;

  /** A request left that the schedule wanted to leave at `intended`. */
  sent(intended: Millis, at: Millis): void {
    this.#sent += 1;
    this.#lastIntended = Math.max(this.#lastIntended, intended);
    this.#lastSent = Math.max(this.#lastSent, at);
  }

  /** The time was over before a request could leave that had its instant within it. */
  unsent(intended: Millis): void {
    this.#unsent += 1;
    this.#lastIntended = Math.max(this.#lastIntended, intended);
  }

  /**
   * Requests per second: those of the schedule over the schedule's time, and those sent over the time until the last
   * of them left. Each time is one mean gap longer than its last instant, which makes n evenly spaced requests a
   * rate of n gaps. Null before the first.
   */
  rates(): { readonly requested: number; readonly delivered: number } | null {
    const appointed = this.#sent + this.#unsent;
    if (appointed < 2 || this.#lastIntended === 0) return null;
    const gap = this.#lastIntended / (appointed - 1);
    const until = Math.max(this.#lastIntended, this.#lastSent);
    return {
      requested: (appointed * 1000) / (this.#lastIntended + gap),
      delivered: (this.#sent * 1000) / (until + gap),
    };
  }
}
