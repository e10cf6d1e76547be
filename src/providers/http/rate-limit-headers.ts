import { isoTimeOf, wallMillisBetween, type Millis } from "../../core/clock.ts";
import type { Allowance, StatedLimits, StatedWait } from "../../core/rate-limits.ts";

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
  const allowance = (name: (member: string) => string): Allowance | null => {
    const remaining = amount(header(name("remaining")));
    if (remaining === null) return null;
    const reset = waitIn(name("reset"), header, wallTime);
    const limit = amount(header(name("limit")));
    if (reset === null) return { limit, remaining, resetsInMs: null };
    return { limit, remaining, resetsInMs: reset.ms, stated: reset.stated };
  };
  const of = (what: "requests" | "tokens"): Allowance | null =>
    allowance((member) => `x-ratelimit-${member}-${what}`) ??
    allowance((member) => `x-ratelimit-${member}-${what}-minute`) ??
    allowance((member) => `anthropic-ratelimit-${what}-${member}`);
  const [requests, tokens] = [of("requests"), of("tokens")];
  return requests === null && tokens === null ? null : { requests, tokens };
}

/**
 * How long the headers of a refusal ask to wait before the next attempt: `retry-after-ms`, else `Retry-After` in seconds
 * or as a date, else the end of what is used up: `x-ratelimit-remaining: 0` with its reset as an instant, as OpenRouter
 * states it, or `RateLimit` as the IETF drafts it (datatracker.ietf.org/doc/draft-ietf-httpapi-ratelimit-headers).
 */
export function retryAfter(header: HeaderOf, wallTime: WallTime): StatedWait | null {
  const exact = amount(header("retry-after-ms"));
  if (exact !== null) return { ms: exact, stated: said("retry-after-ms", header) };
  return waitIn("retry-after", header, wallTime) ?? untilReset(header, wallTime) ?? untilIetfReset(header, wallTime);
}

const STATED_CHARACTERS = 100;
/** Lists of policies are shorter than this. */
const IETF_CHARACTERS = 1000;

/** A header as a message quotes it. */
function said(name: string, header: HeaderOf): string {
  return `${name}: ${(header(name) ?? "").trim().slice(0, STATED_CHARACTERS)}`;
}

/** Before this many seconds since 1970, or as many milliseconds, a number is a duration. */
const LEAST_INSTANT = 1e9;

/** A header that states a wait in any way that is in use: seconds, a duration as Go prints it, an instant, a date. */
function waitIn(name: string, header: HeaderOf, wallTime: WallTime): StatedWait | null {
  const text = header(name);
  if (text === null) return null;
  const number = amount(text);
  const ms =
    number === null
      ? (parseReset(text) ?? untilDate(text, wallTime))
      : (untilInstant(number, wallTime) ?? number * 1000);
  return ms === null ? null : { ms, stated: said(name, header) };
}

/** Null for a number that is too small to be an instant. */
function untilInstant(number: number, wallTime: WallTime): Millis | null {
  if (number < LEAST_INSTANT) return null;
  return untilDate(isoTimeOf(number < LEAST_INSTANT * 1000 ? number : number / 1000), wallTime);
}

/** Only where the reset is an instant: the unit of a smaller number cannot be known. */
function untilReset(header: HeaderOf, wallTime: WallTime): StatedWait | null {
  if (amount(header("x-ratelimit-remaining")) !== 0) return null;
  const ms = untilInstant(amount(header("x-ratelimit-reset")) ?? 0, wallTime);
  return ms === null ? null : { ms, stated: said("x-ratelimit-reset", header) };
}

/** `"default";r=0;t=50` of the later drafts, `limit=100, remaining=0, reset=50` and `ratelimit-reset: 50` of the earlier. */
function untilIetfReset(header: HeaderOf, wallTime: WallTime): StatedWait | null {
  if (amount(header("ratelimit-remaining")) === 0) return waitIn("ratelimit-reset", header, wallTime);
  const text = header("ratelimit")?.slice(0, IETF_CHARACTERS) ?? null;
  if (text === null) return null;
  const usedUp = [...text.matchAll(/\b(?:r|remaining)=0\b[^"]*?\b(?:t|reset)=(\d{1,15})\b/g)];
  const seconds = usedUp.map(([, reset]) => Number(reset));
  return seconds.length === 0 ? null : { ms: Math.max(...seconds) * 1000, stated: said("ratelimit", header) };
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
    sum += Math.min(MOST, Number(number)) * (UNIT_MS[unit] ?? 0);
  }
  return sum;
}

/** Larger numbers are taken for this one, so that nothing becomes infinite. */
const MOST = 1e15;

/** A number of 0 or more, and nothing else. */
function amount(text: string | null): number | null {
  return text !== null && /^\s*\d+(\.\d+)?\s*$/.test(text) ? Math.min(MOST, Number(text)) : null;
}

function untilDate(text: string | null, wallTime: WallTime): Millis | null {
  const until = text === null ? null : wallMillisBetween(wallTime(), text);
  return until === null ? null : Math.max(0, until);
}
