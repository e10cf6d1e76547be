import type { Clock, Millis, Timer } from "../core/clock.ts";
import type { Attempt } from "../core/provider.ts";
import type { ModelRequest } from "../core/request.ts";
import type { Limiter, Pass } from "./limiter.ts";

/** Waits shorter than this are not worth telling. */
const TOLD_FROM_MS = 1000;
/** Timers are no finer, and a remainder of rounding must not make them run in circles. */
const SHORTEST_TIMER_MS = 1;

interface Waiting {
  readonly request: ModelRequest;
  readonly tell: (resumesInMs: Millis) => void;
  readonly go: (pass: Pass) => void;
}

/** Lets a target's attempts through as its limiter decides, in the order in which they came. */
export class Turnstile {
  readonly #clock: Clock;
  readonly #limiter: Limiter;
  readonly #queue = new Set<Waiting>();
  #timer: Timer | null = null;
  /** The instant that was told of last. */
  #told: Millis = 0;

  constructor(clock: Clock, limiter: Limiter) {
    this.#clock = clock;
    this.#limiter = limiter;
  }

  /**
   * Leave for an attempt: at once where there is no need to wait, else a promise of it, which is null when the signal
   * aborts first. `tell` hears how long the target pauses while this attempt is the next.
   */
  enter(request: ModelRequest, signal: AbortSignal, tell: (resumesInMs: Millis) => void): Pass | Promise<Pass | null> {
    const now = this.#clock.now();
    if (this.#queue.size === 0 && this.#limiter.waitMs(request, now) <= 0) return this.#limiter.leave(request, now);
    return new Promise((resolve) => {
      if (signal.aborted) return resolve(null);
      const onAbort = (): void => {
        this.#queue.delete(waiting);
        resolve(null);
        this.#later(SHORTEST_TIMER_MS);
      };
      const waiting: Waiting = {
        request,
        tell,
        go(pass) {
          signal.removeEventListener("abort", onAbort);
          resolve(pass);
        },
      };
      signal.addEventListener("abort", onAbort, { once: true });
      this.#queue.add(waiting);
      if (this.#queue.size === 1) this.#next();
    });
  }

  /** An attempt that was let through has ended. */
  ended(pass: Pass, attempt: Attempt): void {
    this.#limiter.ended(pass, attempt, this.#clock.now());
    this.#next();
  }

  /** Lets go whoever may leave by now, and sets a timer for the next. */
  #next(): void {
    this.#later(null);
    for (const waiting of this.#queue) {
      const now = this.#clock.now();
      const waitMs = this.#limiter.waitMs(waiting.request, now);
      if (waitMs > 0) {
        this.#later(Math.max(SHORTEST_TIMER_MS, waitMs));
        return this.#tell(waiting, waitMs, now);
      }
      this.#queue.delete(waiting);
      waiting.go(this.#limiter.leave(waiting.request, now));
    }
  }

  /** Not at once where one is called off: the signal may be about to call off all the others. */
  #later(afterMs: Millis | null): void {
    this.#timer?.cancel();
    this.#timer = afterMs === null || this.#queue.size === 0 ? null : this.#clock.setTimer(afterMs, () => this.#next());
  }

  #tell(waiting: Waiting, waitMs: Millis, now: Millis): void {
    if (waitMs < TOLD_FROM_MS || Math.abs(now + waitMs - this.#told) < TOLD_FROM_MS) return;
    this.#told = now + waitMs;
    waiting.tell(waitMs);
  }
}
