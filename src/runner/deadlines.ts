import type { Clock, Millis, Timer } from "../core/clock.ts";
import { failure, type Failure } from "../core/failure.ts";

/** Limits of one attempt, in milliseconds. */
export interface Timeouts {
  /** From the start of the attempt until the request is on its socket. */
  readonly connectMs: Millis;
  /** From then until the end of the answer. */
  readonly totalMs: Millis;
}

/** Watches one attempt and gives the failure to end it with when a limit passes. */
export class Deadlines {
  readonly #clock: Clock;
  readonly #timeouts: Timeouts;
  readonly #onPassed: (failed: Failure) => void;
  #timer: Timer;

  constructor(clock: Clock, timeouts: Timeouts, onPassed: (failed: Failure) => void) {
    this.#clock = clock;
    this.#timeouts = timeouts;
    this.#onPassed = onPassed;
    this.#timer = clock.setTimer(timeouts.connectMs, () =>
      onPassed(failure("timeout_connect", `no connection within ${timeouts.connectMs} ms`)),
    );
  }

  /** The request is on its socket: the connect limit is met, the total one begins. */
  sent(): void {
    this.#timer.cancel();
    const { totalMs } = this.#timeouts;
    this.#timer = this.#clock.setTimer(totalMs, () =>
      this.#onPassed(failure("timeout_total", `no complete answer within ${totalMs} ms`)),
    );
  }

  end(): void {
    this.#timer.cancel();
  }
}
