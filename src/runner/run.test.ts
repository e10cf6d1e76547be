import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { fakeClock } from "../../test/support/fake-clock.ts";
import { finish, memoryJournal, NO_LIMITS, scripted, start, targetOf } from "../../test/support/scripted-run.ts";
import { sleep } from "../core/clock.ts";
import { BenchError } from "../core/errors.ts";
import { failure } from "../core/failure.ts";
import { seededRandom } from "../core/random.ts";
import type { TestResult } from "../core/result.ts";

const statuses = (results: readonly TestResult[]): Record<string, number> => {
  const counts: Record<string, number> = {};
  for (const { status } of results) counts[status] = (counts[status] ?? 0) + 1;
  return counts;
};

describe("a run", () => {
  it("sends every case once per sample to every target, all targets at the same time", async () => {
    const clock = fakeClock();
    const providers = [scripted(clock, () => ({ ms: 100 })), scripted(clock, () => ({ ms: 300 }))] as const;
    const targets = [targetOf(providers[0]), targetOf(providers[1], { label: "b" })];
    const started = start(clock, targets, { cases: 3, repeat: 2 });
    await clock.advance(1);
    expect(providers.map(({ inFlight }) => inFlight)).toEqual([2, 2]);
    await finish(clock, started);
    const expected = ["t0#0", "t1#0", "t2#0", "t0#1", "t1#1", "t2#1"];
    for (const provider of providers) expect(provider.calls).toEqual(expected);
    expect(started.journal.results).toHaveLength(12);
  });

  it("keeps every slot busy and never takes one more than its concurrency", async () => {
    const clock = fakeClock();
    const provider = scripted(clock, () => ({ ms: 100 }));
    const started = start(clock, [targetOf(provider)], { cases: 70, concurrency: 7 });
    await clock.advance(50);
    expect(provider.inFlight).toBe(7);
    await finish(clock, started);
    expect(provider.maxInFlight).toBe(7);
    expect(Math.max(...started.journal.results.map(({ timing }) => timing.done_at_ms ?? 0))).toBe(1000);
  });

  it("frees a slot only when the journal has the record", async () => {
    const clock = fakeClock();
    const provider = scripted(clock, () => ({ ms: 100 }));
    const journal = memoryJournal(async () => void (await sleep(clock, 50)));
    const started = start(clock, [targetOf(provider)], { cases: 2, concurrency: 1 }, {}, journal);
    await clock.advance(120);
    expect(provider.calls).toHaveLength(1);
    await clock.advance(30);
    expect(provider.calls).toHaveLength(2);
    await finish(clock, started);
  });

  it("pauses each slot between its cases when a delay is asked for", async () => {
    const clock = fakeClock();
    const provider = scripted(clock, () => ({ ms: 100 }));
    const started = start(clock, [targetOf(provider)], { cases: 3, concurrency: 1 }, { delayMs: 400 });
    await finish(clock, started);
    expect(started.journal.results.map(({ timing }) => timing.sent_at_ms)).toEqual([0, 500, 1000]);
  });

  it("ends each case exactly once within its limits, whatever the delays and faults", async () => {
    const plan = fc.record({
      cases: fc.integer({ min: 1, max: 12 }),
      repeat: fc.integer({ min: 1, max: 3 }),
      concurrency: fc.integer({ min: 1, max: 5 }),
      retries: fc.integer({ min: 0, max: 3 }),
      seed: fc.integer(),
    });
    await fc.assert(
      fc.asyncProperty(plan, async ({ cases, repeat, concurrency, retries, seed }) => {
        const clock = fakeClock();
        const random = seededRandom(seed);
        const codes = ["rate_limited", "stream_cut", "invalid_request", "timeout_connect"] as const;
        const provider = scripted(clock, () => {
          const ms = Math.floor(random() * 500);
          const code = codes[Math.floor(random() * 8)];
          return code === undefined ? { ms } : { ms, failed: failure(code, "no") };
        });
        const started = start(clock, [targetOf(provider, { retries })], { cases, repeat, concurrency });
        await finish(clock, started);
        const keys = started.journal.results.map(({ test_id, sample }) => `${test_id}#${sample}`);
        expect(new Set(keys).size).toBe(cases * repeat);
        expect(keys).toHaveLength(cases * repeat);
        expect(provider.maxInFlight).toBeLessThanOrEqual(concurrency);
        const attempts = started.journal.results.reduce((sum, result) => sum + result.attempts, 0);
        expect(attempts).toBe(provider.calls.length);
        expect(clock.pending).toBe(0);
      }),
      { numRuns: 40 },
    );
  });
});

describe("a failed attempt", () => {
  it("is retried under the server's word, which is in no latency", async () => {
    const clock = fakeClock();
    const limited = failure("rate_limited", "slow down", { retry_after_ms: 2000, http_status: 429 });
    const provider = scripted(clock, ({ attempt }) => (attempt === 0 ? { ms: 10, failed: limited } : { ms: 100 }));
    const started = start(clock, [targetOf(provider)], { cases: 1 });
    await finish(clock, started);
    const [result] = started.journal.results;
    expect(result).toMatchObject({ status: "success", attempts: 2, duration_ms: 100, timing: { ttft_ms: 50 } });
    expect(result?.timing.backoff_ms).toBeGreaterThanOrEqual(2000);
    expect(result?.timing.latency_from_intended_ms).toBeGreaterThanOrEqual(2110);
    expect(result?.timing.send_lag_ms).toBe(0);
    expect(started.journal.failures).toMatchObject([{ code: "rate_limited", attempt: 0, http_status: 429 }]);
    expect(started.journal.failures[0]?.waited_ms).toBe(result?.timing.backoff_ms);
  });

  it("ends the case when the retries are used up, and every attempt is recorded", async () => {
    const clock = fakeClock();
    const provider = scripted(clock, () => ({ ms: 10, failed: failure("server_error", "boom", { http_status: 500 }) }));
    const started = start(clock, [targetOf(provider, { retries: 2 })], { cases: 1 });
    await finish(clock, started);
    expect(started.journal.results).toMatchObject([
      {
        status: "failure",
        attempts: 3,
        duration_ms: null,
        error: { code: "server_error", message: "boom", http_status: 500 },
        timing: { ttft_ms: null, latency_from_intended_ms: null },
      },
    ]);
    expect(started.journal.failures.map(({ attempt }) => attempt)).toEqual([0, 1, 2]);
    expect(started.journal.failures.at(-1)?.waited_ms).toBe(0);
  });

  it("on a stale kept-alive connection is repeated at once and costs no retry", async () => {
    const clock = fakeClock();
    const stale = failure("connection", "closed", { stale_connection: true });
    const provider = scripted(clock, ({ attempt }) => (attempt === 0 ? { ms: 1, failed: stale } : { ms: 100 }));
    const started = start(clock, [targetOf(provider, { retries: 0 })], { cases: 1 });
    await finish(clock, started);
    expect(started.journal.results).toMatchObject([{ status: "success", attempts: 1, timing: { backoff_ms: 0 } }]);
    expect(started.journal.failures).toHaveLength(1);
  });

  it("counts from its first sending into the window of the run", async () => {
    const clock = fakeClock();
    const limited = failure("rate_limited", "slow down", { retry_after_ms: 2000 });
    const provider = scripted(clock, ({ attempt }) => (attempt === 0 ? { ms: 10, failed: limited } : { ms: 100 }));
    const started = start(clock, [targetOf(provider)], { cases: 1 });
    await finish(clock, started);
    const timing = started.journal.results[0]?.timing;
    expect(timing?.first_sent_at_ms).toBe(0);
    expect(timing?.sent_at_ms).toBeGreaterThanOrEqual(2010);
  });

  it("that takes too long ends as a timeout", async () => {
    const clock = fakeClock();
    const provider = scripted(clock, () => ({ ms: 99_999 }));
    const target = targetOf(provider, { timeoutsFor: () => ({ ...NO_LIMITS, totalMs: 1500 }) });
    const started = start(clock, [target], { cases: 1 });
    await finish(clock, started);
    expect(started.journal.results).toMatchObject([{ status: "timeout", error: { code: "timeout_total" } }]);
    expect(started.journal.results[0]?.error?.message).toContain("1500 ms");
  });
});

describe("a target that cannot work", () => {
  it("stops at its first fatal failure, its other cases are skipped, and the other targets go on", async () => {
    const clock = fakeClock();
    const dead = scripted(clock, () => ({ ms: 10, failed: failure("auth", "bad key", { http_status: 401 }) }));
    const alive = scripted(clock, () => ({ ms: 10 }));
    const started = start(clock, [targetOf(dead, { maxConcurrency: 1 }), targetOf(alive, { label: "b" })], {
      cases: 2500,
    });
    const outcome = await finish(clock, started);
    const of = (label: string): TestResult[] => started.journal.results.filter(({ target }) => target === label);
    expect(dead.calls).toHaveLength(1);
    expect(statuses(of("a"))).toEqual({ failure: 1, skipped: 2499 });
    expect(of("a")[1]?.error?.message).toContain("auth");
    expect(statuses(of("b"))).toEqual({ success: 2500 });
    expect(outcome.stoppedTargets).toEqual(new Map([["a", "auth"]]));
    expect(started.events.filter(({ type }) => type === "target_stopped")).toHaveLength(1);
  });

  it("goes on when it has succeeded before", async () => {
    const clock = fakeClock();
    const provider = scripted(clock, ({ test_id }) =>
      test_id === "t1" ? { ms: 10, failed: failure("not_found", "gone") } : { ms: 10 },
    );
    const started = start(clock, [targetOf(provider, { maxConcurrency: 1 })]);
    expect((await finish(clock, started)).stoppedTargets.size).toBe(0);
    expect(statuses(started.journal.results)).toEqual({ success: 3, failure: 1 });
  });
});

describe("a run that is stopped", () => {
  it("lets what is in flight end and leaves the rest without a record", async () => {
    const clock = fakeClock();
    const stop = new AbortController();
    const provider = scripted(clock, () => ({ ms: 100 }));
    const started = start(clock, [targetOf(provider)], { cases: 10 }, { stop: stop.signal });
    await clock.advance(150);
    stop.abort();
    await finish(clock, started);
    expect(statuses(started.journal.results)).toEqual({ success: 4 });
  });

  it("gives up pauses before a retry, and their cases stay unfinished", async () => {
    const clock = fakeClock();
    const stop = new AbortController();
    const limited = failure("rate_limited", "slow", { retry_after_ms: 300_000 });
    const provider = scripted(clock, () => ({ ms: 10, failed: limited }));
    const started = start(clock, [targetOf(provider)], { cases: 10 }, { stop: stop.signal });
    await clock.advance(50);
    stop.abort();
    await finish(clock, started, 5000);
    expect(started.journal.results).toEqual([]);
  });

  it("ends what is in flight as cancelled when it may not wait", async () => {
    const clock = fakeClock();
    const [stop, abandon] = [new AbortController(), new AbortController()];
    const provider = scripted(clock, () => ({ ms: 50_000 }));
    const signals = { stop: stop.signal, abandon: abandon.signal };
    const started = start(clock, [targetOf(provider)], { cases: 10 }, signals);
    await clock.advance(50);
    stop.abort();
    abandon.abort();
    await finish(clock, started, 1000);
    expect(started.journal.results).toEqual([]);
    expect(started.journal.failures.map(({ code }) => code)).toEqual(["cancelled", "cancelled"]);
  });

  it("by its first failure sends nothing more and skips the rest", async () => {
    const clock = fakeClock();
    const provider = scripted(clock, ({ test_id }) =>
      test_id === "t1" ? { ms: 10, failed: failure("invalid_request", "no") } : { ms: 10 },
    );
    const targets = [targetOf(provider, { maxConcurrency: 1 })];
    const started = start(clock, targets, { cases: 5 }, { maxErrors: { count: 1, skipWith: "--fail-fast" } });
    await finish(clock, started);
    expect(statuses(started.journal.results)).toEqual({ success: 1, failure: 1, skipped: 3 });
    expect(started.journal.results.at(-1)?.error?.message).toContain("--fail-fast");
  });

  it("by a journal that cannot write ends with that error, with nothing in flight any more", async () => {
    const clock = fakeClock();
    const provider = scripted(clock, ({ test_id }) => ({ ms: test_id === "t0" ? 10 : 5000 }));
    const journal = memoryJournal(async () => {
      throw new BenchError("output", "disk full");
    });
    const started = start(clock, [targetOf(provider)], { cases: 10 }, {}, journal);
    await expect(finish(clock, started, 2000)).rejects.toThrow("disk full");
    expect(provider).toMatchObject({ inFlight: 0, calls: ["t0#0", "t1#0"] });
  });
});
