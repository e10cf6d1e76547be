import { describe, expect, it } from "vitest";
import { exampleFailure, exampleResult } from "../../test/support/example-results.ts";
import type { TestResult } from "./result.ts";
import { parseSlo } from "./parse-slo.ts";
import { meetsSlo, missedLimits, type Slo } from "./slo.ts";

const slo: Slo = { ttft_ms: 500, tpot_ms: 50, duration_ms: null, latency_from_intended_ms: null, goodput: 0.95 };

function answer(ttft_ms: number | null, tpot_ms: number | null, more: Partial<TestResult> = {}): TestResult {
  const result = exampleResult(more);
  return { ...result, timing: { ...result.timing, ttft_ms, tpot_ms } };
}

describe("an SLO", () => {
  it("is met by a success within every limit, the limits included", () => {
    expect(meetsSlo(answer(500, 50), slo)).toBe(true);
    expect(missedLimits(answer(500.1, 51), slo)).toEqual(["ttft_ms", "tpot_ms"]);
    expect(meetsSlo(exampleFailure({}), slo)).toBe(false);
    expect(missedLimits(answer(1, 1, { duration_ms: 11 }), { ...slo, duration_ms: 10 })).toEqual(["duration_ms"]);
  });

  it("is missed by a time that is unknown, but not by an answer in one piece", () => {
    expect(missedLimits(answer(null, 10, { icl_ms: [10, 10] }), slo)).toEqual(["ttft_ms"]);
    expect(missedLimits(answer(10, null, { icl_ms: [10, 10] }), slo)).toEqual(["tpot_ms"]);
    expect(missedLimits(answer(10, null, { icl_ms: [] }), slo)).toEqual([]);
  });

  it.each<[string, Partial<Slo>]>([
    ["ttft=500,tpot=50", slo],
    ["ttft=0.5s, tpot_ms=50ms, goodput=95%", slo],
    ["duration=10s,goodput=1", { ttft_ms: null, duration_ms: 10_000, goodput: 1 }],
    ["latency_from_intended=1m,goodput=.5", { latency_from_intended_ms: 60_000, goodput: 0.5 }],
  ])("is read from %s", (text, expected) => {
    expect(parseSlo(text)).toMatchObject(expected);
  });

  it.each([
    ["", "Expected limits of"],
    ["ttft", "Expected limits of"],
    ["tfft=5", "Expected limits of"],
    ["ttft=5,ttft=6", "stands there twice"],
    ["ttft=0", "a duration above 0 for ttft"],
    ["ttft=fast", "a duration above 0 for ttft"],
    ["ttft=5,goodput=0", "Expected a share"],
    ["ttft=5,goodput=101%", "Expected a share"],
    ["goodput=99%", "a limit besides goodput"],
  ])("is not %j", (text, complaint) => {
    expect(parseSlo(text)).toContain(complaint);
  });
});
