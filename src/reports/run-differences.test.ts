import { describe, expect, it } from "vitest";
import { exampleManifest, exampleSegment, exampleValidity } from "../../test/support/example-results.ts";
import type { Manifest } from "../core/run.ts";
import { runDifferences, targetDifferences, type ComparedRun } from "./run-differences.ts";

const FAIRNESS = /^the two runs did not alternate in time/;
const all = { both: 4, onlyA: 0, onlyB: 0 };

function runOf(name: "A" | "B", more: Partial<Manifest> = {}, finished = 4): ComparedRun {
  const manifest = exampleManifest(["openai:m"], { id: name, ...more });
  const validity = manifest.segments[0]?.validity ?? exampleValidity();
  return { name, manifest, validity, finished, planned: 4 };
}

function warnings(more: Partial<Manifest>, { matched = all, finished = 4 } = {}): string[] {
  return runDifferences(runOf("A"), runOf("B", more, finished), matched);
}

describe("two runs", () => {
  it("that are alike differ in their time, which is always said", () => {
    expect(warnings({})).toEqual([expect.stringMatching(FAIRNESS)]);
  });

  const { plan, dataset, environment } = exampleManifest(["openai:m"]);
  const { load } = exampleSegment();
  it.each<[string, Partial<Manifest>, RegExp]>([
    [
      "dataset",
      { dataset: { ...dataset, sha256: "cd" } },
      /the datasets differ \(coding-tasks 1\.0\.0, ab and .+, cd\): 4 of 4/,
    ],
    [
      "parameters",
      { plan: { ...plan, parameters: { temperature: 1 } } },
      /requests differ: temperature unset in A, 1 in B/,
    ],
    ["streaming", { plan: { ...plan, stream: false } }, /the requests differ: stream true in A, false in B/],
    [
      "load",
      { segments: [exampleSegment({ load: { ...load, concurrency: 10 } })] },
      /the load differs: concurrency 5 in A, 10 in B/,
    ],
    [
      "validity",
      { segments: [exampleSegment({ validity: exampleValidity({ verdict: "INVALID", reasons: ["too slow"] }) })] },
      /the measurement of B is INVALID: too slow/,
    ],
    ["system", { environment: { ...environment, cores: 64 } }, /different systems: cores 2 in A, 64 in B/],
    ["end", { status: "interrupted" }, /B is not at its end: 4 of 4 cases have a result/],
  ])("that differ in their %s are said to", (_, more, expected) => {
    expect(warnings(more)).toEqual([expect.stringMatching(expected), expect.stringMatching(FAIRNESS)]);
  });

  it("that do not hold the same cases are said to, and so are skipped cases", () => {
    const matched = { both: 3, onlyA: 1, onlyB: 2 };
    expect(warnings({}, { matched })[0]).toBe(
      "the runs do not hold the same cases: 3 of 6 cases match by id and sample",
    );
    expect(warnings({}, { finished: 3 })[0]).toBe("B is not at its end: 3 of 4 cases have a result");
  });

  it("that are one and the same alternated in time, so only its validity is of interest", () => {
    const segments = [exampleSegment({ validity: exampleValidity({ verdict: "DEGRADED", reasons: ["busy"] }) })];
    const one = runOf("A", { segments });
    expect(runDifferences(one, { ...one, name: "B" }, all)).toEqual(["the measurement of A is DEGRADED: busy"]);
    expect(runDifferences(runOf("A"), { ...runOf("A"), name: "B" }, all)).toEqual([]);
    const nothing = { ...runOf("A"), validity: exampleValidity({ verdict: null, reasons: ["no request succeeded"] }) };
    expect(runDifferences(nothing, { ...nothing, name: "B" }, all)).toEqual([
      "A measured nothing: no request succeeded",
    ]);
  });
});

describe("two targets", () => {
  const target = {
    target: "mine",
    provider: "openai",
    model: "m",
    base_url: "http://a/v1",
    simulated: false,
    parameters: {},
  };

  it("of one name must be the same thing", () => {
    expect(targetDifferences(target, target)).toEqual([]);
    expect(targetDifferences(target, { ...target, base_url: "http://b/v1" })).toEqual([
      'mine of A and mine of B are not the same: base_url "http://a/v1" in A, "http://b/v1" in B',
    ]);
  });

  it("of different names may be different things, but parameters still count", () => {
    const other = { ...target, target: "other", model: "n", base_url: "http://b/v1" };
    expect(targetDifferences(target, other)).toEqual([]);
    expect(targetDifferences(target, { ...other, parameters: { max_tokens: 5, system: "x".repeat(60) } })).toEqual([
      expect.stringMatching(/are not the same: max_tokens unset in A, 5 in B, system unset in A, "x{39}… in B$/),
    ]);
  });

  it("that are simulated may be at different addresses", () => {
    const simulated = { ...target, simulated: true };
    expect(targetDifferences(simulated, { ...simulated, base_url: "http://b/v1" })).toEqual([]);
  });

  it("of which one is simulated say nothing about a model", () => {
    const warning = ["mine of B is simulated, mine of A is not: the difference says nothing about a model"];
    expect(targetDifferences(target, { ...target, simulated: true })).toEqual(warning);
  });
});
