import { expect, it } from "vitest";
import { exampleFailure, exampleManifest, exampleResult } from "../../test/support/example-results.ts";
import type { TestResult } from "../core/result.ts";
import type { Slo } from "../core/slo.ts";
import { collected } from "./collector.ts";
import { levelSections } from "./levels-view.ts";
import { goodputLines } from "./slo-text.ts";
import { summaryBuilder } from "./summarize.ts";
import { findMetric, readMetric } from "./summary-metrics.ts";
import { judgeThresholds, parseThreshold } from "./thresholds.ts";
import { renderText } from "./view.ts";

const slo: Slo = { ttft_ms: null, tpot_ms: null, duration_ms: 100, latency_from_intended_ms: null, goodput: 0.9 };

const answers = (count: number, duration_ms: number, more: Partial<TestResult> = {}): TestResult[] =>
  Array.from({ length: count }, (_, i) => exampleResult({ test_id: `t${i}`, duration_ms, ...more }));

it("goodput is over attempted: failures count against it, skipped cases do not", () => {
  const results = [
    ...answers(6, 100),
    ...answers(2, 101),
    exampleFailure({}),
    exampleFailure({ status: "timeout" }),
    exampleFailure({ status: "skipped" }),
  ];
  const summary = collected(() => results, summaryBuilder({ slo }));
  expect(summary).toMatchObject({ goodput: 0.6, slo_missed: { duration_ms: 2 }, slo });
  expect(summary.goodput_ci95?.[0]).toBeGreaterThan(0.3);
  const text = renderText([{ heading: "h", blocks: goodputLines("a", summary) }], { width: 100 });
  expect(text).toContain("a: goodput 60.0 % (duration ≤ 100 ms)");
  expect(text).toContain("missed: duration 2, failed 2 of 10");
  const metric = findMetric("goodput");
  expect(metric === null ? null : [metric.unit, readMetric(summary, metric)]).toEqual(["share", 0.6]);
  expect(judgeThresholds([parseThreshold("goodput<95%", ["a"])], new Map([["a", summary]]))[0]?.held).toBe(false);
});

it("a run without an SLO has no goodput, and a threshold on it says why", () => {
  const summary = collected(() => answers(3, 1), summaryBuilder());
  expect(summary).not.toHaveProperty("goodput");
  expect(goodputLines("a", summary)).toEqual([]);
  const [judged] = judgeThresholds([parseThreshold("goodput<95%", ["a"])], new Map([["a", summary]]));
  expect(judged).toMatchObject({ held: false, reason: "unknown: the run has no SLO (--slo)" });
});

it("a search keeps its path in the order in which it was gone, and its table fits 80 columns", () => {
  const results = [1, 2, 4, 3].flatMap((level) => answers(20, level > 3 ? 200 : 50, { level }));
  const summary = collected(() => results, summaryBuilder({ slo, searchUpTo: 64 }));
  expect(summary.concurrency_search).toEqual({
    highest: 3,
    at_limit: false,
    path: [1, 2, 4, 3].map((level) => ({ level, attempted: 20, goodput: level > 3 ? 0 : 1, kept: level <= 3 })),
  });
  expect(summary.levels?.map(({ level, goodput }) => [level, goodput])).toEqual([
    [1, 1],
    [2, 1],
    [3, 1],
    [4, 0],
  ]);
  const text = renderText(levelSections({ summaries: new Map([["a", summary]]) }), { width: 80 });
  expect(text).toContain("highest concurrency: 3 in flight keep duration ≤ 100 ms for 90.0 % of the");
  expect(Math.max(...text.split("\n").map((line) => line.length))).toBeLessThanOrEqual(80);
  const most = collected(() => answers(20, 5, { level: 1 }), summaryBuilder({ slo, searchUpTo: 1 }));
  expect(most.concurrency_search).toMatchObject({ highest: 1, at_limit: true });
  const none = collected(() => answers(20, 500, { level: 1 }), summaryBuilder({ slo, searchUpTo: 1 }));
  expect(renderText(levelSections({ summaries: new Map([["a", none]]) }), { width: 80 })).toContain(
    "no concurrency keeps",
  );
  expect(exampleManifest().plan).not.toHaveProperty("search_up_to");
});
