import { expect, test } from "vitest";
import {
  anthropicLimitHeaders,
  fullBucket,
  leftIn,
  openaiLimitHeaders,
  retryAfterHeaders,
  takeFrom,
} from "./rate-limit.ts";

const limit = { perMinute: 60, burst: 3 };

/** Which of the requests at these instants are let through. */
function admitted(instants: readonly number[]): boolean[] {
  let bucket = fullBucket(limit, 0);
  return instants.map((at) => {
    const taken = takeFrom(bucket, limit, at);
    bucket = taken.bucket;
    return taken.waitMs === 0;
  });
}

test("a full bucket lets its burst through, then one request each interval", () => {
  expect(admitted([0, 0, 0, 0, 999, 1000, 1000, 2000])).toEqual([true, true, true, false, false, true, false, true]);
});

test("a pause fills the bucket no further than its burst", () => {
  expect(admitted([0, 0, 0, 100_000, 100_000, 100_000, 100_000])).toEqual([true, true, true, true, true, true, false]);
});

test("a request that waits as long as it is told is let through", () => {
  const empty = { level: 0.25, at: 500 };
  const refused = takeFrom(empty, limit, 600);
  expect(refused.waitMs).toBeCloseTo(650);
  expect(takeFrom(refused.bucket, limit, 600 + refused.waitMs).waitMs).toBe(0);
});

test("the wait is stated in whole seconds and milliseconds, both rounded up", () => {
  expect(retryAfterHeaders(1200.4)).toEqual({ "retry-after": "2", "retry-after-ms": "1201" });
});

test("what is left stands in the headers of both providers, each in its own form", () => {
  const left = leftIn({ level: 1.5, at: 0 }, limit);
  expect(openaiLimitHeaders(left)).toEqual({
    "x-ratelimit-limit-requests": "3",
    "x-ratelimit-remaining-requests": "1",
    "x-ratelimit-reset-requests": "1500ms",
  });
  expect(anthropicLimitHeaders(left, "2026-11-22T12:00:00.000Z")).toEqual({
    "anthropic-ratelimit-requests-limit": "3",
    "anthropic-ratelimit-requests-remaining": "1",
    "anthropic-ratelimit-requests-reset": "2026-11-22T12:00:01.500Z",
  });
});
