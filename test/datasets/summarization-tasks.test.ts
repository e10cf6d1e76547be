import { describe, expect, it } from "vitest";
import type { TestCase } from "../../src/core/dataset.ts";
import { renderCase } from "../../src/datasets/render.ts";
import { builtIn, variableOf } from "./built-in.ts";
import { checksSchema, passes, wordsIn } from "./checks.ts";

const { dataset, cases } = await builtIn("summarization-tasks");

const textOf = (testCase: TestCase): string => String(variableOf(testCase, "text"));
const REFERENCES = cases.flatMap((testCase) =>
  (testCase.references ?? []).map((reference) => ({ id: testCase.id, testCase, reference })),
);

/** Numbers in digits, and words with a capital letter that begin no sentence and no line. */
const claims = (reference: string): string[] => [
  ...(reference.match(/\d+(?:[.,]\d+)*/g) ?? []),
  ...(reference.match(/(?<=[\p{L}\d,;] )\p{Lu}\p{L}+/gu) ?? []),
];

describe("the dataset summarization-tasks", () => {
  it.each(cases)("$id has a text of 80 to 250 words, and at least one reference", (testCase) => {
    expect(wordsIn(textOf(testCase))).toBeGreaterThanOrEqual(80);
    expect(wordsIn(textOf(testCase))).toBeLessThanOrEqual(250);
    expect(testCase.references?.length).toBeGreaterThan(0);
    expect(testCase.expected).toBeUndefined();
  });

  it("has no text twice", () => {
    expect(new Set(cases.map(textOf)).size).toBe(cases.length);
  });

  it.each(REFERENCES)("a reference of $id keeps the rules of its own case", ({ testCase, reference }) => {
    for (const check of checksSchema.parse(testCase.metadata?.["checks"])) expect(passes(check, reference)).toBe(true);
  });

  it.each(REFERENCES)(
    "a reference of $id names no number and no name that its text lacks",
    ({ testCase, reference }) => {
      for (const claim of claims(reference)) expect(textOf(testCase)).toContain(claim);
    },
  );

  it.each(cases)("$id has rules that the whole text breaks", (testCase) => {
    const checks = checksSchema.parse(testCase.metadata?.["checks"]);
    expect(checks.some((check) => !passes(check, textOf(testCase)))).toBe(true);
    expect(checks.some((check) => !passes(check, ""))).toBe(true);
  });

  it.each(cases)("the prompt of $id states the limits that its rules check", (testCase) => {
    const { prompt } = renderCase(testCase, dataset.defaults);
    const limit = variableOf(testCase, "max_words");
    const checks = checksSchema.parse(testCase.metadata?.["checks"]);
    expect(prompt).toContain(`at most ${limit} words`);
    if (testCase.category === "summary") {
      expect(checks).toContainEqual({ max_words: limit });
    } else {
      const points = variableOf(testCase, "points");
      expect(prompt).toContain(`List the ${points} most important points`);
      expect(checks).toContainEqual({ lines: points });
      expect(checks).toContainEqual({
        regex: `^(?:- \\S+(?: \\S+){0,${Number(limit) - 1}}(?:\\n|$)){${points}}$`,
      });
    }
  });
});
