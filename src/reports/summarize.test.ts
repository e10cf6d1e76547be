import { expect, test } from "vitest";
import { summarySchema } from "../core/summary.ts";
import {
  exampleFailure,
  exampleManifest,
  exampleResponse,
  exampleResult,
  exampleSegment,
  exampleSkipped,
} from "../../test/support/example-results.ts";
import { collected } from "./collector.ts";
import { summarize, summaryBuilder } from "./summarize.ts";
import type { Usage } from "../core/response.ts";
import type { TestResult } from "../core/result.ts";
import type { Summary } from "../core/summary.ts";

function summaryOf(results: readonly TestResult[], bySegment = false): Summary {
  const builder = summaryBuilder({ bySegment });
  for (const result of results) builder.add(result);
  return summarySchema.parse(builder.finish());
}

test("nothing gives zeros and nulls, never NaN", () => {
  const summary = summaryOf([]);
  expect(summary).toMatchObject({
    total: 0,
    attempted: 0,
    success_rate: null,
    success_rate_ci95: [null, null],
    first_attempt_success_rate: null,
    total_cost_usd: null,
    requests_per_second: null,
    output_tokens_per_second: null,
    wall_ms: null,
    by_category: {},
    segments: [],
  });
  expect(summary.duration_ms).toMatchObject({ count: 0, mean: null, p95_attempted: null });
});

test("skipped cases are not attempted; failures count by code", () => {
  const summary = summaryOf([
    exampleResult({ attempts: 3 }),
    exampleResult(),
    exampleFailure({ attempts: 2 }),
    exampleFailure({ status: "timeout", error: { code: "timeout_total", message: "60 s", http_status: null } }),
    exampleSkipped(),
  ]);
  expect(summary).toMatchObject({
    total: 5,
    succeeded: 2,
    failed: 1,
    timeout: 1,
    skipped: 1,
    attempted: 4,
    success_rate: 0.5,
    first_attempt_success_rate: 0.25,
    failures_by_code: { server_error: 1, timeout_total: 1 },
    retries: 3,
  });
  expect(summary.duration_ms).toMatchObject({ count: 2, p95: 100, p95_attempted: null });
});

test("rates are over the window from first sent to last done, summed over segments", () => {
  const at = (sent_at_ms: number, done_at_ms: number, segment = 0): TestResult =>
    exampleResult({ segment, timing: { first_sent_at_ms: sent_at_ms, sent_at_ms: done_at_ms - 1, done_at_ms } });
  const summary = summaryOf([at(100, 900), at(0, 1000), at(5000, 5500, 1), exampleSkipped()]);
  expect(summary.wall_ms).toBe(1500);
  expect(summary.requests_per_second).toBe(2);
  expect(summary.output_tokens_per_second).toBe(16);
});

test("what failed is no throughput, and neither are its tokens", () => {
  const at = { first_sent_at_ms: 0, sent_at_ms: 0, done_at_ms: 1000 };
  const cut = exampleFailure({ response: exampleResponse(), timing: { ...exampleResult().timing, ...at } });
  const summary = summaryOf([exampleResult({ timing: at }), cut, cut]);
  expect(summary).toMatchObject({ requests_per_second: 1, output_tokens_per_second: 8, completion_tokens: 24 });
  expect(summaryOf([cut])).toMatchObject({ requests_per_second: 0, output_tokens_per_second: 0 });
});

test("tokens and costs are sums of what is known, beside how many are not", () => {
  const summary = summaryOf([
    exampleResult(),
    exampleResult({ response: exampleResponse({ usage: null }), cost_usd: null }),
    exampleResult({ cost_usd: 0.25 }),
    exampleFailure({ cost_usd: 0.5 }),
    exampleFailure(),
  ]);
  expect(summary).toMatchObject({
    prompt_tokens: 20,
    completion_tokens: 16,
    total_tokens: 36,
    usage_unknown: 1,
    total_cost_usd: 0.751,
    cost_unknown: 1,
  });
});

test("tokens a second are unknown, not 0, where no answer says how many it has", () => {
  const uncounted = exampleResult({ response: exampleResponse({ usage: null }) });
  expect(summaryOf([uncounted])).toMatchObject({ requests_per_second: 10, output_tokens_per_second: null });
  expect(summaryOf([uncounted, exampleResult()]).output_tokens_per_second).toBe(80);
});

test("answers that reached max_tokens count as truncated on either wire", () => {
  const ended = (finish_reason: string): TestResult => exampleResult({ response: exampleResponse({ finish_reason }) });
  expect(summaryOf([ended("length"), ended("max_tokens"), ended("stop")]).truncated).toBe(2);
  expect(summaryOf([ended("MAX_TOKENS"), ended("max_output_tokens"), ended("STOP")]).truncated).toBe(2);
});

test("answers that carried nothing we understood are counted", () => {
  const results = [exampleResult({ nothing_understood: true }), exampleResult({ test_id: "t2" })];
  expect(summaryOf(results).nothing_understood).toBe(1);
  expect(summaryOf([exampleResult()])).not.toHaveProperty("nothing_understood");
});

test("an embedding's usage is known, though it has no completion", () => {
  const usage = { prompt_tokens: 8, completion_tokens: null, total_tokens: 8 };
  const embedding = exampleResponse({
    usage: { ...usage, reasoning_tokens: null, cached_tokens: null, cache_write_tokens: null },
  });
  expect(summaryOf([exampleResult({ response: embedding })])).toMatchObject({ usage_unknown: 0, total_tokens: 8 });
});

test("gaps are pooled exactly; aiperf's are means a request", () => {
  const summary = summaryOf([
    exampleResult({ icl_ms: [1, 2, 9] }),
    exampleResult({ icl_ms: [10] }),
    exampleResult({ icl_ms: null }),
  ]);
  expect(summary.icl_ms).toMatchObject({ count: 4, mean: 5.5, max: 10 });
  expect(summary.compat.vllm_itl_ms).toEqual(summary.icl_ms);
  expect(summary.compat.aiperf_itl_ms).toMatchObject({ count: 2, mean: 7 });
});

test("categories are summarised apart, and results without one are left out of them", () => {
  const builder = summaryBuilder();
  builder.add(exampleResult({ category: "easy", duration_ms: 50 }));
  builder.add(exampleFailure({ category: "easy" }));
  builder.add(exampleResult({ category: "__proto__" }));
  builder.add(exampleResult());
  const summary = builder.finish();
  expect(Object.keys(summary.by_category)).toEqual(["easy", "__proto__"]);
  expect(summary.by_category["easy"]).toMatchObject({
    total: 2,
    success_rate: 0.5,
    total_tokens: 18,
    total_cost_usd: 0.001,
  });
  expect(summary.by_category["easy"]?.duration_ms).toMatchObject({ count: 1, p50: 50 });
});

test("a run is summarised by target in the order of the plan, and by segment when it was resumed", () => {
  const results = [
    exampleResult({ target: "b:2", duration_ms: 10 }),
    exampleResult({ target: "a:1", duration_ms: 20 }),
    exampleResult({ target: "b:2", duration_ms: 30, segment: 1 }),
  ];
  const once = collected(() => results, summarize(exampleManifest(["a:1", "b:2"])));
  expect([...once.keys()]).toEqual(["a:1", "b:2"]);
  expect(once.get("b:2")?.segments).toEqual([]);
  const segments = [exampleSegment(), exampleSegment({ segment: 1 })];
  const resumed = collected(() => results, summarize(exampleManifest(["a:1", "b:2"], { segments })));
  expect(resumed.get("b:2")?.segments).toMatchObject([
    { segment: 0, total: 1, duration_ms: { p50: 10 } },
    { segment: 1, total: 1, duration_ms: { p50: 30 } },
  ]);
});

test("sums that no number can hold leave out what does not fit, and count it as unknown", () => {
  const many = Number.MAX_SAFE_INTEGER - 5;
  const counted = (prompt_tokens: number, completion_tokens: number | null): Partial<TestResult> => ({
    response: exampleResponse({
      usage: {
        prompt_tokens,
        completion_tokens,
        total_tokens: prompt_tokens + (completion_tokens ?? 0),
        reasoning_tokens: null,
        cached_tokens: null,
        cache_write_tokens: null,
      },
    }),
  });
  const summary = summaryOf([
    exampleResult({ ...counted(many, 0), cost_usd: 1e308 }),
    exampleResult({ ...counted(10, 2), cost_usd: 1e308, category: "a" }),
    exampleResult({ ...counted(1, 1), cost_usd: 0.5, category: "a" }),
    exampleResult({ ...counted(1, 2), cost_usd: 1e308, category: "a" }),
    exampleResult({ ...counted(1, many), cost_usd: null }),
  ]);
  expect(summary.total_cost_usd).toBe(1e308);
  expect(summary).toMatchObject({ cost_unknown: 3, usage_unknown: 2 });
  expect(summary.total_tokens).toBe(many + 5);
  expect(summary.by_category["a"]?.total_cost_usd).toBe(1e308);
  expect(JSON.stringify(summary)).not.toMatch(/"(total_cost_usd|output_tokens_per_second)":null/);
});

test("web searches count whose fees are in no cost that we computed", () => {
  const searched = (web_searches: number, stated?: number): TestResult => {
    const usage = {
      ...exampleResponse().usage,
      web_searches,
      ...(stated === undefined ? {} : { stated_cost_usd: stated }),
    };
    return exampleResult({ response: exampleResponse({ usage: usage as Usage }), cost_usd: stated ?? 1 });
  };
  expect(summaryOf([searched(2), searched(3), searched(4, 0.5), exampleResult()]).web_searches_unpriced).toBe(5);
  expect(summaryOf([searched(4, 0.5), exampleResult()])).not.toHaveProperty("web_searches_unpriced");
});
