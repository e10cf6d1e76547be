import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { runInProcess, type InProcess } from "../../../test/support/in-process.ts";
import { loadConfig } from "../../config/load.ts";
import { configTemplate } from "./template.ts";

let cwd: string;
beforeEach(() => void (cwd = mkdtempSync(join(tmpdir(), "config-command-"))));
afterEach(() => rmSync(cwd, { recursive: true }));

const FILE = "llm-test-bench.config.yaml";
const write = (text: string, name = FILE): void => writeFileSync(join(cwd, name), text);
const config = (args: readonly string[], env: Record<string, string> = {}): Promise<InProcess> =>
  runInProcess(["config", ...args], { cwd, env });
const load = (): ReturnType<typeof loadConfig> => loadConfig({ cwd, home: cwd, env: {}, explicitPath: null });

describe("config init", () => {
  it("writes a file that loads, and says what next", async () => {
    const { code, stdout, stderr } = await config(["init"]);
    expect([code, stdout]).toEqual([0, ""]);
    expect(stderr).toBe(`wrote ${FILE}\nhint: edit it, then look at what rules: llm-test-bench config show\n`);
    const { config: loaded } = await load();
    expect(loaded.benchmarks).toEqual({ output_dir: "./bench-results", save_responses: true, concurrency: 5 });
  });

  it("writes examples that load as well once their # is taken away", async () => {
    write(configTemplate().replaceAll(/^( *)#(?=[^ ])/gm, "$1"));
    const { config: loaded } = await load();
    expect(Object.keys(loaded.providers ?? {})).toEqual(["openai", "anthropic", "local"]);
    expect(loaded.providers?.["local"]).toMatchObject({
      type: "openai",
      max_concurrency: 64,
      default_model: "my-model",
    });
  });

  it("replaces nothing unless it is told to", async () => {
    write("benchmarks: {}\n");
    const refused = await config(["init"]);
    expect([refused.code, refused.stderr]).toEqual([2, expect.stringContaining(`${FILE} exists already`)]);
    expect(readFileSync(join(cwd, FILE), "utf8")).toBe("benchmarks: {}\n");
    expect((await config(["init", "--force"])).code).toBe(0);
    expect(readFileSync(join(cwd, FILE), "utf8")).toBe(configTemplate());
  });

  it("writes under another name, which has to be named later", async () => {
    const { stderr } = await config(["init", "--output", "mine.yml"]);
    expect(stderr).toContain("config show --config mine.yml");
    expect(existsSync(join(cwd, "mine.yml"))).toBe(true);
  });

  it.each<[string, string[], number, string]>([
    ["another kind of file", ["-o", "c.json"], 2, "c.json is no name for a YAML file"],
    ["a folder that is not there", ["-o", "no/where.yaml"], 6, "no/where.yaml: a folder of the path does not exist"],
    ["a path that leads through a file", ["-o", "file/where.yaml"], 6, "file/where.yaml: a part of the path is a file"],
    ["a second configuration", [], 2, "has a configuration already: llm-test-bench.config.json"],
  ])("refuses %s", async (what, args, code, message) => {
    write("", "file");
    if (what.startsWith("a second")) write("{}", "llm-test-bench.config.json");
    const refused = await config(["init", ...args]);
    expect([refused.code, refused.stderr]).toEqual([code, expect.stringContaining(message)]);
    expect(refused.stderr).toMatch(/^hint: /m);
  });
});

/** The rows of a section, cell by cell. */
function section(stdout: string, heading: string): string[][] {
  const text =
    stdout
      .trimEnd()
      .split("\n\n")
      .find((part) => part.startsWith(`${heading}\n`)) ?? "";
  return text
    .split("\n")
    .slice(2)
    .map((row) => row.trim().split(/ {2,}/));
}

describe("config show", () => {
  const LOCAL = `providers:
  local:
    type: openai
    base_url: http://127.0.0.1:8000
    default_model: m
    timeout: 5s
    headers: { x-team: secret-of-team, x-title: shown }
    parameters: { temperature: 0, stop: [a, b] }
benchmarks: { concurrency: 3 }
`;

  it("shows the defaults where nothing is configured", async () => {
    const { code, stdout } = await config(["show"]);
    expect(code).toBe(0);
    expect(stdout).toContain("llm-test-bench config init");
    expect(section(stdout, "benchmarks")).toEqual([
      ["output_dir", "bench-results", "default"],
      ["save_responses", "true", "default"],
      ["concurrency", "5", "default"],
    ]);
    expect(section(stdout, "providers.openai")).toEqual([
      ["type", "openai", "built in"],
      ["base_url", "https://api.openai.com/v1", "built in"],
      ["default_model", "gpt-4o-mini", "built in"],
      ["api_key_env", "OPENAI_API_KEY", "built in"],
      ["timeout", "60s", "default"],
      ["max_retries", "3", "default"],
      ["requests go to", "https://api.openai.com/v1/chat/completions"],
      ["key", "OPENAI_API_KEY is not set"],
    ]);
  });

  it("says of each value where it comes from: a line of a file, a variable, the provider's own variable", async () => {
    write(LOCAL);
    mkdirSync(join(cwd, ".config/llm-test-bench"), { recursive: true });
    write("providers: { openai: { max_retries: 9 } }", ".config/llm-test-bench/config.yaml");
    const env = {
      LLM_TEST_BENCH_BENCHMARKS__CONCURRENCY: "7",
      OPENAI_API_KEY: "sk-of-openai",
      OPENAI_BASE_URL: "http://127.0.0.1:9000",
    };
    const { stdout } = await config(["show"], env);
    expect(stdout).toContain(`  LLM_TEST_BENCH_BENCHMARKS__CONCURRENCY\n  project file: ${join(cwd, FILE)}`);
    expect(section(stdout, "benchmarks")).toContainEqual(["concurrency", "7", "LLM_TEST_BENCH_…"]);
    expect(section(stdout, "providers.openai")).toEqual(
      expect.arrayContaining([
        ["base_url", "http://127.0.0.1:9000/v1", "OPENAI_BASE_URL"],
        ["max_retries", "9", "user file:1"],
        ["requests go to", "http://127.0.0.1:9000/v1/chat/completions"],
        ["key", "OPENAI_API_KEY is set"],
      ]),
    );
    expect(section(stdout, "providers.local")).toEqual([
      ["type", "openai", "project file:3"],
      ["base_url", "http://127.0.0.1:8000", "project file:4"],
      ["default_model", "m", "project file:5"],
      ["timeout", "5s", "project file:6"],
      ["max_retries", "3", "default"],
      ["headers.x-team", "[secret]", "project file:7"],
      ["headers.x-title", "shown", "project file:7"],
      ["parameters.temperature", "0", "project file:8"],
      ["parameters.stop", '["a","b"]', "project file:8"],
      ["requests go to", "http://127.0.0.1:8000/v1/chat/completions"],
      ["key", "none needed"],
    ]);
  });

  it("never shows a secret, wherever it was put by mistake", async () => {
    write(LOCAL.replace("default_model: m", "default_model: sk-misplaced"));
    const env = { OPENAI_API_KEY: "sk-misplaced" };
    for (const args of [["show"], ["show", "--json"]]) {
      const { stdout } = await config(args, env);
      expect(stdout).not.toMatch(/sk-misplaced|secret-of-team/);
      expect(stdout).toContain("[secret]");
    }
  });

  it.each([
    ["http://127.0.0.1:1/v1?api-key=SECRET-0123456789", "http://127.0.0.1:1/v1?[secret]"],
    ["http://user:SECRET-0123456789@127.0.0.1:1/v1", "http://[secret]@127.0.0.1:1/v1"],
    ["user:SECRET-0123456789@host", "[secret]@host"],
    ["sk-SECRET-0123456789", "[secret]"],
  ])("shows an address that cannot be used without its secret: %s", async (base_url, shown) => {
    write(`providers: { local: { type: openai, base_url: ${JSON.stringify(base_url)} } }`);
    for (const args of [[], ["--json"]]) {
      const { stdout, stderr } = await config(["show", ...args]);
      expect(stdout).toContain(shown);
      expect(stdout + stderr).not.toContain("SECRET-012");
    }
    const { code, stdout, stderr } = await runInProcess(["test", "local:m", "--prompt", "Hi"], { cwd });
    expect(code).toBe(2);
    expect(stdout + stderr).not.toContain("SECRET-012");
  });

  it("shows what a provider lacks instead of failing, a bad address too", async () => {
    write("providers: { half: { type: anthropic }, openai: { base_url: 'ftp://x' } }");
    const { code, stdout } = await config(["show", "--config", FILE]);
    expect(code).toBe(0);
    expect(stdout).toContain("--config file: ");
    expect(stdout).toContain("the provider half has no base_url\n    in the configuration, under half: base_url: ");
    expect(stdout).toContain("providers.openai.base_url has the scheme ftp");
    expect(section(stdout, "providers.half")).toContainEqual(["requests go to", "nowhere yet"]);
  });

  it("speaks JSON", async () => {
    write(LOCAL);
    const shown = JSON.parse((await config(["show", "--json"])).stdout) as Record<string, unknown[]>;
    expect(shown["sources"]).toEqual([join(cwd, FILE)]);
    expect(shown["settings"]).toContainEqual({
      path: "providers.local.timeout",
      value: "5s",
      from: { kind: "file", name: join(cwd, FILE), line: 6 },
    });
    expect(shown["settings"]).toContainEqual({
      path: "providers.local.max_retries",
      value: 3,
      from: { kind: "default", name: null, line: null },
    });
    expect(shown["providers"]).toContainEqual(
      expect.objectContaining({ name: "local", ready: true, url: "http://127.0.0.1:8000/v1/chat/completions" }),
    );
  });

  it("ends with code 2 at a configuration that is wrong", async () => {
    write("benchmarks: { concurency: 2 }");
    const { code, stdout, stderr } = await config(["show"]);
    expect([code, stdout]).toEqual([2, ""]);
    expect(stderr).toContain('did you mean "concurrency"?');
  });
});
