import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Command } from "commander";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { runInProcess, type InProcess } from "../../test/support/in-process.ts";
import { processContext } from "./context.ts";
import { guarded } from "./guarded-output.ts";
import { asTyped, COMMAND_WORDS, invocationOf } from "./invocation.ts";
import { createProgram } from "./main.ts";

describe("the command that hints show", () => {
  it.each([
    ["/clone/dist/cli/bin.js", "/clone", "node dist/cli/bin.js"],
    ["/clone/dist/cli/bin.js", "/clone/dist/cli", "node bin.js"],
    ["/clone/dist/cli/bin.js", "/elsewhere", "node /clone/dist/cli/bin.js"],
    ["/my clone/dist/cli/bin.js", "/my clone/docs", "node '/my clone/dist/cli/bin.js'"],
    ["/usr/local/bin/llm-test-bench", "/home", "llm-test-bench"],
    ["/project/node_modules/.bin/llm-test-bench", "/project", "npx llm-test-bench"],
    ["/home/.npm/_npx/1f/node_modules/.bin/llm-test-bench", "/project", "npx llm-test-bench"],
    ["/project/node_modules/llm-test-bench/dist/cli/bin.js", "/project", "npx llm-test-bench"],
    [String.raw`C:\project\node_modules\llm-test-bench\dist\cli\bin.js`, "/", "npx llm-test-bench"],
    ["", "/", "llm-test-bench"],
  ])("for %s in %s is %s", (script, cwd, typed) => expect(invocationOf({ script, cwd })).toBe(typed));

  it("stands in for the name in commands alone", () => {
    const text =
      "llm-test-bench resume DIR; llm-test-bench.config.yaml; this llm-test-bench reads; llm-test-bench --help";
    expect(asTyped(text, "node $& x")).toBe(
      "node $& x resume DIR; llm-test-bench.config.yaml; this llm-test-bench reads; node $& x --help",
    );
    expect(asTyped("../llm-test-bench bench and my-llm-test-bench bench", "X")).not.toContain("X");
  });

  it("is known for every command", () => {
    const names = createProgram(guarded(processContext()), () => {}).commands.flatMap((one) =>
      [one.name()].concat(one.aliases()),
    );
    expect(names.filter((name) => !COMMAND_WORDS.includes(name))).toEqual([]);
  });
});

describe("where the program is started with another name", () => {
  let cwd: string;
  beforeAll(() => void (cwd = mkdtempSync(join(tmpdir(), "invocation-"))));
  afterAll(() => rmSync(cwd, { recursive: true }));

  const run = (...args: string[]): Promise<InProcess> => runInProcess(args, { cwd, invocation: "START" });
  const namesInstead =
    /llm-test-bench\s+(?:bench|run|eval|datasets|validate|list|test|providers|prices|config|resume|compare|export|journal|calibrate|simulate|help|\[|-)/;

  it("every help page shows that name", async () => {
    const pagesOf = (command: Command): string[][] =>
      [[] as string[]].concat(
        command.commands.flatMap((inner) => pagesOf(inner).map((path) => [inner.name()].concat(path))),
      );
    const pages = pagesOf(createProgram(guarded(processContext()), () => {}));
    expect(pages.length).toBeGreaterThan(15);
    for (const page of pages) {
      const { stdout } = await run(...page, "--help");
      expect({ page, stdout }).toEqual({ page, stdout: expect.stringContaining(`Usage: START ${page.join(" ")}`) });
      expect({ page, named: namesInstead.exec(stdout) }).toEqual({ page, named: null });
    }
  });

  it("every hint shows that name", async () => {
    const config = join(cwd, "written.yaml");
    writeFileSync(join(cwd, "empty.yaml"), "name: x\nversion: '1'\ntest_cases: []\n");
    const runs: (readonly [string, string[]])[] = [
      ["START --help", ["nonsense"]],
      ["START bench --help", ["bench", "--nonsense"]],
      ["START bench coding-tasks", ["bench"]],
      ["START config init", ["init"]],
      ["START datasets show", ["datasets", "list"]],
      ["START datasets show", ["datasets", "show", "coding-tasks"]],
      ["START datasets show", ["datasets", "show", "coding-tasks", "--case", "nothing-like-it"]],
      ["START bench -d", ["validate", "coding-tasks"]],
      ["START datasets init", ["validate", join(cwd, "empty.yaml")]],
      ["START datasets init", ["validate", join(cwd, "empty.yaml"), "--json"]],
      ["START datasets convert", ["datasets", "init", "cases.json"]],
      ["START providers", ["bench", "coding-tasks", "-p", "nobody"]],
      ["START providers", ["providers"]],
      ["START prices", ["prices"]],
      ["START config init", ["config", "show"]],
      ["START config show", ["config", "init", "-o", config]],
      ["START compare", ["bench", "-d", "coding-tasks", "--limit", "1", "-p", "sim:fast", "-o", "run"]],
    ];
    const shows = async (expected: string, ran: Promise<InProcess>): Promise<void> => {
      const { stdout, stderr } = await ran;
      expect(`${stdout}${stderr}`).toContain(expected);
      expect({ expected, named: namesInstead.exec(`${stdout}${stderr}`) }).toEqual({ expected, named: null });
    };
    for (const [expected, args] of runs) {
      await shows(expected, run(...args));
    }
    const down = { cwd, invocation: "START", env: { SIM_BASE_URL: "http://127.0.0.1:1" } };
    await shows("START resume", runInProcess(["bench", "coding-tasks", "--limit", "2", "-o", "down"], down));
    expect(readFileSync(config, "utf8")).toContain("START config show");
  });
});
