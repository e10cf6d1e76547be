import { isoTimeOf, wallMillisBetween, type Millis } from "../../core/clock.ts";
import type { Allowance, StatedLimits } from "../../core/rate-limits.ts";

/** The value of a header by its name in lower case; null where it is missing. */
export type HeaderOf = (name: string) => string | null;

/** Asked for only where a header is a date. */
type WallTime = () => string;

/**
 * What the headers of an answer say of the server's rate limits; null when they say nothing.
 * OpenAI's: `x-ratelimit-{limit,remaining,reset}-{requests,tokens}`, resets as durations (`6m0s`)
 * (platform.openai.com/docs/guides/rate-limits). Anthropic's: `anthropic-ratelimit-{requests,tokens}-{limit,remaining,reset}`,
 * resets as RFC 3339 times (docs.anthropic.com/en/api/rate-limits). Cerebras appends the window, resets in seconds
 * (inference-docs.cerebras.ai/support/rate-limits); a day's is left to its 429. All reset when all of the limit is there again.
 */
export function statedLimits(header: HeaderOf, wallTime: WallTime): StatedLimits | null {
  const openais = (what: string): Allowance | null =>
    allowance(
      header(`x-ratelimit-limit-${what}`),
      header(`x-ratelimit-remaining-${what}`),
      parseReset(header(`x-ratelimit-reset-${what}`)),
    );
  const of = (what: "requests" | "tokens"): Allowance | null =>
    openais(what) ??
    openais(`${what}-minute`) ??
    allowance(
      header(`anthropic-ratelimit-${what}-limit`),
      header(`anthropic-ratelimit-${what}-remaining`),
      untilDate(header(`anthropic-ratelimit-${what}-reset`), wallTime),
    );
  const [requests, tokens] = [of("requests"), of("tokens")];
  return requests === null && tokens === null ? null : { requests, tokens };
}

/**
 * How long the headers ask to wait before the next attempt: `retry-after-ms`, else `Retry-After` in seconds or as a date,
 * else the instant at which nothing left (`x-ratelimit-remaining: 0`) ends, as OpenRouter states it.
 */
export function retryAfterMs(header: HeaderOf, wallTime: WallTime): Millis | null {
  const exact = amount(header("retry-after-ms"));
  if (exact !== null) return exact;
  const text = header("retry-after");
  const seconds = amount(text);
  if (seconds !== null) return seconds * 1000;
  return untilDate(text, wallTime) ?? untilReset(header, wallTime);
}

/** Before this many seconds since 1970, or as many milliseconds, a number is a duration: its unit cannot be known. */
const LEAST_INSTANT = 1e9;

function untilReset(header: HeaderOf, wallTime: WallTime): Millis | null {
  const reset = amount(header("x-ratelimit-reset"));
  if (amount(header("x-ratelimit-remaining")) !== 0 || reset === null || reset < LEAST_INSTANT) return null;
  return untilDate(isoTimeOf(reset < LEAST_INSTANT * 1000 ? reset : reset / 1000), wallTime);
}

const UNIT_MS: Readonly<Record<string, number>> = {
  d: 86_400_000,
  h: 3_600_000,
  m: 60_000,
  s: 1000,
  ms: 1,
  us: 0.001,
  µs: 0.001,
};

/** A duration as Go prints them (`1h2m3.5s`, `120ms`), or bare seconds, in milliseconds; null for anything else. */
export function parseReset(text: string | null): Millis | null {
  const trimmed = text?.trim() ?? "";
  const seconds = amount(trimmed);
  if (seconds !== null) return seconds * 1000;
  if (!/^(\d+(\.\d+)?([muµ]s|[dhms]))+$/.test(trimmed)) return null;
  let sum = 0;
  for (const [, number = "", unit = ""] of trimmed.matchAll(/(\d+(?:\.\d+)?)([muµ]s|[dhms])/g)) {
    sum += Number(number) * (UNIT_MS[unit] ?? 0);
  }
  return sum;
}

function allowance(limit: string | null, remaining: string | null, resetsInMs: Millis | null): Allowance | null {
  const left = amount(remaining);
  return left === null ? null : { limit: amount(limit), remaining: left, resetsInMs };
}

/** A number of 0 or more, and nothing else. */
function amount(text: string | null): number | null {
  return text !== null && /^\s*\d{1,15}(\.\d+)?\s*$/.test(text) ? Number(text) : null;
}

function untilDate(text: string | null, wallTime: WallTime): Millis | null {
  const until = text === null ? null : wallMillisBetween(wallTime(), text);
  return until === null ? null : Math.max(0, until);
}
