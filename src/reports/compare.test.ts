import { expect, test } from "vitest";
import type { TestResult } from "../core/result.ts";
import { comparisonSchema } from "../core/summary.ts";
import { collected } from "./collector.ts";
import { compareTargets } from "./compare.ts";
import { exampleFailure, exampleManifest, exampleResult, exampleSkipped } from "../../test/support/example-results.ts";
import { fairnessOfPairs } from "./fairness.ts";

const both = exampleManifest(["a:1", "b:2"]);

/** Thirty cases in which b takes twice as long as a. */
function thirty(vary: (result: TestResult, i: number) => TestResult = (result) => result): TestResult[] {
  return Array.from({ length: 30 }, (_, i) => [
    exampleResult({ target: "a:1", test_id: `t${i}`, duration_ms: 100 + i, timing: { ttft_ms: 10 + i } }),
    exampleResult({ target: "b:2", test_id: `t${i}`, duration_ms: 2 * (100 + i), timing: { ttft_ms: 10 + i } }),
  ])
    .flat()
    .map((result) => vary(result, Number(result.test_id.slice(1))));
}

test("every metric of a pair is compared, and the faster target is better beyond noise", () => {
  const rows = collected(() => thirty(), compareTargets(both));
  expect(rows.map((row) => comparisonSchema.parse(row))).toEqual(rows);
  expect(rows.map(({ metric, better }) => [metric, better])).toEqual([
    ["success_rate", null],
    ["duration_ms.p50", "a"],
    ["duration_ms.p95", "a"],
    ["duration_ms.mean", "a"],
    ["ttft_ms.p50", null],
    ["ttft_ms.p95", null],
    ["ttft_ms.mean", null],
  ]);
  expect(rows[1]).toMatchObject({
    a: "a:1",
    b: "b:2",
    pairs: 30,
    pairs_left_out: 0,
    value_a: 114,
    value_b: 228,
    delta: -114,
  });
  expect(rows[1]?.p_adjusted).toBeGreaterThan(rows[1]?.p ?? 1);
});

test("pairs match by case and sample, in whatever order they ended", () => {
  const manifest = exampleManifest(["a:1", "b:2"], { plan: { ...both.plan, repeat: 2 } });
  const results = thirty().flatMap((result) => [{ ...result, sample: 1 }, result]);
  const shuffled = [...results.slice(41), ...results.slice(0, 41)];
  const row = collected(() => shuffled, compareTargets(manifest))[3];
  expect(row).toMatchObject({ metric: "duration_ms.mean", pairs: 60, value_a: 114.5, value_b: 229 });
});

test("failures are left out of latencies and counted; skipped and missing cases are left out of success too", () => {
  const results = thirty((result, i) => {
    if (i === 0 && result.target === "a:1") return exampleFailure({ target: "a:1", test_id: "t0" });
    if (i === 1 && result.target === "b:2") return exampleSkipped({ target: "b:2", test_id: "t1" });
    return result;
  }).filter(({ target, test_id }) => target === "a:1" || test_id !== "t2");
  const rows = collected(() => results, compareTargets(both));
  expect(rows[0]).toMatchObject({ metric: "success_rate", pairs: 28, pairs_left_out: 2, value_b: 1 });
  expect(rows[0]?.value_a).toBeCloseTo(27 / 28, 12);
  expect(rows[1]).toMatchObject({ metric: "duration_ms.p50", pairs: 27, pairs_left_out: 3 });
});

test("the target that succeeds more often is better", () => {
  const results = thirty((result, i) =>
    result.target === "a:1" && i < 12 ? exampleFailure({ target: "a:1", test_id: `t${i}` }) : result,
  );
  expect(collected(() => results, compareTargets(both))[0]).toMatchObject({ delta: -0.4, better: "b" });
});

test("fewer than two pairs give nulls", () => {
  for (const row of collected(() => [exampleResult({ target: "a:1" })], compareTargets(both))) {
    expect(row).toMatchObject({
      pairs: 0,
      pairs_left_out: 1,
      value_a: null,
      delta: null,
      p: null,
      p_adjusted: null,
      better: null,
    });
  }
});

test("TTFT is compared only where both have it", () => {
  const results = thirty((result) =>
    result.target === "a:1" ? { ...result, timing: { ...result.timing, ttft_ms: null } } : result,
  );
  expect(collected(() => results, compareTargets(both)).map(({ metric }) => metric)).not.toContain("ttft_ms.p50");
});

test("three targets make three pairs in the order of the plan, one target none", () => {
  const pairs = collected(() => [], compareTargets(exampleManifest(["a:1", "b:2", "c:3"]))).map(
    ({ a, b }) => `${a} ${b}`,
  );
  expect([...new Set(pairs)]).toEqual(["a:1 b:2", "a:1 c:3", "b:2 c:3"]);
  expect(collected(() => [exampleResult()], compareTargets(exampleManifest(["a:1"])))).toEqual([]);
});

test("fairness is the share of pairs sent within 5 s in the same segment", () => {
  const sent = (target: string, test_id: string, sent_at_ms: number, segment = 0): TestResult =>
    exampleResult({ target, test_id, segment, timing: { sent_at_ms } });
  const results = [
    sent("a:1", "t0", 0),
    sent("b:2", "t0", 5000),
    sent("a:1", "t1", 0),
    sent("b:2", "t1", 5001),
    sent("a:1", "t2", 0),
    sent("b:2", "t2", 0, 1),
    sent("a:1", "t3", 7000),
    sent("b:2", "t3", 2500),
    sent("a:1", "t4", 0),
  ];
  expect(collected(() => results, fairnessOfPairs(both))).toEqual([
    { a: "a:1", b: "b:2", pairs: 4, pairs_within_5s: 0.5 },
  ]);
  expect(collected(() => [], fairnessOfPairs(both))).toEqual([{ a: "a:1", b: "b:2", pairs: 0, pairs_within_5s: null }]);
});
