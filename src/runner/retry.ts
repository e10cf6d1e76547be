import type { Millis } from "../core/clock.ts";
import type { Failure, FailureCode } from "../core/failure.ts";
import type { Random } from "../core/random.ts";
import { LONGEST_STATED_WAIT_MS } from "../core/rate-limits.ts";

const RETRIED: ReadonlySet<FailureCode> = new Set([
  "rate_limited",
  "overloaded",
  "server_error",
  "timeout_connect",
  "connection",
  "stream_cut",
]);

const FIRST_BACKOFF_MS = 500;
const LONGEST_BACKOFF_MS = 30_000;

/** What to do after a failed attempt. */
export type RetryDecision =
  | { readonly retry: false }
  /** `counted` is false for what costs none of the allowed retries. */
  | { readonly retry: true; readonly afterMs: Millis; readonly counted: boolean };

/** Whether a failure that may pass asks for a longer wait than anyone waits; it is not retried. */
export const asksTooLong = ({ code, retry_after_ms }: Failure): boolean =>
  RETRIED.has(code) && (retry_after_ms ?? 0) > LONGEST_STATED_WAIT_MS;

/**
 * Whether and when to try again, in milliseconds. The server's own word (`Retry-After`) rules, up to ten minutes; without one the wait is
 * exponential with full jitter: uniform in [0, min(30 s, 500 ms · 2ⁿ)]
 * (AWS Architecture Blog, "Exponential Backoff and Jitter").
 * A kept-alive connection that turned out closed before any byte came back is replaced at once, and costs no retry. So
 * is a request that was reworded for a server that refused a member of it. A name that the resolver could not look up
 * for now is looked up again; one that it does not know is not.
 */
export function decideRetry(failed: Failure, retriesUsed: number, retries: number, random: Random): RetryDecision {
  if (failed.stale_connection || failed.reworded === true) return { retry: true, afterMs: 0, counted: false };
  if (!(RETRIED.has(failed.code) || failed.temporary === true) || retriesUsed >= retries) return { retry: false };
  if (asksTooLong(failed)) return { retry: false };
  const backoff = random() * Math.min(LONGEST_BACKOFF_MS, FIRST_BACKOFF_MS * 2 ** retriesUsed);
  // Jitter on top of the server's word, never under it, keeps the slots from coming back all at once.
  const afterMs = failed.retry_after_ms === null ? backoff : failed.retry_after_ms + backoff / 10;
  return { retry: true, afterMs, counted: true };
}
