import { expect, test } from "vitest";
import { exampleManifest, exampleResult } from "../../test/support/example-results.ts";
import type { Summary } from "../core/summary.ts";
import { collected } from "./collector.ts";
import { summarize } from "./summarize.ts";
import { findMetric, metricList, metricNames, readMetric } from "./summary-metrics.ts";

function summaryOf(...results: ReturnType<typeof exampleResult>[]): Summary {
  const summary = collected(() => results, summarize(exampleManifest())).get("sim:fast");
  if (summary === undefined) throw new Error("no summary");
  return summary;
}

const summary = summaryOf(
  exampleResult({ category: "a.b" }),
  exampleResult({ test_id: "t2", duration_ms: 300, category: "c" }),
);

test.each([
  ["p95", "duration_ms.p95", "ms"],
  ["p99.9", "duration_ms.p999", "ms"],
  ["ttft.p95", "ttft_ms.p95", "ms"],
  ["tpot.mean", "tpot_ms.mean", "ms"],
  ["cost", "total_cost_usd", "usd"],
  ["tokens", "total_tokens", "count"],
  ["success_rate", "success_rate", "share"],
  ["success_rate_ci95.0", "success_rate_ci95.0", "share"],
  ["failures_by_code.rate_limited", "failures_by_code.rate_limited", "count"],
  ["by_category.a.b.duration_ms.p50", "by_category.a.b.duration_ms.p50", "ms"],
  ["duration_ms.ci95.p50.1", "duration_ms.ci95.p50.1", "ms"],
  ["duration_ms.count", "duration_ms.count", "count"],
  ["requests_per_second", "requests_per_second", "number"],
  ["segments.0.duration_ms.p95", "segments.0.duration_ms.p95", "ms"],
])("%s stands for %s, in %s", (text, name, unit) => {
  expect(findMetric(text)).toMatchObject({ name, unit });
});

test.each([
  "",
  "duration_ms",
  "p96",
  "duration_ms.ci95",
  "failures_by_code.lazy",
  "__proto__",
  "constructor.name",
  "by_category.a",
])("%j is no metric", (text) => expect(findMetric(text)).toBeNull());

test("every name that is offered is a metric, and its number can be read", () => {
  expect(metricNames().length).toBeGreaterThan(100);
  for (const name of metricNames()) {
    const metric = findMetric(name);
    expect({ name, found: metric !== null }).toEqual({ name, found: true });
    if (metric !== null) expect(readMetric(summary, metric)).not.toBeUndefined();
  }
  expect(metricList()).toMatch(/^The metrics are total, .*duration_ms.*p95/);
});

test.each([
  ["p50", 100],
  ["max", 300],
  ["success_rate", 1],
  ["by_category.a.b.duration_ms.p50", 100],
  ["by_category.none.success_rate", null],
  ["failures_by_code.rate_limited", 0],
  ["duration_ms.ci95.p50.1", null],
])("%s reads %d", (name, value) => {
  const metric = findMetric(name);
  expect(metric === null ? "no metric" : readMetric(summary, metric)).toBe(value);
});
