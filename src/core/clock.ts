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

/** `setTimeout` takes no more than 31 bits; beyond that it fires at once. */
const LONGEST_TIMEOUT_MS = 2 ** 31 - 1;

/** The process's real clock. */
export const systemClock: Clock = {
  now: () => performance.now(),
  wallTime: () => new Date().toISOString(),
  setTimer(afterMs, action) {
    let handle: NodeJS.Timeout;
    const wait = (left: Millis): void => {
      handle = setTimeout(
        () => (left > LONGEST_TIMEOUT_MS ? wait(left - LONGEST_TIMEOUT_MS) : action()),
        Math.min(left, LONGEST_TIMEOUT_MS),
      );
    };
    wait(afterMs);
    return { cancel: () => clearTimeout(handle) };
  },
};

/** What is left of a pause when only rounding is left of it. */
const ROUNDING_MS = 1e-6;

/**
 * Resolves after `ms`, never earlier, or at once when `signal` aborts; says whether the whole time passed. Node's timers
 * count whole milliseconds from the start of their loop turn and can fire up to one early: then what is left is waited for.
 */
export function sleep(clock: Clock, ms: Millis, signal?: AbortSignal): Promise<boolean> {
  return new Promise((resolve) => {
    if (signal?.aborted === true) return resolve(false);
    const end = clock.now() + ms;
    let timer: Timer;
    const onAbort = (): void => {
      timer.cancel();
      resolve(false);
    };
    const wait = (left: Millis): void => {
      timer = clock.setTimer(left, () => {
        const still = end - clock.now();
        if (still > ROUNDING_MS) return wait(still);
        signal?.removeEventListener("abort", onAbort);
        resolve(true);
      });
    };
    wait(ms);
    signal?.addEventListener("abort", onAbort, { once: true });
  });
}

/** ISO-8601 UTC of seconds since 1970, as APIs state them; null when they are no such number. */
export function isoTimeOf(unixSeconds: unknown): string | null {
  if (typeof unixSeconds !== "number" || !(Math.abs(unixSeconds) < 8.64e12)) return null;
  return new Date(unixSeconds * 1000).toISOString();
}

/** ISO-8601 UTC, to the millisecond, of a date in any form that `Date` reads; null when it is none. */
export function wallTimeOf(date: string | null): string | null {
  const at = Date.parse(date ?? "");
  return Number.isNaN(at) ? null : new Date(at).toISOString();
}

/** ISO-8601 UTC, so many milliseconds after another. */
export function wallTimeAfter(wallTime: string, ms: Millis): string {
  return new Date(Date.parse(wallTime) + Math.ceil(ms)).toISOString();
}

/** Milliseconds from one wall time to another; null when either is no date. Both may be ISO-8601 or HTTP dates. */
export function wallMillisBetween(from: string, to: string): Millis | null {
  const difference = Date.parse(to) - Date.parse(from);
  return Number.isNaN(difference) ? null : difference;
}
