import { wallTimeAfter, type Millis } from "../core/clock.ts";

/** A token bucket's size and speed. */
export interface RateLimit {
  /** Requests gained per minute. */
  readonly perMinute: number;
  /** Requests that a full bucket lets through at once. */
  readonly burst: number;
}

/** What a bucket held at an instant. */
export interface Bucket {
  readonly level: number;
  readonly at: Millis;
}

export function fullBucket(limit: RateLimit, at: Millis): Bucket {
  return { level: limit.burst, at };
}

/** Takes one request out of the bucket; `waitMs` is 0 when it was let through, else how long until one would be. */
export function takeFrom(bucket: Bucket, limit: RateLimit, at: Millis): { bucket: Bucket; waitMs: Millis } {
  const level = Math.min(limit.burst, bucket.level + ((at - bucket.at) * limit.perMinute) / 60_000);
  if (level >= 1) return { bucket: { level: level - 1, at }, waitMs: 0 };
  return { bucket: { level, at }, waitMs: ((1 - level) * 60_000) / limit.perMinute };
}

/** What is left of a limit, as a wire's headers say it. */
export interface Left {
  readonly limit: number;
  readonly remaining: number;
  /** Until the bucket is full again. */
  readonly resetMs: Millis;
}

/** What a bucket has left, in whole requests. */
export function leftIn(bucket: Bucket, limit: RateLimit): Left {
  const resetMs = ((limit.burst - bucket.level) * 60_000) / limit.perMinute;
  return { limit: Math.floor(limit.burst), remaining: Math.floor(bucket.level), resetMs };
}

/** OpenAI's headers of its limit of requests; the reset is a duration. */
export function openaiLimitHeaders({ limit, remaining, resetMs }: Left): Record<string, string> {
  return {
    "x-ratelimit-limit-requests": String(limit),
    "x-ratelimit-remaining-requests": String(remaining),
    "x-ratelimit-reset-requests": `${Math.ceil(resetMs)}ms`,
  };
}

/** Anthropic's headers of its limit of requests; the reset is a time. */
export function anthropicLimitHeaders({ limit, remaining, resetMs }: Left, wallTime: string): Record<string, string> {
  return {
    "anthropic-ratelimit-requests-limit": String(limit),
    "anthropic-ratelimit-requests-remaining": String(remaining),
    "anthropic-ratelimit-requests-reset": wallTimeAfter(wallTime, resetMs),
  };
}

/** The headers that tell a client to wait: whole seconds rounded up, and milliseconds rounded up. */
export function retryAfterHeaders(waitMs: Millis): Record<string, string> {
  return { "retry-after": String(Math.ceil(waitMs / 1000)), "retry-after-ms": String(Math.ceil(waitMs)) };
}
