import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { parseReset, retryAfter, statedLimits, type HeaderOf } from "./rate-limit-headers.ts";

const retryAfterMs = (header: HeaderOf, now: () => string): number | null => retryAfter(header, now)?.ms ?? null;

const NOW = "2026-11-22T12:00:00.000Z";
const wallTime = (): string => NOW;
const headers =
  (all: Record<string, string>): HeaderOf =>
  (name) =>
    all[name] ?? null;

describe("what a server says of its limits", () => {
  it("is read from OpenAI's headers", () => {
    const openai = headers({
      "x-ratelimit-limit-requests": "60",
      "x-ratelimit-remaining-requests": "59",
      "x-ratelimit-reset-requests": "1s",
      "x-ratelimit-limit-tokens": "150000",
      "x-ratelimit-remaining-tokens": "149984",
      "x-ratelimit-reset-tokens": "6m0s",
    });
    expect(statedLimits(openai, wallTime)).toEqual({
      requests: { limit: 60, remaining: 59, resetsInMs: 1000, stated: "x-ratelimit-reset-requests: 1s" },
      tokens: {
        limit: 150_000,
        remaining: 149_984,
        resetsInMs: 360_000,
        stated: "x-ratelimit-reset-tokens: 6m0s",
      },
    });
  });

  it("is read from Anthropic's headers", () => {
    const anthropic = headers({
      "anthropic-ratelimit-requests-limit": "50",
      "anthropic-ratelimit-requests-remaining": "0",
      "anthropic-ratelimit-requests-reset": "2026-11-22T12:00:12Z",
      "anthropic-ratelimit-tokens-remaining": "1000",
      "anthropic-ratelimit-tokens-reset": "2026-11-22T11:59:00Z",
    });
    expect(statedLimits(anthropic, wallTime)).toMatchObject({
      requests: { limit: 50, remaining: 0, resetsInMs: 12_000 },
      tokens: { limit: null, remaining: 1000, resetsInMs: 0 },
    });
  });

  it("is read from Cerebras' headers of a minute, not of a day", () => {
    const cerebras = headers({
      "x-ratelimit-limit-requests-day": "1000000000",
      "x-ratelimit-remaining-requests-day": "0",
      "x-ratelimit-reset-requests-day": "33011.382867",
      "x-ratelimit-limit-tokens-minute": "1000000000",
      "x-ratelimit-remaining-tokens-minute": "999998455",
      "x-ratelimit-reset-tokens-minute": "11.5",
    });
    expect(statedLimits(cerebras, wallTime)).toMatchObject({
      requests: null,
      tokens: { limit: 1_000_000_000, remaining: 999_998_455, resetsInMs: 11_500 },
    });
  });

  it("is nothing where there is no such header, or no number in it", () => {
    expect(statedLimits(headers({}), wallTime)).toBeNull();
    expect(statedLimits(headers({ "x-ratelimit-remaining-requests": "-1" }), wallTime)).toBeNull();
    expect(statedLimits(headers({ "x-ratelimit-remaining-tokens": "many" }), wallTime)).toBeNull();
  });
});

it.each([
  ["120ms", 120],
  ["6m0s", 360_000],
  ["1h2m3.5s", 3_723_500],
  ["1d", 86_400_000],
  ["1m6.5s", 66_500],
  ["6ms", 6],
  ["500µs", 0.5],
  ["7.66s", 7660],
  ["12", 12_000],
  ["", null],
  ["soon", null],
  ["1s!", null],
  ["-1s", null],
])("a reset of %j is %s ms", (text, ms) => expect(parseReset(text)).toBe(ms));

it.each([
  [{ "retry-after-ms": "50", "retry-after": "9" }, 50],
  [{ "retry-after": "2" }, 2000],
  [{ "retry-after": "0.5" }, 500],
  [{ "retry-after-ms": "never", "retry-after": "2" }, 2000],
  [{ "retry-after": "Sun, 22 Nov 2026 12:00:30 GMT" }, 30_000],
  [{ "retry-after": "Sun, 22 Nov 2026 11:00:00 GMT" }, 0],
  [{ "retry-after": "later" }, null],
  // OpenRouter's, in milliseconds since 1970; others count seconds.
  [{ "x-ratelimit-remaining": "0", "x-ratelimit-reset": String(Date.parse(NOW) + 20_000) }, 20_000],
  [{ "x-ratelimit-remaining": "0", "x-ratelimit-reset": String(Date.parse(NOW) / 1000 + 20) }, 20_000],
  [{ "x-ratelimit-remaining": "0", "x-ratelimit-reset": String(Date.parse(NOW) - 1) }, 0],
  [{ "x-ratelimit-remaining": "3", "x-ratelimit-reset": String(Date.parse(NOW) + 20_000) }, null],
  [{ "x-ratelimit-remaining": "0", "x-ratelimit-reset": "20" }, null],
  // As the IETF drafts it, and drafted it before.
  [{ ratelimit: '"burst";r=3;t=5, "day";r=0;t=50', "ratelimit-policy": '"day";q=100;w=86400' }, 50_000],
  [{ ratelimit: '"default";r=50;t=30' }, null],
  [{ ratelimit: "limit=100, remaining=0, reset=7" }, 7000],
  [{ ratelimit: "limit=100, remaining=10, reset=7" }, null],
  [{ "ratelimit-limit": "100", "ratelimit-remaining": "0", "ratelimit-reset": "7" }, 7000],
  [{ "ratelimit-remaining": "1", "ratelimit-reset": "7" }, null],
  [{ "retry-after": String(Date.parse(NOW) / 1000 + 20) }, 20_000],
  [{ "retry-after": "2", "x-ratelimit-remaining": "0", "x-ratelimit-reset": "1900000000" }, 2000],
  [{}, null],
])("%j asks for a pause of %s ms", (all: Record<string, string>, ms) => {
  expect(retryAfterMs(headers(all), wallTime)).toBe(ms);
});

it("no text makes a number that is not one, or is less than 0", () => {
  fc.assert(
    fc.property(fc.string(), fc.string(), (a, b) => {
      const all = headers({ "x-ratelimit-remaining-requests": a, "x-ratelimit-reset-requests": b, "retry-after": b });
      const { remaining, resetsInMs } = statedLimits(all, wallTime)?.requests ?? { remaining: 0, resetsInMs: 0 };
      for (const number of [remaining, resetsInMs, retryAfterMs(all, wallTime)]) {
        expect(number === null || (Number.isFinite(number) && number >= 0)).toBe(true);
      }
    }),
  );
});

it.each([
  ["99999h", 99_999 * 3_600_000],
  ["2999-01-01T00:00:00Z", Date.parse("2999-01-01T00:00:00Z") - Date.parse(NOW)],
  ["2999-01-01", Date.parse("2999-01-01") - Date.parse(NOW)],
  [String(Date.parse(NOW) / 1000 + 20), 20_000],
  [String(Date.parse(NOW) + 20_000), 20_000],
  ["12", 12_000],
  ["999999999999999999999999999999h", 1e15 * 3_600_000],
  [`${"9".repeat(80)}h`, 1e15 * 3_600_000],
  [`1${"0".repeat(60)}`, Date.parse("+033658-09-27T01:46:40.000Z") - Date.parse(NOW)],
  ["NaN", null],
  ["Infinity", null],
])("a reset of %s is read alike in every family of headers", (text, ms) => {
  for (const [remaining, reset] of [
    ["x-ratelimit-remaining-tokens", "x-ratelimit-reset-tokens"],
    ["x-ratelimit-remaining-tokens-minute", "x-ratelimit-reset-tokens-minute"],
    ["anthropic-ratelimit-tokens-remaining", "anthropic-ratelimit-tokens-reset"],
  ] as const) {
    const { resetsInMs, stated } = statedLimits(headers({ [remaining]: "0", [reset]: text }), wallTime)?.tokens ?? {};
    expect([resetsInMs, stated]).toEqual([ms, ms === null ? undefined : `${reset}: ${text}`]);
  }
});

it.each([
  [{ "retry-after": "86400" }, "retry-after: 86400"],
  [{ "retry-after-ms": "86400000" }, "retry-after-ms: 86400000"],
  [{ "x-ratelimit-remaining": "0", "x-ratelimit-reset": "32503680000000" }, "x-ratelimit-reset: 32503680000000"],
  [{ "ratelimit-remaining": "0", "ratelimit-reset": "86400" }, "ratelimit-reset: 86400"],
  [{ ratelimit: '"day";r=0;t=86400' }, 'ratelimit: "day";r=0;t=86400'],
])("%j is quoted as %s", (all: Record<string, string>, stated) => {
  expect(retryAfter(headers(all), wallTime)?.stated).toBe(stated);
});

it("a number of any length is finite", () => {
  const endless = headers({
    "retry-after": "9".repeat(400),
    "x-ratelimit-remaining-requests": "9".repeat(400),
    "x-ratelimit-reset-requests": `${"9".repeat(400)}h`.repeat(3),
  });
  const { remaining, resetsInMs } = statedLimits(endless, wallTime)?.requests ?? {};
  for (const figure of [remaining, resetsInMs, retryAfterMs(endless, wallTime)]) expect(figure).toBeLessThan(Infinity);
});
