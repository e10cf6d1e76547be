import { describe, expect, it } from "vitest";
import { exampleManifest, exampleResult } from "../../test/support/example-results.ts";
import { collected, streamed } from "../../test/support/cases.ts";
import type { TestCase } from "../core/dataset.ts";
import type { TestResult } from "../core/result.ts";
import { NO_PART_LIMITS } from "../core/part-limits.ts";
import type { Load } from "../core/run.ts";
import { highestCostOf } from "./highest-cost.ts";
import { PLAIN_LOAD, type LoadShape } from "./plan.ts";
import { loadFrom } from "./records.ts";
import { soFarIn, timeIsOver } from "./so-far.ts";
import { isEndless, stagesOf } from "./stages.ts";
import { warmUpOf } from "./warm-up-work.ts";
import type { RunTarget } from "../runner/target.ts";

const shape = (more: Partial<LoadShape> = {}): LoadShape => ({ ...PLAIN_LOAD, ...more });
const sources = { levels: null, seed: "s", endlessCases: false, elapsedMs: () => 0 };

describe("the stages of a load", () => {
  it("are one for a closed loop, with its slots", () => {
    expect(stagesOf(shape({ concurrency: 9 }), sources)).toEqual([
      {
        index: 0,
        level: null,
        slots: [{ atMs: 0, slots: 9 }],
        arrivals: null,
        durationMs: null,
        endless: false,
      },
    ]);
  });

  it("are one for an open loop, which has no limit of slots unless it is given one", () => {
    const [free] = stagesOf(shape({ rate: 4 }), sources);
    expect(free?.slots).toEqual([{ atMs: 0, slots: Infinity }]);
    const arrivals = free?.arrivals?.();
    expect([arrivals?.next().value, arrivals?.next().value]).toEqual([0, 250]);
    expect(stagesOf(shape({ rate: 4, maxInFlight: 8 }), sources)[0]?.slots).toEqual([{ atMs: 0, slots: 8 }]);
    const poisson = (seed: string): unknown =>
      stagesOf(shape({ rate: 4, arrival: "poisson" }), { ...sources, seed })[0]
        ?.arrivals?.()
        .next().value;
    expect(poisson("a")).toBe(poisson("a"));
    expect(poisson("a")).not.toBe(poisson("b"));
  });

  it("of a ramp change the slots one by one, upward or downward", () => {
    const steps = (from: number, to: number): unknown =>
      stagesOf(shape({ ramp: { from, to, overMs: 900 } }), sources)[0]?.slots.map(({ atMs, slots }) => [atMs, slots]);
    expect(steps(1, 4)).toEqual([
      [0, 1],
      [300, 2],
      [600, 3],
      [900, 4],
    ]);
    expect(steps(3, 2)).toEqual([
      [0, 3],
      [900, 2],
    ]);
    expect(steps(5, 5)).toEqual([[0, 5]]);
  });

  it("of a sweep are its levels, less those whose time is over already", () => {
    const elapsedMs = (index: number): number => [1000, 400, 0][index] ?? 0;
    const stages = stagesOf(shape({ durationMs: 1000 }), { ...sources, levels: [1, 2, 4], elapsedMs });
    expect(stages.map(({ index, level, slots, durationMs }) => [index, level, slots[0]?.slots, durationMs])).toEqual([
      [1, 2, 2, 600],
      [2, 4, 4, 1000],
    ]);
  });

  it("have no end where the time or a budget sets it", () => {
    expect(isEndless(shape(), false)).toBe(false);
    expect(isEndless(shape({ durationMs: 1 }), false)).toBe(true);
    expect(isEndless(shape(), true)).toBe(true);
    expect(isEndless(shape({ maxRequests: 1 }), true)).toBe(false);
  });
});

describe("what a run has used up", () => {
  const sent = (at: number, more: Partial<TestResult> = {}): TestResult =>
    exampleResult({ timing: { ...exampleResult().timing, first_sent_at_ms: at }, cost_usd: 0.5, ...more });

  it("is the time from first to last sending of each segment and level, and the known costs", () => {
    const soFar = soFarIn([
      sent(100),
      sent(1100),
      sent(50, { segment: 1 }),
      sent(250, { segment: 1, cost_usd: null }),
      sent(7, { level: 4 }),
    ]);
    expect([soFar.elapsedMs(null), soFar.elapsedMs(4), soFar.elapsedMs(8), soFar.spentUsd]).toEqual([1200, 0, 0, 2]);
  });

  it("is all of its time when the time ended it, unless it is given more", () => {
    const manifest = exampleManifest();
    const [segment] = manifest.segments;
    if (segment === undefined) throw new Error("no segment");
    const ended = (ended_by: "time" | "stop"): typeof manifest => ({
      ...manifest,
      status: "finished",
      segments: [{ ...segment, ended_by, load: { ...segment.load, duration_ms: 1000 } }],
    });
    expect(timeIsOver(ended("time"), shape({ durationMs: 1000 }))).toBe(true);
    expect(timeIsOver(ended("time"), shape({ durationMs: 1001 }))).toBe(false);
    expect(timeIsOver(ended("stop"), shape({ durationMs: 1000 }))).toBe(false);
    expect(timeIsOver(ended("time"), shape())).toBe(false);
  });
});

it("the load of an older version is a closed loop", () => {
  const old: Load = {
    concurrency: 3,
    timeout_ms: null,
    retries: null,
    delay_ms: 0,
    fail_fast: false,
    save_responses: true,
  };
  expect(loadFrom(old)).toEqual({
    ...shape({ concurrency: 3 }),
    timeoutMs: null,
    partLimits: NO_PART_LIMITS,
    retries: null,
    delayMs: 0,
    failFast: false,
    saveResponses: true,
  });
});

describe("the highest cost of a request", () => {
  const request = { model: "m", stream: true, prompt: "äöü", system: "x" };
  const perToken = (usage: { prompt_tokens: number | null; completion_tokens: number | null } | null): number =>
    (usage?.prompt_tokens ?? 0) + 1000 * (usage?.completion_tokens ?? 0);

  it("counts a token for each byte, some for the template, and the whole answer", () => {
    expect(highestCostOf({ ...request, max_tokens: 2 }, perToken)).toBe(7 + 100 + 2000);
  });

  it("counts every turn of a conversation, and is unknown with an image", () => {
    const messages = [
      { role: "user", content: "abc" },
      { role: "user", content: [{ type: "text", text: "é" }] },
    ] as const;
    const turns = { ...request, messages, max_tokens: 2 };
    const system = Buffer.byteLength(request.system ?? "");
    expect(highestCostOf(turns, perToken)).toBe(system + 5 + 200 + 2000);
    const image = { role: "user", content: [{ type: "image", url: "https://x" }] } as const;
    expect(highestCostOf({ ...turns, messages: [image] }, perToken)).toBeNull();
  });

  it("is unknown without a limit, or without a price", () => {
    expect(highestCostOf(request, perToken)).toBeNull();
    expect(highestCostOf({ ...request, max_tokens: 2 }, null)).toBeNull();
  });
});

it("a warm-up goes through the cases again and again, each prompt with a beginning of its own", async () => {
  const cases = {
    [Symbol.asyncIterator]: () => streamed(["a", "b"].map((id) => ({ id, prompt: id })))[Symbol.asyncIterator](),
  };
  const warmUp = warmUpOf(cases, shape({ warmup: 3, rate: 5, maxInFlight: 4 }), false);
  expect(warmUp).toMatchObject({ requests: 3, slots: 4 });
  const items = await collected(warmUp?.work({} as RunTarget) ?? streamed([]));
  expect(items.map(({ testCase }) => testCase.prompt)).toEqual(["(warm-up 1) a", "(warm-up 2) b", "(warm-up 3) a"]);
  expect(warmUpOf(cases, shape(), false)).toBeNull();
});

it("a warm-up marks the first turn of the user in a conversation", async () => {
  const turns: TestCase[] = [
    {
      id: "a",
      messages: [
        { role: "system", content: "s" },
        { role: "user", content: "a" },
      ],
    },
    { id: "b", messages: [{ role: "user", content: [{ type: "text", text: "b" }] }] },
  ];
  const cases = { [Symbol.asyncIterator]: () => streamed(turns)[Symbol.asyncIterator]() };
  const items = await collected(warmUpOf(cases, shape({ warmup: 2 }), false)?.work({} as RunTarget) ?? streamed([]));
  expect(items.map(({ testCase }) => testCase.messages?.at(-1)?.content)).toEqual([
    "(warm-up 1) a",
    [
      { type: "text", text: "(warm-up 2) " },
      { type: "text", text: "b" },
    ],
  ]);
});
