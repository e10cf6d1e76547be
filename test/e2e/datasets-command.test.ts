import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { parse } from "csv-parse/sync";
import { describe, expect, it, vi } from "vitest";
import { runCli, tempDir } from "../support/cli.ts";
import { runHere } from "../support/in-process.ts";
import { fixture } from "../support/fixture.ts";
import { journalOf } from "../support/run-directory.ts";

// Several processes a test, on a machine that may be busy with others.
vi.setConfig({ testTimeout: 60_000 });

const datasets = (...args: string[]): ReturnType<typeof runHere> => runHere(["datasets", ...args]);
const longest = (text: string): number => Math.max(...text.split("\n").map((line) => line.length));

describe("datasets list", () => {
  it("names the built-in datasets with cases and categories, and says what to do next", async () => {
    const { code, stdout, stderr } = await datasets("list");
    expect(code).toBe(0);
    expect(stdout.match(/^\S+, \d+ cases$/gm)).toEqual([
      "coding-tasks, 16 cases",
      "instruction-following, 21 cases",
      "reasoning-tasks, 26 cases",
      "summarization-tasks, 10 cases",
    ]);
    expect(stdout).toContain("logic 8, mathematics 10, patterns 8");
    expect(longest(stdout)).toBeLessThanOrEqual(100);
    expect(stderr).toMatch(/^hint: llm-test-bench datasets show /);
  });

  it("gives the same to programs", async () => {
    const { code, stdout, stderr } = await datasets("list", "--json");
    const list = JSON.parse(stdout) as { name: string; cases: number; categories: Record<string, number> }[];
    expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
    expect(list.map(({ name }) => name)).toHaveLength(4);
    for (const { cases, categories } of list) {
      expect(Object.values(categories).reduce((sum, count) => sum + count)).toBe(cases);
    }
  });

  it("lists the built-in ones also where a file has the name of one", async () => {
    const cwd = tempDir();
    writeFileSync(join(cwd, "coding-tasks"), "not a dataset");
    expect(await runHere(["datasets", "list"], { cwd })).toMatchObject({ code: 0 });
  });
});

describe("datasets show", () => {
  it("shows a row a case, with the prompt's beginning", async () => {
    const { code, stdout } = await datasets("show", "reasoning-tasks");
    expect(code).toBe(0);
    expect(stdout).toMatch(/^ {2}mathematics-arithmetic +mathematics +What is 47 × 68 − 29 × 53\?$/m);
    expect(stdout.match(/^ {2}(?:logic|mathematics|patterns)-/gm)).toHaveLength(26);
  });

  it("shows one case as it is sent, the lines of its prompt kept", async () => {
    const { code, stdout, stderr } = await datasets("show", "coding-tasks", "--case", "python-fix-mutable-default");
    expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
    expect(stdout).toContain("\n  def append_to(item, items=[]):\n      items.append(item)\n      return items\n");
    expect(stdout).toContain("\nExpected\n  def append_to(item, items=None)\n");
    expect(stdout).toContain("Parameters: temperature 0, max_tokens 512");
    expect(stdout).not.toContain("{{");
  });

  it("gives a case, and a dataset, to programs", async () => {
    const one = await datasets("show", fixture("small.json"), "--case", "with-config", "--json");
    expect(JSON.parse(one.stdout)).toEqual({
      id: "with-config",
      category: "facts",
      prompt: "How many days has a leap year?",
      system: "Answer in digits.",
      expected: "366",
      references: [],
      parameters: { temperature: 0.5, max_tokens: 8, top_p: 0.9, stop: ["\n"], timeout: "10s" },
      metadata: {},
    });
    const all = await datasets("show", fixture("large.json"), "--json");
    const shown = JSON.parse(all.stdout) as { name: string; cases: { id: string; prompt: string }[] };
    expect(shown.name).toBe("large");
    expect(shown.cases).toHaveLength(100);
    expect(shown.cases[0]?.prompt).toBe("What is 1 times 1? Answer with the number alone.");
  });

  it.each([
    [["reasoning-task"], 3, /Did you mean reasoning-tasks\?/],
    [["reasoning-tasks", "--case", "logic-truth-tabel"], 2, /Did you mean "logic-truth-table"\?/],
    [["reasoning-tasks", "--case", "x"], 2, /lists its cases/],
    [[fixture("invalid.yaml")], 3, /8 problems/],
    [[], 2, /missing required argument/],
  ])("ends %j with exit code %i and one message", async (args, exitCode, says) => {
    const { code, stdout, stderr } = await datasets("show", ...args);
    expect({ code, stdout }).toEqual({ code: exitCode, stdout: "" });
    expect(stderr.match(/^error: /gm)).toHaveLength(1);
    expect(stderr).toMatch(says);
    expect(stderr).not.toMatch(/\n\s+at /);
  });
});

describe("datasets validate", () => {
  it("says a line for each good file", async () => {
    const files = ["small.json", "medium.yaml", "large.json", "templates.yaml"].map(fixture);
    const { code, stdout, stderr } = await datasets("validate", ...files);
    expect(code).toBe(0);
    expect(stderr.trimEnd().split("\n")).toEqual([
      `warning: ${files[0]}:24:11 test_cases[1].variables.language.formal: test case "with-variables": the variable "language.formal" is used nowhere`,
      `warning: ${files[3]}:28:39 test_cases[5].variables.second: test case "value-with-braces": the variable "second" is used nowhere`,
    ]);
    expect(stdout.trimEnd().split("\n")).toEqual([
      `${files[0]}: valid, small 1.0.0 with 5 cases`,
      `${files[1]}: valid, medium 1.0.0 with 20 cases`,
      `${files[2]}: valid, large 1.0.0 with 100 cases`,
      `${files[3]}: valid, templates 1.0.0 with 11 cases`,
    ]);
  });

  it("tells every problem of every file, goes on after a bad one, and ends with 3", async () => {
    const files = [fixture("invalid.yaml"), fixture("small.json"), fixture("missing-variables.json"), "nowhere.json"];
    const { code, stdout, stderr } = await datasets("validate", ...files);
    expect(code).toBe(3);
    expect(stdout).toBe(`${files[1]}: valid, small 1.0.0 with 5 cases\n`);
    expect(stderr.match(/^error: /gm)).toHaveLength(3);
    expect(stderr).toContain("8 problems in");
    expect(stderr).toContain("4 problems in");
    expect(stderr).toContain("nowhere.json does not exist");
    expect(stderr).toContain("3 of 4 files have problems");
    expect(stderr).not.toMatch(/\n\s+at /);
  });

  it("gives problems to editors, one object each, and nothing on stderr", async () => {
    const file = fixture("invalid.yaml");
    const { code, stdout, stderr } = await datasets("validate", file, fixture("small.json"), "nowhere.json", "--json");
    expect({ code, stderr }).toEqual({ code: 3, stderr: "" });
    const all = JSON.parse(stdout) as Record<string, unknown>[];
    expect(all.filter(({ severity }) => severity === "warning")).toEqual([
      expect.objectContaining({
        file: fixture("small.json"),
        line: 24,
        path: "test_cases[1].variables.language.formal",
      }),
    ]);
    const problems = all.filter(({ severity }) => severity === "error");
    expect(problems).toHaveLength(9);
    expect(problems).toContainEqual({
      file,
      line: 14,
      column: 41,
      path: "test_cases[4].prompt",
      message: 'test case "c" has no variable "topic"; did you mean "topik"?',
      hint: "Add it under the case's variables, or write \\{{topic}}, in double quotes \\\\{{topic}}, for the braces themselves.",
      severity: "error",
    });
    expect(problems.at(-1)).toMatchObject({ file: "nowhere.json", line: null, column: null, path: "" });
  });

  it("gives editors all problems where a terminal shows the first twenty", async () => {
    const file = join(tempDir(), "many.json");
    const test_cases = Array.from({ length: 30 }, (_, i) => ({ id: `t${i}`, prompt: "{{nothing}}" }));
    writeFileSync(file, JSON.stringify({ name: "many", version: "1", test_cases }));
    expect((await datasets("validate", file)).stderr).toContain("… and 10 more problems");
    expect(JSON.parse((await datasets("validate", file, "--json")).stdout)).toHaveLength(30);
  });

  it("gives editors an empty list for good files", async () => {
    expect(await datasets("validate", fixture("medium.yaml"), "--json")).toMatchObject({ code: 0, stdout: "[]\n" });
  });

  it("takes little memory for many rows", async () => {
    const file = join(tempDir(), "many.jsonl");
    const rows = Array.from(
      { length: 200_000 },
      (_, n) => `${JSON.stringify({ id: `case-${n}`, prompt: `What is ${n}?` })}\n`,
    );
    writeFileSync(file, rows.join(""));
    const tell = "process.on('exit',()=>console.error('peak',process.resourceUsage().maxRSS/1024))";
    const env = { NODE_OPTIONS: `--import=data:text/javascript,${encodeURIComponent(tell)}` };
    const { code, stdout, stderr } = await runCli(["datasets", "validate", file], { env });
    expect(code).toBe(0);
    expect(stdout).toContain("with 200000 cases");
    expect(Number(/peak ([\d.]+)/.exec(stderr)?.[1])).toBeLessThan(200);
  });
});

describe("a run of a hundred cases", () => {
  it("has each case of the dataset exactly once for each target, in journal, CSV and JSON", async () => {
    const directory = join(tempDir(), "run");
    const args = ["bench", "-d", fixture("large.json"), "-p", "a=sim:fast,b=sim:fast", "-c", "50", "-o", directory];
    const { code } = await runHere([...args, "--quiet"]);
    expect(code).toBe(0);
    const ids = Array.from({ length: 10 }, (_, a) => Array.from({ length: 10 }, (__, b) => `times-${a + 1}-${b + 1}`));
    const wanted = ids.flat().toSorted();
    const journal = journalOf(directory);
    const rows = parse<Record<string, string>>(readFileSync(join(directory, "results.csv")), { columns: true });
    for (const target of ["a", "b"]) {
      const ofTarget = journal.filter((one) => one.target === target);
      expect(ofTarget.map(({ test_id }) => test_id).toSorted()).toEqual(wanted);
      expect(ofTarget.every(({ category }) => category?.startsWith("table-of-"))).toBe(true);
      expect(rows.filter((row) => row["target"] === target)).toHaveLength(100);
    }
    const exported = JSON.parse(readFileSync(join(directory, "results.json"), "utf8")) as {
      providers: { summary: { total: number; by_category: Record<string, { total: number }> } }[];
    };
    for (const { summary } of exported.providers) {
      expect(summary.total).toBe(100);
      expect(Object.values(summary.by_category).map(({ total }) => total)).toEqual(
        Array.from({ length: 10 }, () => 10),
      );
    }
  });
});
