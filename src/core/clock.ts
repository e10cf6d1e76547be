/** A duration or an instant on the monotonic clock, in milliseconds (fractions kept). */
export type Millis = number;

/** A timer that has been set and may be called off. */
export interface Timer {
  cancel(): void;
}

/**
 * The only source of time. Instants come from one monotonic clock and mean nothing outside this process;
 * wall time is for labels, never for differences.
 */
export interface Clock {
  /** Monotonic instant in milliseconds. */
  now(): Millis;
  /** Wall time as ISO-8601 UTC with milliseconds. */
  wallTime(): string;
  /** Runs `action` once, `afterMs` from now. */
  setTimer(afterMs: Millis, action: () => void): Timer;
}

/** The process's real clock. */
export const systemClock: Clock = {
  now: () => performance.now(),
  wallTime: () => new Date().toISOString(),
  setTimer(afterMs, action) {
    const handle = setTimeout(action, afterMs);
    return { cancel: () => clearTimeout(handle) };
  },
};

/** Resolves after `ms`, or at once when `signal` aborts; says whether the whole time passed. */
export function sleep(clock: Clock, ms: Millis, signal?: AbortSignal): Promise<boolean> {
  return new Promise((resolve) => {
    if (signal?.aborted === true) return resolve(false);
    const onAbort = (): void => {
      timer.cancel();
      resolve(false);
    };
    const timer = clock.setTimer(ms, () => {
      signal?.removeEventListener("abort", onAbort);
      resolve(true);
    });
    signal?.addEventListener("abort", onAbort, { once: true });
  });
}
