import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { fakeClock, type FakeClock } from "../../test/support/fake-clock.ts";
import { casesOf, finish, memoryJournal, scripted, start, targetOf } from "../../test/support/scripted-run.ts";
import { streamed } from "../../test/support/cases.ts";
import { failure } from "../core/failure.ts";
import { seededRandom } from "../core/random.ts";
import type { Usage } from "../core/response.ts";
import { resultKey, type TestResult } from "../core/result.ts";
import { constantArrivals, poissonArrivals } from "./arrivals.ts";
import { Budget, chargeOf } from "./budget.ts";
import type { RunOptions } from "./run.ts";
import { closedLoop, type Stage } from "./stage.ts";
import { workOrder, type WorkItem, type WorkOptions } from "./work.ts";

const stage = (more: Partial<Stage> = {}): Stage => ({ ...closedLoop(2), ...more });
const atRate = (perSecond: number, more: Partial<Stage> = {}): Stage =>
  stage({ slots: [{ atMs: 0, slots: Infinity }], arrivals: () => constantArrivals(perSecond), ...more });

const sentAt = (results: readonly TestResult[]): (number | null)[] => results.map(({ timing }) => timing.sent_at_ms);
const tokens = (count: number): Usage => ({
  prompt_tokens: 0,
  completion_tokens: count,
  total_tokens: count,
  reasoning_tokens: null,
  cached_tokens: null,
  cache_write_tokens: null,
});

describe("an open loop", () => {
  it("lets requests go at their instants, whatever comes back", async () => {
    const clock = fakeClock();
    const provider = scripted(clock, () => ({ ms: 5000 }));
    const started = start(clock, [targetOf(provider)], { cases: 6 }, { stages: [atRate(10)] });
    await clock.advance(1000);
    expect(provider.inFlight).toBe(6);
    await finish(clock, started);
    expect(sentAt(started.journal.results)).toEqual([0, 100, 200, 300, 400, 500]);
    expect(started.journal.results.map(({ timing }) => timing.slot_wait_ms)).toEqual([0, 0, 0, 0, 0, 0]);
  });

  it("says what its limit held back, and keeps it out of the duration", async () => {
    const clock = fakeClock();
    const provider = scripted(clock, () => ({ ms: 250 }));
    const capped = atRate(10, { slots: [{ atMs: 0, slots: 1 }] });
    const started = start(clock, [targetOf(provider)], { cases: 4 }, { stages: [capped] });
    const { validity } = await finish(clock, started);
    const of = (read: (result: TestResult) => number | null): (number | null)[] => started.journal.results.map(read);
    expect(sentAt(started.journal.results)).toEqual([0, 250, 500, 750]);
    expect(of(({ timing }) => timing.slot_wait_ms)).toEqual([0, 150, 300, 450]);
    expect(of(({ timing }) => timing.send_lag_ms)).toEqual([0, 0, 0, 0]);
    expect(of(({ duration_ms }) => duration_ms)).toEqual([250, 250, 250, 250]);
    expect(of(({ timing }) => timing.latency_from_intended_ms)).toEqual([250, 400, 550, 700]);
    expect(validity.requested_rate).toBeCloseTo(10, 9);
    // Four requests in 750 ms and a gap.
    expect(validity.delivered_rate).toBeCloseTo(4000 / 850, 9);
    expect(validity.verdict).toBe("INVALID");
  });

  it("is judged stage by stage, and the worst of them counts", async () => {
    const clock = fakeClock();
    const provider = scripted(clock, () => ({ ms: 250 }));
    const kept = atRate(10, { level: 8 });
    const fellBehind = atRate(10, { index: 1, level: 1, slots: [{ atMs: 0, slots: 1 }] });
    const started = start(clock, [targetOf(provider)], { cases: 4 }, { stages: [kept, fellBehind] });
    const { validity } = await finish(clock, started);
    expect(validity.levels?.map(({ level, verdict }) => [level, verdict])).toEqual([
      [1, "INVALID"],
      [8, "VALID"],
    ]);
    expect(validity).toMatchObject({ verdict: "INVALID", reasons: [expect.stringMatching(/^1 in flight: only 47/)] });
    expect(validity.delivered_rate).toBeCloseTo(4000 / 850, 9);
  });

  it("says nothing of a stage whose cases were all skipped", async () => {
    const clock = fakeClock();
    const provider = scripted(clock, () => ({ ms: 1, failed: failure("invalid_request", "no") }));
    const stages = [stage({ level: 2 }), stage({ index: 1, level: 4 })];
    const options: Partial<RunOptions> = { stages, maxErrors: { count: 1, skipWith: "enough" } };
    const started = start(clock, [targetOf(provider)], { cases: 4 }, options);
    const { validity } = await finish(clock, started);
    expect(started.journal.results.filter(({ status }) => status === "skipped").length).toBeGreaterThan(4);
    expect(validity.levels?.map(({ level }) => level)).toEqual([2]);
  });

  it("stops at the end of its time, and counts what should have left by then and did not", async () => {
    const clock = fakeClock();
    const provider = scripted(clock, () => ({ ms: 400 }));
    const capped = atRate(10, { slots: [{ atMs: 0, slots: 1 }], durationMs: 1000, endless: true });
    const started = start(clock, [targetOf(provider)], { repeat: Infinity }, { stages: [capped] });
    const { validity, endedBy } = await finish(clock, started);
    expect(sentAt(started.journal.results)).toEqual([0, 400, 800]);
    expect(endedBy).toBe("time");
    expect(validity.requested_rate).toBeCloseTo(10, 9);
    expect(validity.delivered_rate).toBeCloseTo(3, 9);
  });

  it("gives every target the same schedule", async () => {
    const clock = fakeClock();
    const providers = [scripted(clock, () => ({ ms: 10 })), scripted(clock, () => ({ ms: 700 }))] as const;
    const targets = [targetOf(providers[0]), targetOf(providers[1], { label: "b" })];
    const poisson = atRate(1, { arrivals: () => poissonArrivals(5, "x") });
    const started = start(clock, targets, { cases: 20 }, { stages: [poisson] });
    await finish(clock, started);
    const of = (label: string): TestResult[] => started.journal.results.filter(({ target }) => target === label);
    expect(sentAt(of("a"))).toEqual(sentAt(of("b")));
    expect(new Set(sentAt(of("a"))).size).toBe(20);
  });
});

describe("a number of slots that changes", () => {
  it("follows its steps upward and downward", async () => {
    const clock = fakeClock();
    const provider = scripted(clock, () => ({ ms: 100 }));
    const slots = [
      { atMs: 0, slots: 1 },
      { atMs: 1000, slots: 4 },
      { atMs: 2000, slots: 2 },
    ];
    const started = start(clock, [targetOf(provider)], { cases: 90 }, { stages: [stage({ slots })] });
    const seen: number[] = [];
    for (let i = 0; i < 3; i += 1) {
      await clock.advance(550);
      seen.push(provider.inFlight);
      await clock.advance(450);
    }
    await finish(clock, started);
    expect(seen).toEqual([1, 4, 2]);
    expect(provider.maxInFlight).toBe(4);
  });

  it("is never above a target's own limit", async () => {
    const clock = fakeClock();
    const provider = scripted(clock, () => ({ ms: 100 }));
    const stages = [atRate(1000, { slots: [{ atMs: 0, slots: 50 }] })];
    const started = start(clock, [targetOf(provider, { maxConcurrency: 3 })], { cases: 30 }, { stages });
    await finish(clock, started);
    expect(provider.maxInFlight).toBe(3);
  });
});

describe("stages", () => {
  it("come one after the other for all targets, and mark their records", async () => {
    const clock = fakeClock();
    const providers = [scripted(clock, () => ({ ms: 100 })), scripted(clock, () => ({ ms: 300 }))] as const;
    const targets = [targetOf(providers[0]), targetOf(providers[1], { label: "b" })];
    const stages = [1, 2].map((level, index) => Object.assign(closedLoop(level), { level, index }));
    const started = start(clock, targets, { cases: 2 }, { stages });
    await clock.advance(250);
    expect(providers.map(({ inFlight }) => inFlight)).toEqual([0, 1]);
    await finish(clock, started);
    const seen = started.journal.results.map(({ target, level, timing }) => [target, level, timing.sent_at_ms]);
    expect(seen).toEqual([
      ["a", 1, 0],
      ["a", 1, 100],
      ["b", 1, 0],
      ["b", 1, 300],
      ["a", 2, 600],
      ["a", 2, 600],
      ["b", 2, 600],
      ["b", 2, 600],
    ]);
  });
});

describe("a run ends early", () => {
  it("when too many cases have failed, and the rest is skipped with the reason", async () => {
    const clock = fakeClock();
    const provider = scripted(clock, () => ({ ms: 10, failed: failure("invalid_request", "no") }));
    const maxErrors = { count: 3, skipWith: "enough" };
    const started = start(clock, [targetOf(provider)], { cases: 9, concurrency: 1 }, { maxErrors });
    expect((await finish(clock, started)).endedBy).toBe("errors");
    expect(provider.calls).toHaveLength(3);
    expect(started.journal.results.slice(3).map(({ error }) => error?.message)).toEqual(Array(6).fill("enough"));
  });

  it("by its time, with nothing skipped, since its work has no end", async () => {
    const clock = fakeClock();
    const provider = scripted(clock, () => ({ ms: 90 }));
    const stages = [stage({ durationMs: 1000, endless: true })];
    const started = start(clock, [targetOf(provider)], { repeat: Infinity }, { stages });
    expect((await finish(clock, started)).endedBy).toBe("time");
    // Two slots, each of which begins a case every 90 ms until 990.
    expect(started.journal.results).toHaveLength(24);
    expect(Math.max(...sentAt(started.journal.results).map(Number))).toBe(990);
  });

  it("by someone who stops it, and says so", async () => {
    const clock = fakeClock();
    const stop = new AbortController();
    const provider = scripted(clock, () => ({ ms: 90 }));
    const stages = [atRate(10, { durationMs: 60_000, endless: true })];
    const options = { stages, stop: stop.signal };
    const started = start(clock, [targetOf(provider)], { repeat: Infinity }, options);
    await clock.advance(1050);
    stop.abort();
    expect((await finish(clock, started, 1000)).endedBy).toBe("stop");
    expect(started.journal.results).toHaveLength(11);
  });
});

describe("a budget", () => {
  const priced = {
    priceOf: (_: string, usage: Usage | null) => usage?.completion_tokens ?? null,
    highestCostOf: () => 10,
  };

  it("lets nothing go that could exceed it together with what is in flight", async () => {
    const clock = fakeClock();
    const provider = scripted(clock, () => ({ ms: 100, usage: tokens(4) }));
    const options = { budget: new Budget(45, 0) };
    const started = start(clock, [targetOf(provider, priced)], { cases: 20, concurrency: 2 }, options);
    expect((await finish(clock, started)).endedBy).toBe("budget");
    // With 9 answers at 4 each there are 36, and 10 more would be above 45.
    expect(provider.calls).toHaveLength(9);
    const skipped = started.journal.results.filter(({ status }) => status === "skipped");
    expect(skipped).toHaveLength(11);
    expect(skipped[0]?.error?.message).toContain("--budget-usd");
  });

  it("waits for what is in flight before it gives up, however many slots and targets there are", async () => {
    const clock = fakeClock();
    const provider = scripted(clock, () => ({ ms: 100, usage: tokens(1) }));
    const targets = ["a", "b"].map((label) => targetOf(provider, { ...priced, label }));
    const options = { budget: new Budget(25, 0) };
    const started = start(clock, targets, { cases: 40, concurrency: 8 }, options);
    expect((await finish(clock, started)).endedBy).toBe("budget");
    expect(provider.maxInFlight).toBe(2);
    // One may cost 10, so that the last one leaves when 15 of 25 are spent.
    expect(provider.calls).toHaveLength(16);
  });

  it.each([
    ["a level of a sweep", stage({ level: 8, slots: [{ atMs: 0, slots: 8 }] })],
    ["an open loop", atRate(1000)],
  ])("ends %s at once, which fewer in flight would make another load", async (_, load) => {
    const clock = fakeClock();
    const provider = scripted(clock, () => ({ ms: 100, usage: tokens(1) }));
    const options = { budget: new Budget(25, 0), stages: [load] };
    const started = start(clock, [targetOf(provider, priced)], { cases: 40 }, options);
    expect((await finish(clock, started)).endedBy).toBe("budget");
    expect(provider.calls).toHaveLength(2);
  });

  it("is not what ended a run that was stopped while it waited for money in flight", async () => {
    const clock = fakeClock();
    const provider = scripted(clock, () => ({ ms: 100, usage: tokens(1) }));
    const stop = new AbortController();
    const options = { budget: new Budget(15, 0), stop: stop.signal };
    const started = start(clock, [targetOf(provider, priced)], { cases: 5, concurrency: 2 }, options);
    await clock.advance(50);
    stop.abort();
    expect((await finish(clock, started)).endedBy).toBe("stop");
    expect(started.journal.results).toHaveLength(1);
  });

  it("is never exceeded, whatever requests really cost, fail or are tried again", async () => {
    const plan = fc.record({
      budget: fc.integer({ min: 0, max: 300 }),
      spent: fc.integer({ min: 0, max: 100 }),
      concurrency: fc.integer({ min: 1, max: 6 }),
      retries: fc.integer({ min: 0, max: 3 }),
      seed: fc.integer(),
    });
    await fc.assert(
      fc.asyncProperty(plan, async ({ budget, spent, concurrency, retries, seed }) => {
        const clock = fakeClock();
        const random = seededRandom(seed);
        let billed = spent;
        const provider = scripted(clock, () => {
          const usage = tokens(Math.floor(random() * 11));
          const failed = random() < 0.4 ? failure("stream_cut", "cut") : null;
          // A server may bill what it then does not deliver, and may not say so.
          billed += usage.completion_tokens ?? 0;
          const said = random() < 0.7 ? { usage } : {};
          return { ms: 10 + Math.floor(random() * 90), ...said, ...(failed === null ? {} : { failed }) };
        });
        const options = { budget: new Budget(budget, spent) };
        const target = targetOf(provider, { ...priced, retries });
        const started = start(clock, [target], { cases: 40, concurrency }, options);
        await finish(clock, started);
        expect(billed).toBeLessThanOrEqual(Math.max(budget, spent));
        expect(started.journal.results).toHaveLength(40);
      }),
      { numRuns: 40 },
    );
  });

  it("charges what is not known at its highest, and what was refused or never left at nothing", () => {
    const instants = { sent: 1 } as Parameters<typeof chargeOf>[0]["instants"];
    const price = (usage: Usage | null): number | null => usage?.completion_tokens ?? null;
    const failed = (code: Parameters<typeof failure>[0], http_status: number | null, usage: Usage | null = null) =>
      ({ instants, outcome: { ok: false, failure: failure(code, "", { http_status }), usage } }) as const;
    expect(chargeOf(failed("rate_limited", 429), price, 9)).toBe(0);
    expect(chargeOf(failed("timeout_total", null), price, 9)).toBe(9);
    expect(chargeOf(failed("stream_cut", 200, tokens(3)), price, 9)).toBe(3);
    expect(chargeOf({ ...failed("refused", null), instants: { ...instants, sent: null } }, price, 9)).toBe(0);
    const response = { usage: null } as never;
    expect(chargeOf({ instants, outcome: { ok: true, response } }, price, 9)).toBe(9);
  });
});

describe("a warm-up", () => {
  const warmUp = (requests: number): RunOptions["warmUp"] => ({
    requests,
    slots: 2,
    work: () => workOrder(() => streamed(casesOf(2)), { ...WHOLE, passes: Infinity }),
  });

  it("comes before everything that counts, and stands in no record", async () => {
    const clock = fakeClock();
    const provider = scripted(clock, () => ({ ms: 100 }));
    const started = start(clock, [targetOf(provider)], { cases: 2 }, { warmUp: warmUp(5) });
    const { warmUpFailures } = await finish(clock, started);
    expect(provider.calls).toEqual([0, 1, 2, 3, 4].map((n) => `warm-up ${n}#0`).concat(["t0#0", "t1#0"]));
    expect(provider.maxInFlight).toBe(2);
    expect(started.journal.results.map(({ timing }) => timing.first_sent_at_ms)).toEqual([0, 0]);
    expect(warmUpFailures).toEqual([]);
  });

  it("that fails is told of and stops nothing", async () => {
    const clock = fakeClock();
    const cold = failure("overloaded", "cold");
    const provider = scripted(clock, ({ test_id }) => (test_id === "warm-up 1" ? { ms: 9, failed: cold } : { ms: 9 }));
    const started = start(clock, [targetOf(provider)], { cases: 2 }, { warmUp: warmUp(3) });
    expect((await finish(clock, started)).warmUpFailures).toEqual([{ target: "a", failed: 1, last: cold }]);
    expect(started.journal.failures).toEqual([]);
    expect(started.journal.results).toHaveLength(2);
  });

  it("is paid from the budget", async () => {
    const clock = fakeClock();
    const provider = scripted(clock, () => ({ ms: 9, usage: tokens(10) }));
    const priced = {
      priceOf: (_: string, usage: Usage | null) => usage?.completion_tokens ?? null,
      highestCostOf: () => 10,
    };
    const options = { warmUp: warmUp(9), budget: new Budget(45, 0) };
    const started = start(clock, [targetOf(provider, priced)], { cases: 3 }, options);
    await finish(clock, started);
    expect(provider.calls).toHaveLength(4);
  });
});

const WHOLE: WorkOptions = {
  passes: 1,
  atMost: Infinity,
  seed: null,
  level: { index: 0, of: 1 },
  endlessCases: false,
};

describe("whatever the load, delays and faults", () => {
  /** A load in numbers that fast-check can shrink. */
  const loads = fc.record({
    cases: fc.integer({ min: 1, max: 8 }),
    passes: fc.integer({ min: 1, max: 3 }),
    atMost: fc.option(fc.integer({ min: 1, max: 30 }), { nil: null }),
    rate: fc.option(fc.integer({ min: 1, max: 100 }), { nil: null }),
    slots: fc.array(fc.integer({ min: 1, max: 6 }), { minLength: 1, maxLength: 3 }),
    levels: fc.integer({ min: 1, max: 3 }),
    retries: fc.integer({ min: 0, max: 2 }),
    delayMs: fc.constantFrom(0, 50),
    seed: fc.integer(),
  });
  type LoadNumbers = typeof loads extends fc.Arbitrary<infer Numbers> ? Numbers : never;

  const stagesOf = ({ slots, rate, levels, seed }: LoadNumbers): Stage[] =>
    Array.from({ length: levels }, (_, index) => ({
      index,
      level: levels === 1 ? null : index + 1,
      slots: slots.map((count, step) => ({ atMs: step * 300, slots: count })),
      arrivals: rate === null ? null : () => poissonArrivals(rate, `${seed}/${index}`),
      durationMs: null,
      endless: false,
    }));

  const workOf = ({ cases, passes, atMost, levels }: LoadNumbers, index: number): AsyncIterable<WorkItem> =>
    workOrder(() => streamed(casesOf(cases)), {
      ...WHOLE,
      passes: atMost === null ? passes : Infinity,
      atMost: atMost ?? Infinity,
      level: { index, of: levels },
    });

  const plannedOf = ({ cases, passes, atMost, levels }: LoadNumbers): number => (atMost ?? cases * passes) * levels;

  /** What a case meets depends on the case and the attempt alone, so that a run cut in two meets the same. */
  const faulty = (clock: FakeClock, seed: number): ReturnType<typeof scripted> =>
    scripted(clock, ({ test_id, sample, attempt }) => {
      const random = seededRandom(`${seed} ${test_id} ${sample} ${attempt}`);
      const codes = ["rate_limited", "stream_cut", "invalid_request", "timeout_connect"] as const;
      const code = codes[Math.floor(random() * 9)];
      const ms = 1 + Math.floor(random() * 400);
      return code === undefined ? { ms } : { ms, failed: failure(code, "no") };
    });

  it("each case ends exactly once, no limit is exceeded, and nothing is left behind", async () => {
    await fc.assert(
      fc.asyncProperty(loads, async (load) => {
        const clock = fakeClock();
        const provider = faulty(clock, load.seed);
        const options: Partial<RunOptions> = {
          stages: stagesOf(load),
          workFor: (_target, { index }) => workOf(load, index),
          delayMs: load.delayMs,
        };
        const started = start(clock, [targetOf(provider, { retries: load.retries })], {}, options);
        const { validity, endedBy } = await finish(clock, started);
        const keys = started.journal.results.map(resultKey);
        expect(keys).toHaveLength(plannedOf(load));
        expect(new Set(keys).size).toBe(keys.length);
        expect(provider.maxInFlight).toBeLessThanOrEqual(Math.max(...load.slots));
        expect({ endedBy, inFlight: provider.inFlight, timers: clock.pending }).toEqual({
          endedBy: "work",
          inFlight: 0,
          timers: 0,
        });
        expect(Math.abs(validity.little_residual ?? 0)).toBeLessThan(1);
        for (const { timing, duration_ms: duration } of started.journal.results) {
          expect(timing.slot_wait_ms).toBeGreaterThanOrEqual(0);
          if (duration === null) continue;
          const parts = duration + (timing.slot_wait_ms ?? 0) + (timing.backoff_ms ?? 0);
          expect(timing.latency_from_intended_ms).toBeGreaterThanOrEqual(parts - 1e-6);
        }
      }),
      { numRuns: 60 },
    );
  });

  it("a run stopped at any instant and gone on with comes to the same results as one that never was", async () => {
    const outcomeOf = (results: readonly TestResult[]): string[] =>
      results.map((result) => `${resultKey(result)} ${result.level} ${result.status} ${result.error?.code}`).sort();
    const stops = fc.array(fc.integer({ min: 0, max: 3000 }), { minLength: 1, maxLength: 3 });
    await fc.assert(
      fc.asyncProperty(loads, stops, fc.boolean(), async (load, instants, atOnce) => {
        const journal = memoryJournal();
        const clock = fakeClock();
        const provider = faulty(clock, load.seed);
        const target = targetOf(provider, { retries: load.retries });
        for (const instant of [...instants, null]) {
          const finished = new Set(journal.results.map(resultKey));
          const [stop, abandon] = [new AbortController(), new AbortController()];
          const options: Partial<RunOptions> = {
            stages: stagesOf(load),
            async *workFor(_target, { index }) {
              for await (const item of workOf(load, index)) {
                const key = resultKey({ target: "a", test_id: item.testCase.id, sample: item.sample });
                if (!finished.has(key)) yield item;
              }
            },
            stop: stop.signal,
            abandon: abandon.signal,
          };
          const started = start(clock, [target], {}, options, journal);
          if (instant !== null) {
            await clock.advance(instant);
            stop.abort();
            if (atOnce) abandon.abort();
          }
          await finish(clock, started);
        }
        const undisturbed = memoryJournal();
        const options: Partial<RunOptions> = {
          stages: stagesOf(load),
          workFor: (_target, { index }) => workOf(load, index),
        };
        const other = fakeClock();
        const whole = targetOf(faulty(other, load.seed), { retries: load.retries });
        await finish(other, start(other, [whole], {}, options, undisturbed));
        expect(outcomeOf(journal.results)).toEqual(outcomeOf(undisturbed.results));
      }),
      { numRuns: 40 },
    );
  });
});

it("slots held agree with rate × time for every shape of load (Little's law)", async () => {
  const shapes: Stage[] = [
    closedLoop(7),
    atRate(50),
    atRate(50, { slots: [{ atMs: 0, slots: 3 }] }),
    atRate(1, { arrivals: () => poissonArrivals(50, "little") }),
    stage({ slots: Array.from({ length: 10 }, (_, n) => ({ atMs: n * 2000, slots: n + 1 })) }),
  ];
  for (const shape of shapes) {
    const clock = fakeClock();
    const random = seededRandom("service");
    const provider = scripted(clock, () => ({ ms: 20 + random() * 80 }));
    const started = start(clock, [targetOf(provider)], { cases: 1000 }, { stages: [shape] });
    const { validity } = await finish(clock, started);
    expect(Math.abs(validity.little_residual ?? Number.NaN)).toBeLessThan(0.06);
  }
});

describe("a target with a rate limit", () => {
  const limits = { requestsPerMinute: 60, tokensPerMinute: null };

  it("holds its requests before they leave, and in no latency but that from the intended instant", async () => {
    const clock = fakeClock();
    const provider = scripted(clock, () => ({ ms: 100 }));
    const started = start(clock, [targetOf(provider, { limits })], { cases: 3, concurrency: 3 });
    await finish(clock, started);
    const { results } = started.journal;
    expect(sentAt(results)).toEqual([0, 1000, 2000]);
    expect(results.map(({ duration_ms }) => duration_ms)).toEqual([100, 100, 100]);
    expect(results.map(({ timing }) => timing.limiter_wait_ms)).toEqual([0, 1000, 2000]);
    expect(results.map(({ timing }) => timing.send_lag_ms)).toEqual([0, 0, 0]);
    expect(results.map(({ timing }) => timing.latency_from_intended_ms)).toEqual([100, 1100, 2100]);
    expect(started.events.filter(({ type }) => type === "target_waiting")).toHaveLength(2);
  });

  it("is held as a whole by the pause that a 429 asks for", async () => {
    const clock = fakeClock();
    const slow = failure("rate_limited", "slow down", { http_status: 429, retry_after_ms: 5000 });
    const provider = scripted(clock, ({ attempt, test_id }) =>
      test_id === "t0" && attempt === 0 ? { ms: 10, failed: slow } : { ms: 100 },
    );
    const started = start(clock, [targetOf(provider)], { cases: 3, concurrency: 1 });
    const two = start(clock, [targetOf(provider)], { cases: 4, concurrency: 2 });
    await finish(clock, started);
    await finish(clock, two);
    const sent = two.journal.results.map(({ test_id, timing }) => [test_id, timing.sent_at_ms]);
    // t1 was in flight; t2 had its slot at 100 and leaves with the end of the pause.
    expect(sent[0]).toEqual(["t1", 0]);
    expect(sent[1]).toEqual(["t2", 5010]);
    expect(two.journal.failures).toHaveLength(1);
  });

  it("sends nothing that still waits when the time is over, and counts it as asked for", async () => {
    const clock = fakeClock();
    const provider = scripted(clock, () => ({ ms: 10 }));
    const stages = [atRate(10, { durationMs: 3000, endless: true })];
    const started = start(clock, [targetOf(provider, { limits })], { cases: 100 }, { stages });
    const outcome = await finish(clock, started);
    expect(provider.calls).toHaveLength(3);
    expect(outcome.endedBy).toBe("time");
    expect(outcome.validity.requested_rate).toBeCloseTo(10);
    expect(outcome.validity.delivered_rate).toBeLessThan(1.1);
  });

  it("records what still waits as skipped when the run is closed", async () => {
    const clock = fakeClock();
    const provider = scripted(clock, () => ({ ms: 10, failed: failure("server_error", "no") }));
    const maxErrors = { count: 1, skipWith: "not sent: enough" };
    const target = targetOf(provider, { limits, retries: 0 });
    const started = start(clock, [target], { cases: 5, concurrency: 5 }, { maxErrors });
    const outcome = await finish(clock, started);
    expect(started.journal.results.map(({ status }) => status).sort()).toEqual([
      "failure",
      "skipped",
      "skipped",
      "skipped",
      "skipped",
    ]);
    expect(outcome.endedBy).toBe("errors");
  });

  it("leaves what still waits for a resume when the run is stopped", async () => {
    const clock = fakeClock();
    const stop = new AbortController();
    const provider = scripted(clock, () => ({ ms: 10 }));
    const started = start(clock, [targetOf(provider, { limits })], { cases: 4, concurrency: 4 }, { stop: stop.signal });
    await clock.advance(500);
    stop.abort();
    await finish(clock, started);
    expect(started.journal.results).toHaveLength(1);
  });
});

it("an adaptive run grows to what the server takes, and tells of it", async () => {
  const clock = fakeClock();
  const slow = failure("rate_limited", "slow down", { http_status: 429 });
  const provider = scripted(clock, () => (provider.inFlight > 20 ? { ms: 1, failed: slow } : { ms: 100 }));
  const stages = [stage({ slots: [{ atMs: 0, slots: 2 }], adaptiveUpTo: 200 })];
  const started = start(clock, [targetOf(provider, { retries: 50 })], { cases: 800 }, { stages });
  const { concurrency } = await finish(clock, started);
  expect(started.journal.results.every(({ status }) => status === "success")).toBe(true);
  expect(provider.maxInFlight).toBeLessThan(45);
  expect(concurrency[0]?.cuts).toBeGreaterThan(0);
  expect(concurrency[0]?.steps.at(-1)?.slots).toBeGreaterThan(8);
  expect(concurrency[0]?.steps.at(-1)?.slots).toBeLessThanOrEqual(22);
});
