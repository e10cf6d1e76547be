import { describe, expect, it } from "vitest";
import type { Problem } from "./problem.ts";
import { problemsError, renderProblems } from "./render-problems.ts";

function problemAt(line: number, column: number, lineText: string | null, more: Partial<Problem> = {}): Problem {
  return { file: "a.json", position: { line, column, lineText }, path: "x", message: "wrong", ...more };
}

describe("rendered problems", () => {
  it("show the line with a caret under the column, also after tabs and wide characters", () => {
    expect(renderProblems([problemAt(12, 5, '\t"日本": 1')])).toBe(
      'a.json:12:5 x: wrong\n  12 |  "日本": 1\n     |       ^',
    );
  });

  it("clip a long line around the caret", () => {
    const [, line = "", caret = ""] = renderProblems([
      problemAt(1, 501, `${"a".repeat(500)}!${"b".repeat(500)}`),
    ]).split("\n");
    expect(line.length).toBeLessThan(120);
    expect(line[caret.indexOf("^")]).toBe("!");
  });

  it("never send a control character to the terminal", () => {
    expect(renderProblems([problemAt(1, 1, "\u001B[2Jx\u009B")])).not.toMatch(/(?!\n)\p{Cc}/u);
  });

  it("come in the order of the file, at most 20, the rest counted", () => {
    const problems = Array.from({ length: 23 }, (_, index) => problemAt(23 - index, 1, null));
    const lines = renderProblems(problems).split("\n");
    expect(lines).toHaveLength(21);
    expect(lines[0]).toBe("a.json:1:1 x: wrong");
    expect(lines[20]).toBe("… and 3 more problems");
  });

  it("become one error, whose hint is the problem's own when there is one problem", () => {
    const one = problemsError("config", [problemAt(1, 1, null, { hint: "Do this." })], "Else.");
    expect([one.message, one.hint]).toEqual(["a.json:1:1 x: wrong", "Do this."]);
    const two = problemsError("config", [problemAt(1, 1, null, { hint: "Do this." }), problemAt(2, 1, null)], "Else.");
    expect([two.message, two.hint]).toEqual([
      "2 problems in a.json\na.json:1:1 x: wrong\n  Do this.\na.json:2:1 x: wrong",
      "Else.",
    ]);
  });
});
