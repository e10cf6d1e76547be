import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { fakeClock } from "../../test/support/fake-clock.ts";
import { failure } from "../core/failure.ts";
import type { Attempt } from "../core/provider.ts";
import { NO_OWN_LIMITS, type OwnLimits, type StatedLimits } from "../core/rate-limits.ts";
import type { ModelRequest } from "../core/request.ts";
import { Limiter, type Pass } from "./limiter.ts";
import { ServerQuota } from "./server-quota.ts";
import { Turnstile } from "./turnstile.ts";

const request: ModelRequest = { model: "m", prompt: "x".repeat(40), stream: true, max_tokens: 90 };
const NOTHING = { at: null };
const attempt = (outcome: Partial<Attempt>): Attempt => ({
  instants: {
    connectStarted: NOTHING.at,
    connected: null,
    sent: 0,
    headers: null,
    firstByte: null,
    firstToken: null,
    firstText: null,
    lastToken: null,
    done: 0,
  },
  gapsMs: [],
  deltasPerRead: [],
  reasoningStreamed: false,
  outcome: { ok: false, failure: failure("server_error", "no"), usage: null },
  requestId: null,
  systemFingerprint: null,
  raw: null,
  ...outcome,
});
const answered = (prompt: number, completion: number): Attempt =>
  attempt({
    outcome: {
      ok: true,
      response: {
        id: null,
        model: null,
        content: "ok",
        reasoning: null,
        tool_calls: null,
        finish_reason: "stop",
        created_at: null,
        usage: {
          prompt_tokens: prompt,
          completion_tokens: completion,
          total_tokens: prompt + completion,
          reasoning_tokens: null,
          cached_tokens: null,
          cache_write_tokens: null,
        },
      },
    },
  });
const refused = (retryAfterMs: number | null): Attempt =>
  attempt({
    outcome: {
      ok: false,
      failure: failure("rate_limited", "slow down", { http_status: 429, retry_after_ms: retryAfterMs }),
      usage: null,
    },
  });
const stating = (statedLimits: StatedLimits): Attempt => attempt({ statedLimits });

const limiterOf = (own: Partial<OwnLimits> = {}): Limiter => new Limiter({ ...NO_OWN_LIMITS, ...own });

describe("a limiter", () => {
  it("without limits lets everything go", () => {
    const limiter = limiterOf();
    for (let n = 0; n < 100; n += 1) {
      expect(limiter.waitMs(request, n)).toBe(0);
      limiter.ended(limiter.leave(request, n), answered(10, 90), n);
    }
  });

  it("takes a prompt for a quarter of its characters and an answer for its limit, until usage corrects it", () => {
    const limiter = limiterOf({ tokensPerMinute: 1000 });
    const pass = limiter.leave(request, 0);
    expect(pass.tokens).toBe(100);
    expect(limiter.waitMs(request, 0)).toBe(6000);
    limiter.ended(pass, answered(10, 40), 500);
    expect(limiter.waitMs(request, 500)).toBe(2500);
  });

  it("takes answers without a limit to be as long as they were so far", () => {
    const limiter = limiterOf({ tokensPerMinute: 100_000 });
    const { max_tokens: _, ...open } = request;
    const first = limiter.leave(open, 0);
    expect(first.tokens).toBe(266);
    limiter.ended(first, answered(10, 40), 0);
    limiter.ended(limiter.leave(open, 0), answered(10, 60), 0);
    expect(limiter.leave(open, 0).tokens).toBe(60);
  });

  it("gives back the tokens of what was refused, and keeps those of what was lost on the way", () => {
    for (const [how, wait] of [
      [refused(null), 0],
      [attempt({}), 6000],
    ] as const) {
      const limiter = limiterOf({ tokensPerMinute: 1000 });
      limiter.ended(limiter.leave(request, 0), how, 0);
      expect(limiter.waitMs(request, 0)).toBe(wait);
    }
  });

  it("holds the whole target for the pause that a 429 asks for, unless that is longer than anyone waits", () => {
    const limiter = limiterOf();
    const [a, b, c] = [0, 0, 0].map((at) => limiter.leave(request, at)) as [Pass, Pass, Pass];
    limiter.ended(a, refused(5000), 1000);
    limiter.ended(b, refused(2000), 1000);
    expect(limiter.waitMs(request, 1000)).toBe(5000);
    limiter.ended(c, refused(700_000), 2000);
    expect(limiter.waitMs(request, 2000)).toBe(4000);
    expect(limiter.waitMs(request, 6000)).toBe(0);
  });

  it("counts what left after the request that the server spoke of, and hears no older news", () => {
    const limiter = limiterOf();
    const passes = [0, 0, 0].map((at) => limiter.leave(request, at)) as [Pass, Pass, Pass];
    const left = (remaining: number): StatedLimits => ({
      requests: { limit: 10, remaining, resetsInMs: 10_000 },
      tokens: null,
    });
    // Of the second: one more has left since. It was the last that was there.
    limiter.ended(passes[1], stating(left(1)), 0);
    expect(limiter.waitMs(request, 0)).toBeCloseTo(10_000 / 9);
    limiter.ended(passes[0], stating(left(8)), 0);
    expect(limiter.waitMs(request, 0)).toBeCloseTo(10_000 / 9);
    limiter.ended(passes[2], stating({ requests: null, tokens: { limit: 1000, remaining: 50, resetsInMs: 9500 } }), 0);
    limiter.ended(limiter.leave(request, 5000), stating(left(8)), 5000);
    expect(limiter.waitMs(request, 5000)).toBe(0);
    expect(limiter.waitMs({ ...request, max_tokens: 9000 }, 0)).toBeGreaterThan(0);
  });
});

describe("a server's word", () => {
  const quota = (limit: number | null, remaining: number, resetsInMs: number | null): ServerQuota => {
    const made = new ServerQuota();
    made.told({ limit, remaining, resetsInMs }, 0, 1000);
    return made;
  };

  it("is taken for a bucket that fills evenly until its reset", () => {
    expect(quota(60, 0, 60_000).waitMs(1, 1000)).toBe(1000);
    expect(quota(60, 0, 60_000).waitMs(1, 1500)).toBe(500);
    expect(quota(60, 2, 58_000).waitMs(1, 1000)).toBe(0);
    expect(quota(100, 40, 6000).waitMs(500, 1000)).toBe(6000);
  });

  it("is waited for to its reset when the bucket's size is not said, and not at all without a reset", () => {
    expect(quota(null, 0, 5000).waitMs(1, 1000)).toBe(5000);
    expect(quota(60, 0, null).waitMs(1, 1000)).toBe(0);
    expect(new ServerQuota().waitMs(1, 0)).toBe(0);
  });
});

describe("a reset that is more than ten minutes away", () => {
  const said = (resetsInMs: number): StatedLimits => ({
    requests: { limit: 60, remaining: 0, resetsInMs, stated: "x-ratelimit-reset-requests: 99999h" },
    tokens: { limit: null, remaining: 5, resetsInMs, stated: "x-ratelimit-reset-tokens: 2999-01-01" },
  });

  it.each([600_001, 99_999 * 3_600_000, Infinity, NaN])("holds nothing back: %s ms", (resetsInMs) => {
    const ignored = new Set<string>();
    const limiter = new Limiter(NO_OWN_LIMITS, (stated) => ignored.add(stated));
    limiter.ended(limiter.leave(request, 0), stating(said(resetsInMs)), 0);
    expect(limiter.waitMs(request, 0)).toBe(0);
    expect([...ignored]).toEqual(["x-ratelimit-reset-requests: 99999h", "x-ratelimit-reset-tokens: 2999-01-01"]);
  });

  it("is not reported while something is left", () => {
    const limiter = new Limiter(NO_OWN_LIMITS, (stated) => expect.fail(stated));
    const plenty = { limit: 1000, remaining: 900, resetsInMs: 86_400_000 };
    limiter.ended(limiter.leave(request, 0), stating({ requests: plenty, tokens: plenty }), 0);
    expect(limiter.waitMs(request, 0)).toBe(0);
  });

  it("whatever a server says, nobody waits longer", () => {
    const figure = fc.oneof(fc.nat(), fc.constantFrom(0, 1, 1e15, Infinity), fc.double({ min: 0, noNaN: true }));
    const allowance = fc.record({
      limit: fc.option(figure),
      remaining: figure,
      resetsInMs: fc.option(figure),
    });
    fc.assert(
      fc.property(allowance, allowance, fc.nat(2000), (requests, tokens, inFlight) => {
        const limiter = limiterOf();
        const first = limiter.leave(request, 0);
        for (let n = 0; n < inFlight; n += 1) limiter.leave(request, 0);
        limiter.ended(first, stating({ requests, tokens }), 0);
        const wait = limiter.waitMs(request, 0);
        expect(wait >= 0 && wait <= 600_000).toBe(true);
      }),
    );
  });
});

describe("a turnstile", () => {
  const never = new AbortController().signal;

  it("lets attempts through in their order, each at its instant", async () => {
    const clock = fakeClock();
    const turnstile = new Turnstile(clock, limiterOf({ requestsPerMinute: 60 }));
    const went: number[][] = [];
    for (let n = 0; n < 4; n += 1) {
      void Promise.resolve(turnstile.enter(request, never, () => {})).then(() => went.push([n, clock.now()]));
    }
    await clock.advance(10_000);
    expect(went).toEqual([
      [0, 0],
      [1, 1000],
      [2, 2000],
      [3, 3000],
    ]);
    expect(clock.pending).toBe(0);
  });

  it("holds those that wait already when a 429 asks for a pause, and says once how long", async () => {
    const clock = fakeClock();
    const turnstile = new Turnstile(clock, limiterOf());
    const pass = turnstile.enter(request, never, () => {});
    if (pass instanceof Promise) throw new Error("had to wait");
    turnstile.ended(pass, refused(12_000));
    const told: number[] = [];
    const went: number[] = [];
    for (let n = 0; n < 3; n += 1) {
      void Promise.resolve(turnstile.enter(request, never, (ms) => told.push(ms))).then(() => went.push(clock.now()));
    }
    await clock.advance(20_000);
    expect(told).toEqual([12_000]);
    expect(went).toEqual([12_000, 12_000, 12_000]);
  });

  it("forgets who is called off, and lets the next one be first", async () => {
    const clock = fakeClock();
    const turnstile = new Turnstile(clock, limiterOf({ requestsPerMinute: 60 }));
    const off = new AbortController();
    void turnstile.enter(request, never, () => {});
    const first = turnstile.enter(request, off.signal, () => {});
    const second = Promise.resolve(turnstile.enter(request, never, () => {})).then(() => clock.now());
    off.abort();
    expect(await first).toBeNull();
    expect(await turnstile.enter(request, off.signal, () => {})).toBeNull();
    await clock.advance(1000);
    expect(await second).toBe(1000);
  });

  it("never lets more through in any minute than both limits allow", async () => {
    const arrivals = fc.array(
      fc.record({ after: fc.integer({ min: 0, max: 20_000 }), max_tokens: fc.integer({ min: 1, max: 80 }) }),
      { maxLength: 25 },
    );
    await fc.assert(
      fc.asyncProperty(arrivals, async (asked) => {
        const clock = fakeClock();
        const turnstile = new Turnstile(clock, limiterOf({ requestsPerMinute: 12, tokensPerMinute: 300 }));
        const went: { at: number; tokens: number }[] = [];
        for (const { after, max_tokens } of asked) {
          await clock.advance(after);
          const entered = Promise.resolve(turnstile.enter({ ...request, max_tokens }, never, () => {}));
          void entered.then((pass) => pass !== null && went.push({ at: clock.now(), tokens: pass.tokens }));
        }
        await clock.advance(3_000_000);
        expect(went).toHaveLength(asked.length);
        for (const { at: from } of went) {
          const within = went.filter(({ at }) => at >= from && at < from + 60_000);
          expect(within.length).toBeLessThanOrEqual(12);
          expect(within.reduce((sum, { tokens }) => sum + tokens, 0)).toBeLessThanOrEqual(300);
        }
      }),
      { numRuns: 40 },
    );
  });
});
