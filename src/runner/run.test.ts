import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { fakeClock, type FakeClock } from "../../test/support/fake-clock.ts";
import { streamed } from "../../test/support/cases.ts";
import { sleep } from "../core/clock.ts";
import type { TestCase } from "../core/dataset.ts";
import { BenchError } from "../core/errors.ts";
import { failure, type Failure } from "../core/failure.ts";
import type { Journal } from "../core/journal.ts";
import type { Attempt, Call, Provider } from "../core/provider.ts";
import { seededRandom } from "../core/random.ts";
import type { FailedAttempt, TestResult } from "../core/result.ts";
import type { RunEvent } from "../core/run-events.ts";
import { run, type RunOptions, type RunOutcome } from "./run.ts";
import { closedLoop } from "./stage.ts";
import type { RunTarget } from "./target.ts";
import { workOrder } from "./work.ts";

/** What the scripted model does with an attempt: how long it takes, and how it fails if it does. */
type Script = (call: Call) => { readonly ms: number; readonly failed?: Failure };

interface ScriptedProvider extends Provider {
  inFlight: number;
  maxInFlight: number;
  readonly calls: string[];
}

const NEVER = { connectStarted: null, connected: null, headers: null, firstByte: null, lastToken: null };

function scripted(clock: FakeClock, script: Script): ScriptedProvider {
  const attempt = async (call: Call): Promise<Attempt> => {
    const sent = clock.now();
    provider.calls.push(`${call.test_id}#${call.sample}`);
    provider.inFlight += 1;
    provider.maxInFlight = Math.max(provider.maxInFlight, provider.inFlight);
    call.observer.sent(sent);
    const { ms, failed } = script(call);
    const lasted = await sleep(clock, ms, call.signal);
    provider.inFlight -= 1;
    const reason = lasted ? failed : (call.signal.reason as Failure);
    const firstToken = reason === undefined ? sent + ms / 2 : null;
    return {
      instants: { ...NEVER, sent, firstToken, firstText: firstToken, done: clock.now() },
      gapsMs: [],
      deltasPerRead: [],
      reasoningStreamed: false,
      outcome:
        reason === undefined
          ? { ok: true, response: { ...NO_RESPONSE, content: "ok" } }
          : { ok: false, failure: reason, usage: null },
      requestId: null,
      systemFingerprint: null,
      raw: "raw",
    };
  };
  const provider: ScriptedProvider = {
    name: "scripted",
    simulated: false,
    inFlight: 0,
    maxInFlight: 0,
    calls: [],
    openChannel: () => ({ send: attempt, close: async () => {} }),
  };
  return provider;
}

const NO_RESPONSE = {
  id: null,
  model: null,
  content: null,
  reasoning: null,
  tool_calls: null,
  finish_reason: null,
  usage: null,
  created_at: null,
};

const targetOf = (provider: Provider, more: Partial<RunTarget> = {}): RunTarget => ({
  label: "a",
  provider,
  maxConcurrency: null,
  retries: 3,
  priceOf: () => null,
  modelFor: () => "m",
  toRequest: (testCase) => ({ model: "m", prompt: testCase.prompt, stream: true }),
  timeoutsFor: () => ({ connectMs: 10_000, totalMs: 60_000 }),
  ...more,
});

const casesOf = (count: number): TestCase[] =>
  Array.from({ length: count }, (_, i) => ({ id: `t${i}`, prompt: `p${i}`, category: i % 2 === 0 ? "even" : "odd" }));

interface Records extends Journal {
  readonly results: TestResult[];
  readonly failures: FailedAttempt[];
}
function memoryJournal(onRecord: (result: TestResult) => Promise<void> = async () => {}): Records {
  const results: TestResult[] = [];
  const failures: FailedAttempt[] = [];
  return {
    results,
    failures,
    record: async (result) => {
      await onRecord(result);
      results.push(result);
    },
    recordFailure: (failed) => void failures.push(failed),
  };
}

interface Started {
  readonly outcome: Promise<RunOutcome>;
  readonly journal: Records;
  readonly events: RunEvent[];
}
function start(
  clock: FakeClock,
  targets: RunTarget[],
  work: { cases?: number; repeat?: number; concurrency?: number } = {},
  more: Partial<RunOptions> = {},
  journal = memoryJournal(),
): Started {
  const events: RunEvent[] = [];
  const cases = casesOf(work.cases ?? 4);
  const outcome = run({
    targets,
    stages: [closedLoop(work.concurrency ?? 2)],
    workFor: () => workOrder(() => streamed(cases), { repeat: work.repeat ?? 1, seed: null }),
    journal,
    clock,
    random: seededRandom(1),
    delayMs: 0,
    failFast: false,
    keepRaw: false,
    segment: 0,
    stop: new AbortController().signal,
    abandon: new AbortController().signal,
    observe: (event) => events.push(event),
    ...more,
  });
  outcome.catch(() => {});
  return { outcome, journal, events };
}

async function finish(clock: FakeClock, { outcome }: Started, withinMs = 10_000_000): Promise<RunOutcome> {
  const state = { over: false };
  const settled = (): void => void (state.over = true);
  outcome.then(settled, settled);
  for (let passed = 0; !state.over && passed < withinMs; passed += 500) await clock.advance(500);
  return outcome;
}

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
    const target = targetOf(provider, { timeoutsFor: () => ({ connectMs: 100, totalMs: 1500 }) });
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
    const started = start(clock, targets, { cases: 5 }, { failFast: true });
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
