import type { Millis } from "../core/clock.ts";
import { LONGEST_STATED_WAIT_MS, type Allowance } from "../core/rate-limits.ts";

/**
 * What is left of a server's limit by its own word, less what has left since. The server is taken for a token bucket
 * that fills evenly until its reset, as OpenAI and Anthropic document theirs. A server whose limit comes back all at
 * once is met too early by that; its 429 then says how long to wait. So does that of a limit that takes more than ten
 * minutes to be whole again: nothing is held back by it. Decides only, and sets no timer.
 */
export class ServerQuota {
  #stated: Allowance | null = null;
  #at: Millis = 0;
  #since = 0;
  readonly #ignored: (stated: string) => void;

  constructor(ignored: (stated: string) => void = () => {}) {
    this.#ignored = ignored;
  }

  /** Takes the server's word; `since` is what has left after the request that it was said of. */
  told(stated: Allowance, since: number, at: Millis): void {
    this.#stated = stated;
    this.#at = at;
    this.#since = since;
  }

  take(amount: number): void {
    this.#since += amount;
  }

  /** How long from now until so much may go; 0 when it may, or when the server never said. */
  waitMs(amount: number, now: Millis): Millis {
    const stated = this.#stated;
    if (stated === null || stated.resetsInMs === null) return 0;
    // More than there ever is would wait for ever.
    const short = Math.min(amount, stated.limit ?? amount) - (stated.remaining - this.#since);
    if (short <= 0) return 0;
    // So worded that what is no number is not waited for.
    if (!(stated.resetsInMs <= LONGEST_STATED_WAIT_MS)) {
      this.#ignored(stated.stated ?? `a reset in ${stated.resetsInMs / 1000} s`);
      return 0;
    }
    const used = stated.limit === null ? 0 : stated.limit - stated.remaining;
    // Without its size nothing is known of how it fills: all is there again at the reset, and nothing before.
    const fullInMs = used > 0 ? Math.min(1, short / used) * stated.resetsInMs : stated.resetsInMs;
    return Math.max(0, this.#at + fullInMs - now);
  }
}
