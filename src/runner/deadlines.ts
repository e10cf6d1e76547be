import type { Clock, Millis, Timer } from "../core/clock.ts";
import { failure, type Failure } from "../core/failure.ts";

/** Limits of one attempt, in milliseconds; null for none. */
export interface Timeouts {
  /** From the start of the attempt until the request is on its socket. */
  readonly connectMs: Millis;
  /** From then until the first output of the model; of streamed answers only, since a plain one comes at once. */
  readonly firstTokenMs: Millis | null;
  /** Between two reads that bring output, and from the last to the end; of streamed answers only. */
  readonly idleMs: Millis | null;
  /** From the sending until the end of the answer. */
  readonly totalMs: Millis;
}

/** Watches one attempt and gives the failure to end it with when a limit passes. */
export class Deadlines {
  readonly #clock: Clock;
  readonly #timeouts: Timeouts;
  readonly #streamed: boolean;
  readonly #onPassed: (failed: Failure) => void;
  /** Of connecting, then of the whole answer. */
  #timer: Timer;
  /** Of the first output, then of the next. */
  #outputTimer: Timer | null = null;
  #lastOutput: Millis | null = null;

  constructor(
    clock: Clock,
    { timeouts, streamed }: { timeouts: Timeouts; streamed: boolean },
    onPassed: (failed: Failure) => void,
  ) {
    this.#clock = clock;
    this.#timeouts = timeouts;
    this.#streamed = streamed;
    this.#onPassed = onPassed;
    const { connectMs } = timeouts;
    this.#timer = clock.setTimer(connectMs, () =>
      onPassed(failure("timeout_connect", `no connection within ${connectMs} ms`)),
    );
  }

  /** The request is on its socket: the connect limit is met, the others begin. */
  sent(): void {
    this.#timer.cancel();
    const { firstTokenMs, totalMs } = this.#timeouts;
    this.#timer = this.#clock.setTimer(totalMs, () =>
      this.#onPassed(failure("timeout_total", `no complete answer within ${totalMs} ms`)),
    );
    if (firstTokenMs === null || !this.#streamed) return;
    this.#outputTimer = this.#clock.setTimer(firstTokenMs, () =>
      this.#onPassed(failure("timeout_first_token", `no output of the model within ${firstTokenMs} ms`)),
    );
  }

  /** A read brought output; true for the first. Costs no timer but then: the one that runs looks back when it fires. */
  tokens(at: Millis): boolean {
    const first = this.#lastOutput === null;
    this.#lastOutput = at;
    if (!first || !this.#streamed) return first;
    this.#outputTimer?.cancel();
    this.#outputTimer = null;
    if (this.#timeouts.idleMs !== null) this.#watchIdle(this.#timeouts.idleMs, this.#timeouts.idleMs);
    return first;
  }

  end(): void {
    this.#timer.cancel();
    this.#outputTimer?.cancel();
  }

  #watchIdle(idleMs: Millis, leftMs: Millis): void {
    this.#outputTimer = this.#clock.setTimer(leftMs, () => {
      const left = (this.#lastOutput ?? 0) + idleMs - this.#clock.now();
      if (left > 0) return this.#watchIdle(idleMs, left);
      this.#onPassed(failure("timeout_idle", `no further output of the model within ${idleMs} ms`));
    });
  }
}
