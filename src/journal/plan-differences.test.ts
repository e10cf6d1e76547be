import { expect, it } from "vitest";
import { samplePlan } from "../../test/support/journal-records.ts";
import type { TargetRecord } from "../core/run.ts";
import { planDifferences } from "./plan-differences.ts";

const target = (changes: Partial<TargetRecord> = {}): TargetRecord => ({
  target: "a",
  provider: "openai",
  model: "m",
  base_url: null,
  simulated: false,
  parameters: {},
  ...changes,
});

it("the same plan has no differences, whatever the order of its parameters", () => {
  const saved = samplePlan({ parameters: { temperature: 0, max_tokens: 5 } });
  expect(planDifferences(saved, samplePlan({ parameters: { max_tokens: 5, temperature: 0 } }))).toEqual([]);
});

it("each difference is told in words", () => {
  const saved = samplePlan({ targets: [target()], parameters: { temperature: 0, stop: ["x"] } });
  const wanted = samplePlan({
    dataset_sha256: "bb",
    targets: [target({ model: "n", base_url: "http://h", parameters: { top_p: 1 } })],
    stream: false,
    limit: 5,
    repeat: 2,
    seed: "s",
    category: "coding",
    parameters: { temperature: 0.7 },
  });
  expect(planDifferences(saved, wanted)).toEqual([
    "dataset: content changed (sha256 was aa, is now bb)",
    'a: model was "m", is now "n"',
    'a: base_url was not set, is now "http://h"',
    "a: top_p was not set, is now 1",
    "stream was true, is now false",
    'category was not set, is now "coding"',
    "limit was not set, is now 5",
    "repeat was 1, is now 2",
    'seed was not set, is now "s"',
    "temperature was 0, is now 0.7",
    'stop was ["x"], is now not set',
  ]);
});

it("other targets, or the same in another order, are one difference", () => {
  const saved = samplePlan({ targets: [target(), target({ target: "b" })] });
  const wanted = samplePlan({ targets: [target({ target: "b" }), target({ target: "c" })] });
  expect(planDifferences(saved, wanted)).toEqual(["targets were a, b, are now b, c"]);
});

it("a long value is cut", () => {
  const [told] = planDifferences(samplePlan({ parameters: { system: "x".repeat(500) } }), samplePlan());
  expect(told?.length).toBeLessThan(100);
});
