import { describe, expect, it } from "vitest";
import type { TestCase } from "../core/dataset.ts";
import { BenchError } from "../core/errors.ts";
import { selectCases } from "./select.ts";

const cases: TestCase[] = [
  { id: "a", prompt: "p", category: "sql" },
  { id: "b", prompt: "p", category: "strings" },
  { id: "c", prompt: "p" },
  { id: "d", prompt: "p", category: "sql" },
];
const ids = (category: string | null, limit: number | null, from = cases): string[] =>
  [...selectCases({ cases: () => from }, { category, limit })].map((testCase) => testCase.id);

function failure(category: string, from = cases): BenchError {
  try {
    selectCases({ cases: () => from }, { category, limit: null });
  } catch (error) {
    if (error instanceof BenchError) return error;
  }
  throw new Error("nothing was thrown");
}

describe("selected cases", () => {
  it("are those of the category, the first of them up to the limit", () => {
    expect(ids(null, null)).toEqual(["a", "b", "c", "d"]);
    expect(ids("sql", null)).toEqual(["a", "d"]);
    expect(ids("sql", 1)).toEqual(["a"]);
    expect(ids(null, 0)).toEqual([]);
  });

  it("can be iterated again", () => {
    const selected = selectCases({ cases: () => cases }, { category: "sql", limit: 1 });
    expect([...selected]).toEqual([...selected]);
  });

  it("do not exist for an unknown category, which is told before the first iteration", () => {
    expect(failure("sqll")).toMatchObject({
      code: "usage",
      message: 'no test case has the category "sqll"',
      hint: 'Did you mean "sql"? The dataset has: sql, strings.',
    });
    expect(failure("reasoning").hint).toBe("The dataset has: sql, strings.");
    expect(failure("sql", [{ id: "c", prompt: "p" }]).hint).toContain("no categories");
  });
});
