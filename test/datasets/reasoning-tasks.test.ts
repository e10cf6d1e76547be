import { describe, expect, it } from "vitest";
import { renderCase } from "../../src/datasets/render.ts";
import { builtIn, variableOf } from "./built-in.ts";
import { PUZZLES } from "./reasoning-logic.ts";
import { SOLVERS } from "./reasoning-solvers.ts";

const { dataset, cases, caseOf } = await builtIn("reasoning-tasks");

describe("the dataset reasoning-tasks", () => {
  it("has a solver for every case, and a case for every solver", () => {
    expect(cases.map(({ id }) => id).toSorted()).toEqual([...Object.keys(PUZZLES), ...Object.keys(SOLVERS)].toSorted());
  });

  it.each(Object.entries(SOLVERS))("expects of %s what trying everything gives", (id, solve) => {
    const testCase = caseOf(id);
    expect(testCase.expected).toBe(`[[${solve((name) => variableOf(testCase, name))}]]`);
  });

  it.each(Object.entries(PUZZLES))("expects of %s the one answer that its clues leave", (id, puzzle) => {
    expect(puzzle.answers().map((answer) => `[[${answer}]]`)).toEqual([caseOf(id).expected]);
  });

  it.each(Object.entries(PUZZLES))("words %s as it was solved", (id, { sentences }) => {
    const text = (caseOf(id).prompt ?? "").replaceAll(/\s+/g, " ");
    for (const sentence of sentences) expect(text).toContain(sentence);
  });

  it.each(cases.map((one) => one.id))("gives %s away neither in its prompt nor in the system text", (id) => {
    const testCase = caseOf(id);
    const { prompt, system = "" } = renderCase(testCase, dataset.defaults);
    expect(prompt + system).not.toContain(testCase.expected);
    expect(system).toContain("double square brackets");
  });
});
