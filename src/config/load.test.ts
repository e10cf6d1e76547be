import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { BenchError } from "../core/errors.ts";
import type { Environment } from "./environment.ts";
import { loadConfig } from "./load.ts";
import type { LoadedConfig } from "./load.ts";

let root = "";
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), "config-"));
  await mkdir(join(root, "project", "inner"), { recursive: true });
});
afterEach(() => rm(root, { recursive: true }));

const PROJECT = "project/llm-test-bench.config.yaml";
const USER = "home/.config/llm-test-bench/config.yaml";

async function write(path: string, content: string): Promise<void> {
  await mkdir(dirname(join(root, path)), { recursive: true });
  await writeFile(join(root, path), content);
}

function load(env: Environment = {}, explicitPath: string | null = null): Promise<LoadedConfig> {
  return loadConfig({ cwd: join(root, "project", "inner"), home: join(root, "home"), env, explicitPath });
}

/** What the user reads, with the folder left out. */
async function told(env?: Environment, explicitPath?: string): Promise<string> {
  try {
    await load(env, explicitPath);
    return "";
  } catch (error) {
    if (!(error instanceof BenchError) || error.code !== "config") throw error;
    return `${error.message}\n=> ${error.hint}`.replaceAll(`${root}/`, "");
  }
}

describe("the configuration", () => {
  it("is empty when nobody wrote one", async () => {
    expect(await load()).toEqual({ config: {}, sources: [], warnings: [] });
  });

  it("comes from the nearest project file upward, merged over the user's", async () => {
    await write(
      USER,
      "benchmarks: { concurrency: 2, output_dir: user }\nproviders: { local: { type: openai, base_url: http://u } }",
    );
    await write(PROJECT, "benchmarks: { concurrency: 3 }\nproviders: { local: { default_model: m } }");
    await write("llm-test-bench.config.yaml", "benchmarks: { concurrency: 4 }");
    expect(await load()).toEqual({
      config: {
        benchmarks: { concurrency: 3, output_dir: "user" },
        providers: { local: { type: "openai", base_url: "http://u", default_model: "m" } },
      },
      sources: [join(root, PROJECT), join(root, USER)],
      warnings: [],
    });
  });

  it("takes the user's file from $XDG_CONFIG_HOME when that is set", async () => {
    await write("xdg/llm-test-bench/config.json", '{"benchmarks": {"concurrency": 9}}');
    await write(USER, "benchmarks: { concurrency: 2 }");
    expect((await load({ XDG_CONFIG_HOME: join(root, "xdg") })).config.benchmarks).toEqual({ concurrency: 9 });
  });

  it("may be a file in which everything is commented out", async () => {
    await write(PROJECT, "# benchmarks: { concurrency: 3 }\n");
    await write(USER, "benchmarks: { concurrency: 2 }");
    expect((await load()).config).toEqual({ benchmarks: { concurrency: 2 } });
  });

  it("comes from --config alone when that is given", async () => {
    await write(USER, "benchmarks: { concurrency: 2 }");
    await write(PROJECT, "benchmarks: { concurrency: 3 }");
    await write("project/inner/mine.yml", "benchmarks: { save_responses: false }");
    expect(await load({}, "mine.yml")).toEqual({
      config: { benchmarks: { save_responses: false } },
      sources: [join(root, "project/inner/mine.yml")],
      warnings: [],
    });
  });

  it.each([
    [
      "ts",
      "interface Mine { concurrency: number }\nexport const config: { benchmarks: Mine } = { benchmarks: { concurrency: 7 } };",
    ],
    ["mjs", "export default { benchmarks: { concurrency: 7 } };"],
    ["js", "module.exports = { benchmarks: { concurrency: 7 } };"],
  ])("may be a .%s module", async (extension, content) => {
    await write(`project/llm-test-bench.config.${extension}`, content);
    expect((await load()).config.benchmarks).toEqual({ concurrency: 7 });
  });

  it("is overruled by variables, matched to its keys without regard to case or hyphens", async () => {
    await write(
      PROJECT,
      "benchmarks: { concurrency: 3 }\nproviders: { My-Server: { type: openai, base_url: http://f } }",
    );
    const { config, sources } = await load({
      LLM_TEST_BENCH_BENCHMARKS__CONCURRENCY: "8",
      LLM_TEST_BENCH_BENCHMARKS__SAVE_RESPONSES: "False",
      llm_test_bench_providers__my_server__base_url: "http://v",
      LLM_TEST_BENCH_PROVIDERS__MY_SERVER__TIMEOUT: "30s",
      LLM_TEST_BENCH_PROVIDERS__MY_SERVER__PARAMETERS__STOP: '["a", "b"]',
      LLM_TEST_BENCH_PROVIDERS__OPENAI__PARAMETERS__STOP: "END",
      LLM_TEST_BENCH_PROVIDERS__OPENAI__PARAMETERS__TEMPERATURE: "0.5",
      LLM_TEST_BENCH_BENCHMARKS__OUTPUT_DIR: " ",
      OTHER: "x",
    });
    expect(config).toEqual({
      benchmarks: { concurrency: 8, save_responses: false },
      providers: {
        "My-Server": { type: "openai", base_url: "http://v", timeout: "30s", parameters: { stop: ["a", "b"] } },
        openai: { parameters: { stop: ["END"], temperature: 0.5 } },
      },
    });
    expect(sources).toHaveLength(8);
    expect(sources.at(-1)).toBe(join(root, PROJECT));
  });

  it("is never a way to pollute a prototype", async () => {
    await write(PROJECT, "__proto__: { polluted: 1 }");
    const env = { LLM_TEST_BENCH___PROTO____POLLUTED: "1", LLM_TEST_BENCH_CONSTRUCTOR__POLLUTED: "1" };
    expect(await told(env)).toContain('unknown key "__proto__"');
    expect(({} as Record<string, unknown>)["polluted"]).toBeUndefined();
  });
});

describe("what a user is told of", () => {
  it("malformed YAML and JSON", async () => {
    await write(PROJECT, "providers:\n  local: { type: openai\nbenchmarks: {}\n");
    expect(await told()).toMatchInlineSnapshot(`
      "project/llm-test-bench.config.yaml:3:1: Flow map in block collection must be sufficiently indented and end with a }
        3 | benchmarks: {}
          | ^
      => Correct the configuration and run the command again."
    `);
    await write("project/inner/a.json", '{"benchmarks": {"concurrency": }}');
    expect(await told({}, "a.json")).toMatchInlineSnapshot(`
      "project/inner/a.json:1:32: no JSON value begins like this
        1 | {"benchmarks": {"concurrency": }}
          |                                ^
      => Text and keys need double quotes; numbers, true, false and null have none."
    `);
  });

  it("everything wrong with the values, each where it stands", async () => {
    await write(USER, "benchmarks:\n  concurency: 3\n");
    await write(
      PROJECT,
      "providers:\n  local:\n    type: opnai\n    base_url: http://h\n    prices: { input_per_million: 1 }\n  a:b: {}\n  bare: { timeout: soon }\n",
    );
    expect(await told({ LLM_TEST_BENCH_BENCHMARKS__CONCURRENCY: "many" })).toMatchInlineSnapshot(`
      "6 problems in home/.config/llm-test-bench/config.yaml, project/llm-test-bench.config.yaml, LLM_TEST_BENCH_BENCHMARKS__CONCURRENCY
      home/.config/llm-test-bench/config.yaml:2:3 benchmarks.concurency: unknown key "concurency"; did you mean "concurrency"?
        2 |   concurency: 3
          |   ^
      project/llm-test-bench.config.yaml:3:11 providers.local.type: expected "openai", "openai-responses", "openai-completions", "openai-embeddings", "anthropic", "google", "ollama" or "cohere", found "opnai"; did you mean "openai"?
        3 |     type: opnai
          |           ^
      project/llm-test-bench.config.yaml:5:13 providers.local.prices: missing "output_per_million"
        5 |     prices: { input_per_million: 1 }
          |             ^
      project/llm-test-bench.config.yaml:6:3 providers["a:b"]: a provider's name must not hold white space, a colon, comma or =
        6 |   a:b: {}
          |   ^
      project/llm-test-bench.config.yaml:7:20 providers.bare.timeout: expected a duration such as 500, 500ms, 2s or 1m, found "soon"
        7 |   bare: { timeout: soon }
          |                    ^
      LLM_TEST_BENCH_BENCHMARKS__CONCURRENCY benchmarks.concurrency: expected a number, found "many"
      => Correct the configuration and run the command again."
    `);
  });

  it("a built-in provider of another type, and one that hides the simulator", async () => {
    await write(PROJECT, "providers:\n  openai: { type: anthropic }\n  sim: { type: openai }\n");
    expect(await told()).toMatchInlineSnapshot(`
      "2 problems in project/llm-test-bench.config.yaml
      project/llm-test-bench.config.yaml:2:3 providers.openai: the built-in openai is of type "openai"
        2 |   openai: { type: anthropic }
          |   ^
        Give this provider another name.
      project/llm-test-bench.config.yaml:3:3 providers.sim: sim is the built-in simulator
        3 |   sim: { type: openai }
          |   ^
        Give this provider another name.
      => Correct the configuration and run the command again."
    `);
  });

  it("a key in the file, without showing it", async () => {
    await write(PROJECT, "providers:\n  openai:\n    api_key: sk-hidden\n");
    expect(await told()).toMatchInlineSnapshot(`
      "project/llm-test-bench.config.yaml:3:5 providers.openai.api_key: unknown key "api_key"
      => A key does not belong in a configuration: put it into an environment variable and name that in api_key_env, or into a file of its own and name that in api_key_file."
    `);
  });

  it("keys in other wrong places, without showing them", async () => {
    const places = [
      "providers: { openai: { api_key_env: sk-hidden } }",
      "providers:\n  openai:\n    headers:\n      X-Mine: [hidden]\n",
      "providers:\n  openai:\n    headers:\n      X-Mine: hiddén\n",
      'providers:\n  openai:\n    headers: { Authorization: "Bearer hidden" \n',
      "providers: { openai: { api_key: sk-hidden, timeout: [] } }",
    ];
    for (const content of places) {
      await write(PROJECT, content);
      expect(await told()).toMatch(/config\.yaml/);
      expect(await told()).not.toMatch(/hidd/);
    }
  });

  it("two configurations in one folder", async () => {
    await write(PROJECT, "");
    await write("project/llm-test-bench.config.json", "{}");
    expect(await told()).toMatchInlineSnapshot(`
      "project has more than one configuration: llm-test-bench.config.yaml, llm-test-bench.config.json
      => Keep one of them, or name the one to use: --config FILE"
    `);
  });

  it("a missing --config file", async () => {
    await write("project/inner/mine.yaml", "");
    expect(await told({}, "mien.yaml")).toMatchInlineSnapshot(`
      "project/inner/mien.yaml does not exist
      => Did you mean project/inner/mine.yaml?"
    `);
  });

  it("a module that fails, and one that exports nothing", async () => {
    await write("project/inner/a.mjs", "throw new Error('no such luck');");
    expect(await told({}, "a.mjs")).toMatchInlineSnapshot(`
      "project/inner/a.mjs cannot be loaded: no such luck
      => It is run as a module: check its syntax and its imports."
    `);
    await write("project/inner/b.ts", "export const other = 1;");
    expect(await told({}, "b.ts")).toMatchInlineSnapshot(`
      "project/inner/b.ts exports no configuration
      => Export it by name or as the default: export const config = { providers: { … } };"
    `);
    await write("project/inner/c.mjs", "export const config = { benchmarks: { concurrency: 0 } };");
    expect(await told({}, "c.mjs")).toMatchInlineSnapshot(`
      "project/inner/c.mjs benchmarks.concurrency: expected 1 or more, found 0
      => Correct the configuration and run the command again."
    `);
  });
});
