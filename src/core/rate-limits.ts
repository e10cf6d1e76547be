import type { Millis } from "./clock.ts";

/** Nobody waits longer than this for a server's word: what asks for more is ignored. */
export const LONGEST_STATED_WAIT_MS: Millis = 600_000;

/** A wait that a server states. */
export interface StatedWait {
  readonly ms: Millis;
  /** Its name and value, as the server put them: `retry-after: 20`. */
  readonly stated: string;
}

/** What a server says of one of its rate limits. */
export interface Allowance {
  /** What there is when nothing has been used; null when it does not say. */
  readonly limit: number | null;
  readonly remaining: number;
  /** Until all of the limit is there again, from when it was said; null when it does not say. */
  readonly resetsInMs: Millis | null;
  /** The name and value that say so. */
  readonly stated?: string;
}

/** What a server says of its rate limits beside an answer or a refusal; null for what it leaves out. */
export interface StatedLimits {
  readonly requests: Allowance | null;
  readonly tokens: Allowance | null;
}

/** Limits that a target is kept within, per minute; null for none. */
export interface OwnLimits {
  readonly requestsPerMinute: number | null;
  readonly tokensPerMinute: number | null;
}

export const NO_OWN_LIMITS: OwnLimits = { requestsPerMinute: null, tokensPerMinute: null };
