import { expect, test } from "vitest";
import { BenchError } from "../core/errors.ts";
import { DEFAULT_FAULT_KINDS } from "./faults.ts";
import { resolveOptions, type SimulatorOptions } from "./options.ts";
import { PROFILES, profileOf } from "./profile.ts";

test("nothing asked for gives the default profile, no faults and no limit", () => {
  expect(resolveOptions()).toEqual({
    profile: PROFILES.default,
    seed: 1,
    fail: 0,
    failKinds: DEFAULT_FAULT_KINDS,
    refuse: 0,
    freeze: null,
    rateLimit: null,
    models: null,
    countKeys: false,
    host: "127.0.0.1",
    port: 0,
    allowHosts: ["127.0.0.1"],
  });
});

test("a rate limit lets a second's worth through at once, and never less than one request", () => {
  expect(resolveOptions({ requestsPerMinute: 600 }).rateLimit).toEqual({ perMinute: 600, burst: 10 });
  expect(resolveOptions({ requestsPerMinute: 6 }).rateLimit).toEqual({ perMinute: 6, burst: 1 });
  expect(resolveOptions({ requestsPerMinute: 6, burst: 3 }).rateLimit).toEqual({ perMinute: 6, burst: 3 });
});

test.each<[SimulatorOptions, string]>([
  [{ fail: 1.5 }, "0 to 1"],
  [{ fail: Number.NaN }, "0 to 1"],
  [{ tokens: 0 }, "at least 1"],
  [{ ttftMs: -1 }, "at least 0"],
  [{ requestsPerMinute: 0 }, "more than 0"],
  [{ port: 70_000 }, "0 to 65535"],
  [{ failKinds: ["rate_limted"] }, "rate_limited"],
  [{ failKinds: [] }, "rate_limited"],
])("%j is refused with what would do", (options, hint) => {
  expect(() => resolveOptions(options)).toThrow(BenchError);
  expect(() => resolveOptions(options)).toThrow(
    expect.objectContaining({ code: "usage", hint: expect.stringContaining(hint) }),
  );
});

test("fast and slow are profiles of their own, any other model has the endpoint's", () => {
  const own = { ttftMs: 1, tpotMs: 2, tokens: 3, jitter: 0 };
  expect(profileOf("fast", own)).toBe(PROFILES.fast);
  expect(profileOf("slow", own)).toBe(PROFILES.slow);
  expect(profileOf("gpt-x", own)).toBe(own);
  expect(profileOf("constructor", own)).toBe(own);
});
