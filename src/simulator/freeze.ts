import type { Millis } from "../core/clock.ts";

/** A server that stands still once. */
export interface Freeze {
  /** After the first request. */
  readonly afterMs: Millis;
  readonly forMs: Millis;
}

/**
 * When something is due that takes `workMs` from `at` on. While the server stands still, nothing is worked at: what is
 * not done by then is done after the thaw, and what comes meanwhile begins then. `firstAt` is the first request's instant.
 */
export function dueUnder(freeze: Freeze | null, firstAt: Millis, at: Millis, workMs: Millis): Millis {
  if (freeze === null) return at + workMs;
  const frozenAt = firstAt + freeze.afterMs;
  const thawAt = frozenAt + freeze.forMs;
  if (at >= thawAt) return at + workMs;
  if (at >= frozenAt) return thawAt + workMs;
  return at + workMs > frozenAt ? at + workMs + freeze.forMs : at + workMs;
}
