import { expect, test } from "vitest";
import { resultsFileSchema } from "../core/run.ts";
import { collected } from "./collector.ts";
import { compareTargets } from "./compare.ts";
import {
  exampleFailure,
  exampleManifest,
  exampleResponse,
  exampleResult,
  exampleSkipped,
} from "../../test/support/example-results.ts";
import { resultsJson } from "./json.ts";
import { summarize } from "./summarize.ts";
import { combineValidity } from "./validity.ts";
import type { TestResult } from "../core/result.ts";

function piecesOf(targets: string[], list: TestResult[]): string[] {
  const manifest = exampleManifest(targets, { planned_per_target: 3 });
  const results = (): TestResult[] => list;
  const comparison = collected(results, compareTargets(manifest));
  const summaries = collected(results, summarize(manifest));
  return [...resultsJson(manifest, results, summaries, comparison, combineValidity(manifest, summaries))];
}

test("the pieces make one valid results file that holds every result of every target", () => {
  const list = [
    exampleResult({ target: "a:1" }),
    exampleResult({ target: "b:2", response: exampleResponse({ content: 'emoji 🎉, "quotes"\nand lines' }) }),
    exampleFailure({ target: "a:1", test_id: "t2" }),
    exampleSkipped({ target: "a:1", test_id: "t3" }),
  ];
  const file: unknown = JSON.parse(piecesOf(["a:1", "b:2"], list).join(""));
  const parsed = resultsFileSchema.parse(file);
  expect(parsed).toEqual(file);
  expect(parsed.providers.map(({ target, results }) => [target, results.length])).toEqual([
    ["a:1", 3],
    ["b:2", 1],
  ]);
  expect(parsed.providers.flatMap(({ results }) => results)).toEqual(
    list.toSorted((a, b) => a.target.localeCompare(b.target)),
  );
  expect(parsed.providers[0]).toMatchObject({ provider_name: "a", model: "1", total_tests: 3, summary: { total: 3 } });
  expect(parsed.comparison.map(({ metric }) => metric)).toContain("duration_ms.p95");
});

test("a run without results is valid too", () => {
  const parsed = resultsFileSchema.parse(JSON.parse(piecesOf(["a:1"], []).join("")));
  expect(parsed.providers[0]?.results).toEqual([]);
});

test("each result has a line of its own", () => {
  const list = [exampleResult({ test_id: "first" }), exampleResult({ test_id: "second" })];
  const lines = piecesOf(["sim:fast"], list).join("").split("\n");
  expect(lines.filter((line) => line.includes('"test_id"'))).toHaveLength(2);
});

test("no piece grows with the number of results", () => {
  const list = Array.from({ length: 5000 }, (_, i) => exampleResult({ test_id: `t${i}` }));
  const longest = Math.max(...piecesOf(["sim:fast"], list).map((piece) => piece.length));
  expect(longest).toBeLessThan(70_000);
});
