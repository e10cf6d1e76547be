import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it, vi } from "vitest";
import { tempDir } from "../support/cli.ts";
import { runHere } from "../support/in-process.ts";

vi.setConfig({ testTimeout: 60_000 });

const cwd = tempDir();
const datasets = (...args: string[]): ReturnType<typeof runHere> => runHere(["datasets", ...args], { cwd });

describe("datasets convert", () => {
  it("names what the format cannot hold and writes nothing, until that is allowed", async () => {
    const refused = await datasets("convert", "coding-tasks", "tasks.jsonl.gz");
    expect(refused.code).toBe(2);
    expect(refused.stderr).toContain("tasks.jsonl.gz was not written: jsonl cannot hold all of it");
    expect(refused.stderr).toContain("the dataset's defaults (");
    expect(readdirSync(cwd)).toEqual([]);
    const allowed = await datasets("convert", "coding-tasks", "tasks.jsonl.gz", "--allow-loss");
    expect(allowed).toMatchObject({ code: 0, stdout: "" });
    expect(allowed.stderr).toContain("warning: left out: the dataset's defaults");
    expect(allowed.stderr).toContain("wrote tasks.jsonl.gz: 16 cases");
    expect(await datasets("validate", "tasks.jsonl.gz")).toMatchObject({ code: 0 });
  });

  it("converts foreign columns, and keeps a file that is there without --force", async () => {
    writeFileSync(join(cwd, "in.csv"), "q,a\nOne?,1\nTwo?,2\n");
    const args = ["convert", "in.csv", "out.yaml", "--map", "prompt=q,expected=a"];
    expect(await datasets(...args)).toMatchObject({ code: 0 });
    const written = readFileSync(join(cwd, "out.yaml"), "utf8");
    expect(written).toContain("prompt: One?");
    const again = await datasets(...args);
    expect(again).toMatchObject({ code: 2 });
    expect(again.stderr).toContain("out.yaml exists already");
    expect(await datasets(...args, "--force")).toMatchObject({ code: 0 });
    expect(readFileSync(join(cwd, "out.yaml"), "utf8")).toBe(written);
    expect(readdirSync(cwd).filter((name) => name.endsWith(".tmp"))).toEqual([]);
  });

  it("writes Parquet, also packed, and reads it back", async () => {
    writeFileSync(
      join(cwd, "in.jsonl"),
      '{"id":"a","prompt":"{{n}}?","variables":{"n":"1, 2"}}\n{"id":"b","prompt":"é"}\n',
    );
    for (const file of ["out.parquet", "out.parquet.gz"]) {
      expect(await datasets("convert", "in.jsonl", file)).toMatchObject({ code: 0 });
      expect(await datasets("convert", file, "back.jsonl", "--force")).toMatchObject({ code: 0 });
      expect(readFileSync(join(cwd, "back.jsonl"), "utf8")).toBe(readFileSync(join(cwd, "in.jsonl"), "utf8"));
    }
    const printed = await datasets("sample", "in.jsonl", "-n", "1", "--to", "parquet");
    expect(printed).toMatchObject({ code: 2, stdout: "" });
    expect(printed.stderr).toContain("Name a file to write it to");
  });

  it("refuses a name that says no format, and a folder that is not there", async () => {
    expect((await datasets("convert", "coding-tasks", "x.xlsx")).stderr).toContain("the name does not say a format");
    const nowhere = await datasets("convert", "coding-tasks", "no/x.json");
    expect(nowhere.code).toBe(6);
    expect(nowhere.stderr).toContain("cannot write no/x.json: a folder of the path does not exist");
  });
});

describe("datasets sample", () => {
  it("writes the same cases for the same seed, with the share of each category", async () => {
    const args = ["sample", "reasoning-tasks", "-n", "13", "--stratify", "category"];
    const one = await datasets(...args);
    expect(one.code).toBe(0);
    expect(one.stderr).toContain("took 13 of 26 cases: logic 4/8, mathematics 5/10, patterns 4/8");
    expect((await datasets(...args)).stdout).toBe(one.stdout);
    const { version, test_cases: cases } = JSON.parse(one.stdout) as { version: string; test_cases: unknown[] };
    expect(cases).toHaveLength(13);
    expect(version).toMatch(/\+sample\.13\.seed\.1$/);
    expect(await datasets(...args, "few.yaml")).toMatchObject({ code: 0, stdout: "" });
    expect(await datasets("validate", "few.yaml")).toMatchObject({ code: 0 });
  });
});

describe("datasets init", () => {
  it("writes a file that is valid as it stands, without a warning, and never over another", async () => {
    const { code, stderr } = await datasets("init", "mine");
    expect({ code, stderr }).toEqual({
      code: 0,
      stderr: "wrote mine.yaml\nhint: edit it, then check it: llm-test-bench datasets validate mine.yaml\n",
    });
    const checked = await datasets("validate", "mine.yaml");
    expect(checked.code).toBe(0);
    expect(checked.stderr).not.toContain("warning");
    expect(await datasets("init", "mine")).toMatchObject({ code: 2 });
    expect(await datasets("init", "mine.csv")).toMatchObject({ code: 2 });
  });
});

describe("datasets show --providers", () => {
  it("gives the request that a target would be sent, without its key", async () => {
    const args = ["datasets", "show", "coding-tasks", "--case", "python-fix-mutable-default", "-p", "openai:m"];
    const { code, stdout } = await runHere(args, { cwd, env: { OPENAI_API_KEY: "sk-secret-for-this-test" } });
    expect(code).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({
      target: "openai:m",
      url: "https://api.openai.com/v1/chat/completions",
      body: { model: "m", temperature: 0, max_completion_tokens: 512, stream: true },
    });
    expect(stdout).not.toContain("sk-secret");
    expect(await datasets("show", "coding-tasks", "-p", "openai:m")).toMatchObject({ code: 2 });
  });
});
