import { describe, expect, it } from "vitest";
import { collected, streamed } from "../../test/support/cases.ts";
import type { TestCase } from "../core/dataset.ts";
import { BenchError } from "../core/errors.ts";
import { selectCases } from "./select.ts";

const cases: TestCase[] = [
  { id: "a", prompt: "p", category: "sql" },
  { id: "b", prompt: "p", category: "strings" },
  { id: "c", prompt: "p" },
  { id: "d", prompt: "p", category: "sql" },
];
const ids = async (category: string | null, limit: number | null): Promise<string[]> =>
  (await collected(await selectCases({ cases: () => streamed(cases) }, { category, limit }))).map(({ id }) => id);

async function failure(category: string, from = cases): Promise<BenchError> {
  try {
    await selectCases({ cases: () => streamed(from) }, { category, limit: null });
  } catch (error) {
    if (error instanceof BenchError) return error;
  }
  throw new Error("nothing was thrown");
}

describe("selected cases", () => {
  it("are those of the category, the first of them up to the limit", async () => {
    expect(await ids(null, null)).toEqual(["a", "b", "c", "d"]);
    expect(await ids("sql", null)).toEqual(["a", "d"]);
    expect(await ids("sql", 1)).toEqual(["a"]);
    expect(await ids(null, 0)).toEqual([]);
  });

  it("can be iterated again", async () => {
    const selected = await selectCases({ cases: () => streamed(cases) }, { category: "sql", limit: 1 });
    expect(await collected(selected)).toEqual(await collected(selected));
  });

  it("do not exist for an unknown category, which is told before the first iteration", async () => {
    expect(await failure("sqll")).toMatchObject({
      code: "usage",
      message: 'no test case has the category "sqll"',
      hint: 'Did you mean "sql"? The dataset has: sql, strings.',
    });
    expect((await failure("reasoning")).hint).toBe("The dataset has: sql, strings.");
    expect((await failure("sql", [{ id: "c", prompt: "p" }])).hint).toContain("no categories");
  });

  it("of a dataset that is read while it is used are missed at its end only", async () => {
    const selected = await selectCases(
      { cases: () => streamed(cases), sha256: null },
      { category: "sqll", limit: null },
    );
    await expect(collected(selected)).rejects.toMatchObject({
      code: "dataset",
      message: 'no test case has the category "sqll"',
      hint: 'Did you mean "sql"? The dataset has: sql, strings.',
    });
  });
});
