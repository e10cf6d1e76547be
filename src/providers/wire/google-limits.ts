import { parseDuration } from "../../core/duration.ts";
import type { FailureCode } from "../../core/failure.ts";
import { codeOfMessage } from "./failures.ts";
import { listAt, textAt, type Fields } from "./fields.ts";

/**
 * Which limit Google's `RESOURCE_EXHAUSTED` is about. The words are the same for a limit per minute and for one per day
 * ("exceeded your current quota"); the details tell.
 */
export function googleLimit(details: readonly Fields[], message: string): FailureCode {
  const limits = details
    .flatMap((detail) => listAt(detail, "violations"))
    .map((violation) => textAt(violation, "quotaId"));
  if (limits.some((id) => id !== null && /PerDay/.test(id))) return "quota";
  const waits = details.some((detail) => textAt(detail, "retryDelay") !== null);
  return waits || limits.length > 0 ? "rate_limited" : (codeOfMessage(message) ?? "rate_limited");
}

/** How long the details of Google's errors ask us to wait, in milliseconds; null when they do not. */
export function googleRetryDelay(details: readonly Fields[]): number | null {
  const wait = details.map((detail) => textAt(detail, "retryDelay")).find((text) => text !== null);
  return wait === undefined ? null : parseDuration(wait);
}
