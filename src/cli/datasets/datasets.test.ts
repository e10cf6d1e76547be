import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { stripVTControlCharacters } from "node:util";
import stringWidth from "string-width";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { systemClock } from "../../core/clock.ts";
import type { ProcessContext } from "../context.ts";
import { main } from "../main.ts";

/** A command line run inside this process, with everything it wrote. */
interface Ran {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

let directory: string;

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), "datasets-"));
});
afterEach(() => rmSync(directory, { recursive: true, force: true }));

async function run(args: string[], columns?: number, env: Record<string, string> = {}): Promise<Ran> {
  const written = { stdout: "", stderr: "" };
  const output = (name: "stdout" | "stderr"): ProcessContext["stdout"] => ({
    write: (text) => (written[name] += text),
    isTTY: columns !== undefined,
    columns,
  });
  const code = await main(["datasets", ...args], {
    stdout: output("stdout"),
    stderr: output("stderr"),
    stdin: { read: async () => Buffer.from(""), async *pieces() {}, close() {} },
    env,
    cwd: directory,
    home: directory,
    invocation: "llm-test-bench",
    clock: systemClock,
    onSignal: () => () => {},
    exit: () => {},
  });
  return { code, ...written };
}

function file(name: string, content: object): string {
  const path = join(directory, name);
  writeFileSync(path, JSON.stringify({ name: "mine", version: "1", ...content }));
  return path;
}

const widest = (text: string): number =>
  Math.max(
    ...stripVTControlCharacters(text)
      .split("\n")
      .map((line) => stringWidth(line)),
  );

describe("what a terminal shows", () => {
  it.each([60, 80, 200])("fits %i columns", async (columns) => {
    const shown = ["coding-tasks", "instruction-following", "reasoning-tasks", "summarization-tasks"];
    for (const args of [["list"], ...shown.map((name) => ["show", name])]) {
      const { code, stdout } = await run(args, columns);
      expect(code).toBe(0);
      expect(widest(stdout)).toBeLessThanOrEqual(columns);
    }
  });

  it("shows more of each prompt where there is room", async () => {
    const [narrow, wide] = [await run(["show", "reasoning-tasks"], 80), await run(["show", "reasoning-tasks"], 200)];
    expect(widest(wide.stdout)).toBeGreaterThan(widest(narrow.stdout) + 80);
  });

  it("has colours on a terminal, and none under NO_COLOR or in a pipe", async () => {
    const args = ["show", "coding-tasks", "--case", "c-string-length"];
    const colored = await run(args, 80);
    expect(colored.stdout).toContain("\u001B[");
    expect((await run(args, 80, { NO_COLOR: "1" })).stdout).toBe(stripVTControlCharacters(colored.stdout));
    expect((await run(args)).stdout).not.toContain("\u001B[");
  });
});

describe("ids and categories from anywhere", () => {
  const odd = [
    "a\nb",
    "\u001b[31mred\u001b]0;title\u0007",
    "L".repeat(10_000),
    "\u202eevil\u2066",
    "x; touch y",
    "\rCR",
  ];
  const rows = (of: readonly string[]): string =>
    of.map((id) => `${JSON.stringify({ id, category: `${id}c`, prompt: "p" })}\n`).join("");
  const moves = /(?!\n)[\p{Cc}\u202a-\u202e\u2066-\u2069]/u;

  it("neither break a table nor move the cursor, and a command with one can be copied", async () => {
    for (const first of odd) {
      const path = join(directory, "odd cases.jsonl");
      writeFileSync(path, rows([first, ...odd.filter((id) => id !== first)]));
      const { code, stdout, stderr } = await run(["show", path], 80);
      expect(code).toBe(0);
      expect(Math.max(...stdout.split("\n").map((one) => stringWidth(one)))).toBeLessThanOrEqual(80);
      expect(stripVTControlCharacters(stdout)).not.toMatch(moves);
      expect(stderr).not.toMatch(moves);
      expect(stderr).toBe(
        `hint: llm-test-bench datasets show '${path}' --case ${first.startsWith("x") ? "'x; touch y'" : "ID"}\n`,
      );
    }
  });

  it("are harmless in errors and warnings", async () => {
    const path = join(directory, "twice.jsonl");
    for (const text of [rows([...odd, ...odd]), rows(odd).replaceAll('"p"', '"p", "expected": ""')]) {
      writeFileSync(path, text);
      const { stderr } = await run(["validate", path]);
      expect(stderr.split("\n").length).toBeGreaterThan(odd.length);
      expect(stderr).not.toMatch(moves);
      expect(Math.max(...stderr.split("\n").map(({ length }) => length))).toBeLessThan(250);
    }
  });
});

describe("datasets show", () => {
  it("cuts a prompt between characters, wide ones and joined ones too", async () => {
    const prompt = "👩‍👩‍👧‍👦漢字".repeat(40);
    const path = file("wide.json", { test_cases: [{ id: "wide", prompt }] });
    const { stdout } = await run(["show", path], 80);
    expect(widest(stdout)).toBeLessThanOrEqual(80);
    expect(stdout).toMatch(/(?:👩‍👩‍👧‍👦漢字)+(?:👩‍👩‍👧‍👦漢?)?…\n/u);
  });

  it("keeps line ends and tabs of a case, and shows control characters as pictures", async () => {
    const prompt = "if x:\r\n\tbeep(\u0007)\n    \u001B[2Jdone";
    const path = file("control.json", { test_cases: [{ id: "control", prompt }] });
    expect((await run(["show", path, "--case", "control"])).stdout).toContain(
      "\nPrompt\n  if x:\n  \tbeep(␇)\n      ␛[2Jdone\n",
    );
    expect(JSON.parse((await run(["show", path, "--case", "control", "--json"])).stdout)).toMatchObject({ prompt });
  });

  it("folds long lines at spaces on a terminal, and nowhere else", async () => {
    const code = "def f(x):\n    return   x";
    const prompt = `${code}\n${"words and ".repeat(20)}${"x".repeat(100)} end`;
    const path = file("long-line.json", { test_cases: [{ id: "a", prompt }] });
    const folded = stripVTControlCharacters((await run(["show", path, "--case", "a"], 80)).stdout);
    expect(folded).toContain("\n  def f(x):\n      return   x\n  words and");
    expect(folded).toContain(`\n  ${"x".repeat(100)}\n  end\n`);
    expect(folded.replaceAll(/\s+/g, " ")).toContain(prompt.replaceAll(/\s+/g, " "));
    const lines = folded.split("\n").filter((line) => !line.includes("xx"));
    expect(widest(lines.join("\n"))).toBeLessThanOrEqual(80);
    expect((await run(["show", path, "--case", "a"])).stdout).toContain(`\n  ${"words and ".repeat(20)}x`);
  });

  it("numbers several references, and shows metadata as it stands", async () => {
    const test_cases = [{ id: "a", prompt: "Hi", references: ["one", "two"], metadata: { checks: [{ lines: 1 }] } }];
    const { stdout } = await run(["show", file("more.json", { test_cases }), "--case", "a"]);
    expect(stdout).toBe(
      "a\n  Parameters: none\n\nPrompt\n  Hi\n\nReference 1\n  one\n\nReference 2\n  two\n\n" +
        'Metadata\n  {\n    "checks": [\n      {\n        "lines": 1\n      }\n    ]\n  }\n',
    );
  });

  it("shows the first thousand cases of a long dataset and counts the rest", async () => {
    const test_cases = Array.from({ length: 1003 }, (_, i) => ({ id: `t${i}`, prompt: `Say ${i}` }));
    const path = file("long.json", { test_cases });
    const { stdout, stderr } = await run(["show", path]);
    expect(stdout.match(/Say \d+$/gm)).toHaveLength(1000);
    expect(stdout).toContain("mine 1, 1003 cases\n");
    expect(stdout).toMatch(/… and 3 more; --json has them all\n$/);
    expect(stderr).toContain("--case t0");
    expect((JSON.parse((await run(["show", path, "--json"])).stdout) as { cases: [] }).cases).toHaveLength(1003);
    expect((await run(["show", path, "--case", "t1002"])).code).toBe(0);
  });

  it("says which case was probably meant", async () => {
    const { code, stderr } = await run(["show", "coding-tasks", "--case", "go-word-cont"]);
    expect({ code, stderr }).toEqual({
      code: 2,
      stderr: 'error: coding-tasks has no case "go-word-cont"\nhint: Did you mean "go-word-count"?\n',
    });
  });
});

describe("datasets validate", () => {
  const good = { test_cases: [{ id: "a", prompt: "Hi" }] };
  const bad = { test_cases: [{ id: "a" }] };

  it("says of one good file what to do with it", async () => {
    const path = file("good.json", good);
    expect(await run(["validate", path])).toEqual({
      code: 0,
      stdout: `${path}: valid, mine 1 with 1 case\n`,
      stderr: `hint: llm-test-bench bench -d ${path} -p sim tries it out\n`,
    });
  });

  it("checks the files after a bad one, and ends with 3", async () => {
    const { code, stdout, stderr } = await run(["validate", file("bad.json", bad), file("good.json", good)]);
    expect(code).toBe(3);
    expect(stdout).toContain("good.json: valid");
    expect(stderr).toMatch(/^error: .*bad\.json:1:\d+ test_cases\[0\]: missing "prompt"/);
    expect(stderr).toContain("\n1 of 2 files have problems\n");
  });

  it("gives problems as JSON, with nulls where a file as a whole is meant", async () => {
    const missing = join(directory, "missing.json");
    const { code, stdout } = await run(["validate", file("bad.json", bad), missing, "--json"]);
    expect(code).toBe(3);
    expect(JSON.parse(stdout)).toEqual([
      expect.objectContaining({
        line: 1,
        path: "test_cases[0]",
        message: 'missing "prompt", or "messages" in its place',
        hint: 'It is what the model is asked, such as prompt: "Say hello".',
      }),
      expect.objectContaining({ file: missing, line: null, column: null, path: "" }),
    ]);
  });

  it("lists the built-in datasets as JSON", async () => {
    const list = JSON.parse((await run(["list", "--json"])).stdout) as { name: string }[];
    expect(list.map(({ name }) => name)).toContain("reasoning-tasks");
  });
});
