import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { runInProcess, type InProcess } from "../../test/support/in-process.ts";

let cwd: string;
beforeAll(() => {
  cwd = mkdtempSync(join(tmpdir(), "words-"));
  writeFileSync(join(cwd, "help"), "");
});
afterAll(() => rmSync(cwd, { recursive: true }));

const run = (...args: string[]): Promise<InProcess> => runInProcess(args, { cwd });

describe("what users of other tools type first", () => {
  it.each([
    ["bench coding-tasks", ["bench", "coding-tasks", "--dry-run"]],
    ["run", ["run", "coding-tasks", "--dry-run"]],
    ["eval", ["eval", "coding-tasks", "--dry-run"]],
    ["bench with the dataset named twice alike", ["bench", "coding-tasks", "-d", "coding-tasks", "--dry-run"]],
  ])("works: %s", async (_name, args) => {
    const { code, stdout } = await run(...args);
    expect([code, stdout]).toEqual([0, expect.stringContaining("Dry run")]);
  });

  it.each([
    [
      ["validate", "coding-tasks"],
      ["datasets", "validate", "coding-tasks"],
    ],
    [["validate"], ["datasets", "validate"]],
    [["list"], ["datasets", "list"]],
    [
      ["list", "--json"],
      ["datasets", "list", "--json"],
    ],
    [["-v"], ["--version"]],
    [["-V"], ["--version"]],
    [["bench", "-v"], ["--version"]],
    [["datasets", "--version"], ["--version"]],
    [["version"], ["--version"]],
    [["help"], ["--help"]],
    [["help", "help"], ["--help"]],
    [
      ["help", "bench"],
      ["bench", "--help"],
    ],
    [
      ["help", "run"],
      ["bench", "--help"],
    ],
    [
      ["help", "validate"],
      ["datasets", "validate", "--help"],
    ],
    [
      ["help", "datasets", "validate"],
      ["datasets", "validate", "--help"],
    ],
    [["help", "nonsense"], ["nonsense"]],
    [
      ["help", "datasets", "nonsense"],
      ["datasets", "nonsense"],
    ],
    [
      ["bench", "help"],
      ["bench", "--help"],
    ],
    [
      ["datasets", "help"],
      ["datasets", "--help"],
    ],
  ])("%j is %j", async (short, long) => {
    expect(await run(...short)).toEqual(await run(...long));
  });

  it.each([
    ["init", "config init", "datasets init NAME"],
    ["show", "datasets show", "config show"],
    ["view", "export DIR --format md", "--format csv"],
    ["report", "export DIR --format md", "--format csv"],
    ["models", "llm-test-bench providers", "llm-test-bench prices"],
    ["check", "datasets validate FILE", "providers --check"],
    ["benchmark", "llm-test-bench bench DATASET"],
    ["evaluate", "llm-test-bench bench DATASET"],
    ["start", "bench coding-tasks -p sim:fast,sim:slow"],
    ["serve", "llm-test-bench simulate"],
    ["coding-tasks", "If that is a dataset: llm-test-bench bench coding-tasks"],
    ["./my cases.yaml", "If that is a dataset: llm-test-bench bench './my cases.yaml'"],
    ["bnech", "(Did you mean bench?)", "(see llm-test-bench --help)"],
  ])("%s says what to type", async (word, ...said) => {
    const { code, stderr } = await run(word);
    expect(code).toBe(2);
    for (const text of said) expect(stderr).toContain(text);
  });

  it.each([
    ["--vus", "--concurrency", ["bench", "x"]],
    ["--max-concurrency=3", "--concurrency", ["run", "x"]],
    ["--num-prompts", "--max-requests", ["bench", "x"]],
    ["--request-rate", "--rate", ["bench", "x"]],
    ["--runs", "--repeat", ["bench", "x"]],
    ["--export-json", "--export", ["bench", "x"]],
    ["-n", "--max-requests", ["bench", "x"]],
    ["-u", "--concurrency", ["bench", "x"]],
    ["--concurency", "--concurrency", ["bench", "x"]],
    ["--frmat", "--format", ["datasets", "validate", "x"]],
  ])("%s is answered with %s", async (flag, meant, before) => {
    const { code, stderr } = await run(...before, flag);
    expect(code).toBe(2);
    expect(stderr).toContain(`(Did you mean ${meant}?)`);
  });

  it("a flag of other tools that the command has no counterpart for is only unknown", async () => {
    expect((await run("export", "x", "--vus")).stderr).not.toContain("Did you mean --concurrency");
  });

  it.each([
    [["test", "sim", "Say hello"], "--prompt 'Say hello'"],
    [["bench", "a.yaml", "b.yaml"], "may be a folder"],
    [["providers", "openai"], "providers --check"],
  ])("a word too many says what it was meant as: %j", async (args, says) => {
    expect(await run(...args)).toMatchObject({ code: 2, stderr: expect.stringContaining(says) as string });
  });

  it("two datasets, or two names for one place, are refused with what to do", async () => {
    expect(await run("bench", "coding-tasks", "-d", "reasoning-tasks")).toMatchObject({
      code: 2,
      stderr: expect.stringContaining("two datasets are named: coding-tasks and --dataset reasoning-tasks") as string,
    });
    expect((await run("bench", "coding-tasks", "--synthetic", "input=5,output=5")).code).toBe(2);
    expect((await run("bench", "one.yaml", "two.yaml")).stderr).toContain("too many arguments");
  });
});
