import { describe, expect, it } from "vitest";
import { exampleManifest, exampleResult, exampleSkipped } from "../../test/support/example-results.ts";
import type { TestResult } from "../core/result.ts";
import { compareRuns, pairTargets } from "./compare-runs.ts";
import { findingsOf } from "./findings.ts";
import type { SavedRun } from "./saved-run.ts";

function savedRun(id: string, targets: readonly string[], results: readonly TestResult[]): SavedRun {
  const manifest = exampleManifest(targets, { id, planned_per_target: results.length / targets.length });
  const planned = results.length;
  return {
    manifest,
    results: () => results,
    findings: findingsOf(manifest, () => results),
    of: { manifest: "", results_bytes: 0, results_end: "" },
    planned,
    finished: planned,
    damaged: 0,
    warnings: [],
  };
}

const timed = (target: string, from: number, to: number, offsetMs: number): TestResult[] =>
  Array.from({ length: to - from }, (_, i) =>
    exampleResult({ target, test_id: `t${from + i}`, duration_ms: 100 + from + i + offsetMs }),
  );

const none = { a: null, b: null };

describe("targets are paired", () => {
  const names = (a: string[], b: string[], named: { a: string | null; b: string | null } = none): string[][] =>
    pairTargets(exampleManifest(a), exampleManifest(b), named).map((pair) => [pair.a.target, pair.b.target]);

  it("when each run has one, whatever they are called", () => {
    expect(names(["sim:x"], ["sim:y"])).toEqual([["sim:x", "sim:y"]]);
  });

  it("by equal label when there are several", () => {
    expect(names(["x", "y", "z"], ["z", "x"])).toEqual([
      ["x", "x"],
      ["z", "z"],
    ]);
  });

  it("as they are named", () => {
    expect(names(["x", "y"], ["x", "y"], { a: "x", b: "y" })).toEqual([["x", "y"]]);
    expect(names(["x", "y"], ["q"], { a: "y", b: null })).toEqual([["y", "q"]]);
    expect(names(["x", "y"], ["x", "y"], { a: null, b: "y" })).toEqual([["y", "y"]]);
  });

  it("or the choices are named", () => {
    expect(() => names(["x", "y"], ["z"])).toThrow(
      expect.objectContaining({ code: "usage", hint: expect.stringMatching(/A has x, y; B has z\./) as string }),
    );
    expect(() => names(["x"], ["z"], { a: "w", b: null })).toThrow("A has no target called w");
  });
});

describe("two runs are compared", () => {
  it("over the cases that both have, with the same statistics as targets of one run", () => {
    const a = savedRun("a", ["sim:m"], timed("sim:m", 0, 30, 50));
    const b = savedRun("b", ["sim:m"], timed("sim:m", 10, 40, 0));
    const found = compareRuns(a, b, pairTargets(a.manifest, b.manifest, none));
    expect(found.matched).toEqual({ both: 20, onlyA: 10, onlyB: 10 });
    expect(found.comparison[0]).toMatchObject({ a: "A sim:m", b: "B sim:m", metric: "success_rate", pairs: 20 });
    expect(found.comparison[1]).toMatchObject({
      metric: "duration_ms.p50",
      pairs: 20,
      pairs_left_out: 20,
      delta: 50,
      better: "b",
    });
    expect(found.pairs).toMatchObject([{ summary_a: { succeeded: 30 }, summary_b: { succeeded: 30 } }]);
    expect(found.warnings[0]).toMatch(/20 of 40 cases match/);
  });

  it("without the targets that are not compared, and telling of skipped cases", () => {
    const a = savedRun("a", ["sim:m", "sim:n"], [...timed("sim:m", 0, 4, 0), ...timed("sim:n", 0, 4, 0)]);
    const b = savedRun(
      "b",
      ["sim:m"],
      [...timed("sim:m", 0, 3, 0), exampleSkipped({ target: "sim:m", test_id: "t3" })],
    );
    const found = compareRuns(a, b, pairTargets(a.manifest, b.manifest, none));
    expect(new Set(found.comparison.map((row) => row.a))).toEqual(new Set(["A sim:m"]));
    expect(found.warnings).toContain("B is not at its end: 3 of 4 cases have a result");
  });
});
