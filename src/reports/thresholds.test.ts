import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { exampleFailure, exampleManifest, exampleResult } from "../../test/support/example-results.ts";
import { BenchError } from "../core/errors.ts";
import type { TestResult } from "../core/result.ts";
import type { Summary } from "../core/summary.ts";
import { collected } from "./collector.ts";
import { summarize } from "./summarize.ts";
import { metricNames } from "./summary-metrics.ts";
import { fails, judgeThresholds, OPERATORS, parseThreshold, type ThresholdResult } from "./thresholds.ts";
import { thresholdSections } from "./thresholds-view.ts";
import { renderText } from "./view.ts";

const TARGETS = ["sim:fast", "sim:slow", "a>b"];

function errorOf(text: string): BenchError {
  try {
    parseThreshold(text, TARGETS);
  } catch (error) {
    if (error instanceof BenchError) return error;
  }
  throw new Error(`${text} was read`);
}

describe("a threshold is read", () => {
  it.each([
    ["p95>2s", null, "duration_ms.p95", ">", 2000],
    [" p95 >= 2 s ", null, "duration_ms.p95", ">=", 2000],
    ["ttft.p95>1.5m", null, "ttft_ms.p95", ">", 90_000],
    ["success_rate<99%", null, "success_rate", "<", 0.99],
    ["success_rate<=0.99", null, "success_rate", "<=", 0.99],
    ["cost>$1.50", null, "total_cost_usd", ">", 1.5],
    ["failures_by_code.rate_limited>0", null, "failures_by_code.rate_limited", ">", 0],
    ["sim:fast:p95>2", "sim:fast", "duration_ms.p95", ">", 2],
    ["a>b:p95<2", "a>b", "duration_ms.p95", "<", 2],
    ["requests_per_second<10", null, "requests_per_second", "<", 10],
  ])("%s", (text, target, name, operator, limit) => {
    const read = parseThreshold(text, TARGETS);
    expect({ ...read, metric: read.metric.name }).toEqual({
      text: text.trim(),
      target,
      metric: name,
      operator,
      limit,
      unknownHolds: false,
    });
  });

  it("with a question mark for what may stay unknown", () => {
    expect(parseThreshold("cost?>1", TARGETS)).toMatchObject({
      unknownHolds: true,
      metric: { name: "total_cost_usd" },
    });
  });

  it("whatever the metric, target, operator and spaces", () => {
    const space = fc.constantFrom("", " ", "  ");
    fc.assert(
      fc.property(
        fc.constantFrom(...metricNames()),
        fc.constantFrom(null, ...TARGETS),
        fc.constantFrom(...OPERATORS),
        fc.integer({ min: 0, max: 1 }),
        space,
        space,
        (name, target, operator, limit, before, after) => {
          const text = `${target === null ? "" : `${target}:`}${name}${before}${operator}${after}${limit}`;
          expect(parseThreshold(text, TARGETS)).toMatchObject({ target, operator, limit });
        },
      ),
    );
  });

  it("or refused with a message, never anything else", () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.stringMatching(/^[a-z_.:?]{0,12}[<>=]{1,2}[0-9a-z%$.]{0,5}$/)), (text) => {
        try {
          parseThreshold(text, TARGETS);
        } catch (error) {
          expect(error).toBeInstanceOf(BenchError);
        }
      }),
    );
  });
});

describe("what makes no sense is refused", () => {
  it.each([
    ["p95", /it is no condition/, /such as p95>2s/],
    ["p95=2s", /it is no condition/, /such as/],
    ["p95>", /it is no condition/, /such as/],
    [
      "durtion_ms.p95>2s",
      /there is no metric "durtion_ms\.p95"/,
      /Did you mean duration_ms\.p95 .*The metrics are total/,
    ],
    ["ttft_ms>2s", /there is no metric "ttft_ms"/, /Did you mean ttft_ms\.p50 or ttft_ms\.p95/],
    ["zzzzzzzz>2s", /there is no metric/, /^The metrics are/],
    ["sim:fats:p95>2s", /no target is called "sim:fats"/, /The targets are sim:fast, sim:slow/],
    ["sim:fast:p96>2s", /there is no metric "p96"/, /p95/],
    ["p95>2%", /duration_ms\.p95 cannot be compared with "2%"/, /500ms, 2s or 1m/],
    ["success_rate<99", /success_rate cannot be compared with "99"/, /99% or 0\.99/],
    ["retries>10%", /retries cannot be compared/, /a count/],
    ["cost>2s", /total_cost_usd cannot be compared/, /US dollars/],
  ])("%s", (text, message, hint) => {
    const error = errorOf(text);
    expect(error).toMatchObject({ code: "usage" });
    expect(error.message).toMatch(message);
    expect(error.hint).toMatch(hint);
  });
});

function summariesOf(...results: TestResult[]): Map<string, Summary> {
  return collected(() => results, summarize(exampleManifest(["sim:fast"])));
}

function judge(text: string, ...results: TestResult[]): ThresholdResult | undefined {
  return judgeThresholds([parseThreshold(text, ["sim:fast"])], summariesOf(...results))[0];
}

const good = exampleResult();
const failed = exampleFailure({ test_id: "t2" });

describe("the verdict", () => {
  it("is that a condition which is met fails the run", () => {
    expect(judge("p95>99ms", good)).toMatchObject({ held: false, value: 100, limit: 99, reason: null });
    expect(judge("p95>100ms", good)).toMatchObject({ held: true });
    expect(judge("p95>=100ms", good)).toMatchObject({ held: false });
    expect(judge("success_rate<50%", good, failed)).toMatchObject({ held: true, value: 0.5 });
    expect(judge("failures_by_code.server_error>0", good, failed)).toMatchObject({ held: false, value: 1 });
    expect(judge("failures_by_code.rate_limited>0", good, failed)).toMatchObject({ held: true, value: 0 });
  });

  it("of what is unknown is that it does not hold, with the reason, unless it was told otherwise", () => {
    const unpriced = exampleResult({ cost_usd: null });
    expect(judge("cost>1", unpriced)).toMatchObject({ held: false, value: null, reason: "unknown: no cost is known" });
    expect(judge("cost?>1", unpriced)).toMatchObject({ held: true, value: null });
    expect(judge("p95>1", failed)).toMatchObject({ held: false, reason: "unknown: no case succeeded" });
    expect(judge("p95>1")).toMatchObject({ held: false, reason: "unknown: nothing was attempted" });
    expect(judge("by_category.x.success_rate<1", good)).toMatchObject({
      held: false,
      reason: "unknown: no case has the category x",
    });
    const plain = exampleResult({ timing: { ttft_ms: null } });
    expect(judge("ttft.p95>1", plain)).toMatchObject({ held: false, reason: "unknown: no answer has this number" });
    expect(judge("duration_ms.ci95.p99.1>1", good)).toMatchObject({
      held: false,
      reason: expect.stringMatching(/too few cases/) as string,
    });
  });

  it("of a percentile that failures make endless is that of an infinite time, told otherwise or not", () => {
    expect(judge("p95_attempted?>1h", good, failed)).toMatchObject({
      held: false,
      value: null,
      reason: expect.stringMatching(/^endless/) as string,
    });
    expect(judge("p95_attempted<1s", good, failed)).toMatchObject({ held: true, value: null });
  });

  it("is given for every target, or for the one that is named", () => {
    const summaries = collected(
      () => [good, exampleResult({ target: "sim:slow", duration_ms: 900 })],
      summarize(exampleManifest(["sim:fast", "sim:slow"])),
    );
    const verdicts = (text: string): [string, boolean][] =>
      judgeThresholds([parseThreshold(text, [...summaries.keys()])], summaries).map(({ target, held }) => [
        target,
        held,
      ]);
    expect(verdicts("p95>500")).toEqual([
      ["sim:fast", true],
      ["sim:slow", false],
    ]);
    expect(verdicts("sim:fast:p95>500")).toEqual([["sim:fast", true]]);
  });

  it("of the opposite operator is the opposite one, for any numbers", () => {
    fc.assert(
      fc.property(fc.double({ noNaN: true }), fc.double({ noNaN: true }), (value, limit) => {
        expect(fails(value, ">", limit)).toBe(!fails(value, "<=", limit));
        expect(fails(value, "<", limit)).toBe(!fails(value, ">=", limit));
      }),
    );
  });
});

describe("what is shown", () => {
  const shown = (text: string, ...results: TestResult[]): string => {
    const thresholds = judgeThresholds([parseThreshold(text, ["sim:fast"])], summariesOf(...results));
    return renderText(thresholdSections({ thresholds, requireValid: null }), { width: 120 });
  };

  it("is a line a threshold, with value and limit", () => {
    expect(shown("p95>2s", good)).toBe(
      "Thresholds\n  held: sim:fast: duration_ms.p95 is 100 ms, not > 2.00 s (p95>2s)\n",
    );
    expect(shown("success_rate<99%", good, failed)).toContain(
      "did not hold: sim:fast: success_rate is 50.0 %, < 99.0 % (success_rate<99%)",
    );
    expect(shown("cost>1", exampleResult({ cost_usd: null }))).toContain(
      "did not hold: sim:fast: total_cost_usd is unknown: no cost is known (cost>1)",
    );
    expect(shown("requests_per_second>1e9", good)).toContain("requests_per_second is 10, not > 1000000000");
  });

  it("has every digit where rounding would make value and limit look equal", () => {
    expect(shown("p95>100.01ms", good)).toContain("is 100, not > 100.01 (");
  });

  it("says whether the measurement was good enough, when that was asked", () => {
    const sections = thresholdSections({ thresholds: [], requireValid: { held: false, verdict: "DEGRADED" } });
    expect(renderText(sections)).toContain("did not hold: the measurement is DEGRADED; the reasons stand above");
    const held = thresholdSections({ thresholds: [], requireValid: { held: true, verdict: "VALID" } });
    expect(renderText(held)).toContain("held: the measurement is VALID (--require-valid)");
    const none = thresholdSections({ thresholds: [], requireValid: { held: false, verdict: null } });
    expect(renderText(none, { width: 120 })).toContain("did not hold: nothing was measured, so it has no verdict");
    expect(thresholdSections({ thresholds: [], requireValid: null })).toEqual([]);
  });
});
