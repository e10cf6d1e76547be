import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { runInProcess, type InProcess } from "../../test/support/in-process.ts";
import type { TestResult } from "../core/result.ts";
import type { Manifest } from "../core/run.ts";

let cwd: string;
beforeEach(() => void (cwd = mkdtempSync(join(tmpdir(), "bridge-settings-"))));
afterEach(() => rmSync(cwd, { recursive: true }));

const configure = (providers: object): void =>
  writeFileSync(join(cwd, "llm-test-bench.config.json"), JSON.stringify({ providers }));

const run = (args: readonly string[], env: Readonly<Record<string, string>> = {}): Promise<InProcess> =>
  runInProcess(args, { cwd, env: { PATH: process.env["PATH"] ?? "", ...env } });

async function bench(targets: readonly string[], env = {}): Promise<{ results: TestResult[]; manifest: Manifest }> {
  const file = join(cwd, "d.json");
  writeFileSync(file, JSON.stringify({ name: "d", version: "1", test_cases: [{ id: "t", prompt: "a,b" }] }));
  const providers = targets.flatMap((target) => ["-p", target]);
  const { code, stderr } = await run(["bench", "-d", file, ...providers, "-o", join(cwd, "run")], env);
  expect([code, stderr]).toEqual([0, expect.any(String)]);
  const lines = readFileSync(join(cwd, "run/results.jsonl"), "utf8").trim().split("\n");
  const manifest = JSON.parse(readFileSync(join(cwd, "run/run.json"), "utf8")) as Manifest;
  return { results: lines.map((line) => JSON.parse(line) as TestResult), manifest };
}

/** A package of this name that is asked nothing over any network. */
function install(name: string): void {
  const folder = join(cwd, "node_modules", name);
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, "package.json"), JSON.stringify({ name, type: "module", exports: "./index.js" }));
  writeFileSync(
    join(folder, "index.js"),
    `const model = (modelId) => ({ specificationVersion: "v2", provider: "p", modelId, doGenerate() {},
      doStream: async () => ({ stream: ReadableStream.from([{ type: "text-delta", delta: "Hi" },
        { type: "finish", finishReason: "stop", usage: { inputTokens: 1000000, outputTokens: 0 } }]) }) });
     export const createAny = () => ({ languageModel: model });
     export const any = { languageModel: model };`,
  );
}

it("what a package warns of is shown once in a run", async () => {
  install("warns");
  const file = join(cwd, "node_modules/warns/index.js");
  const start = '{ type: "stream-start", warnings: [{ type: "unsupported", feature: "seed" }] }';
  writeFileSync(file, readFileSync(file, "utf8").replace("from([", `from([${start}, `));
  const cases = ["a", "b", "c"].map((id) => ({ id, prompt: "Hi" }));
  writeFileSync(join(cwd, "d.json"), JSON.stringify({ name: "d", version: "1", test_cases: cases }));
  const where = ["-d", join(cwd, "d.json"), "-o", join(cwd, "run")];
  const { stderr } = await run(["bench", ...where, "-p", "ai-sdk:warns:m", "--warmup", "1"]);
  expect(stderr.match(/^warning: .*seed.*$/gm)).toEqual([
    "warning: ai-sdk:warns:m: its client says: seed is not supported",
  ]);
});

const USAGE = "usage: { prompt_tokens: 1e6, completion_tokens: 1e6 }";

describe("an entry of the configuration that is called after a bridge", () => {
  it("gives a module prices, parameters and a model", async () => {
    writeFileSync(
      join(cwd, "mine.ts"),
      `export default async ({ model, max_tokens }) => ({ content: \`\${model} \${max_tokens}\`, ${USAGE} });`,
    );
    configure({
      "./mine.ts": {
        default_model: "m1",
        parameters: { max_tokens: 7 },
        prices: { input_per_million: 1, output_per_million: 2 },
      },
    });
    const { results, manifest } = await bench(["./mine.ts"]);
    expect(results[0]).toMatchObject({ cost_usd: 3, response: { content: "m1 7" } });
    expect(manifest.plan.targets[0]).toMatchObject({ bridge: "module", parameters: { max_tokens: 7 } });
  });

  it("holds for every command, whose commas are escaped in a list", async () => {
    configure({ exec: { timeout: "5s", max_concurrency: 1 } });
    const { results } = await bench(["exec:cut -d\\, -f2,sim", "x=exec:cat"]);
    expect(results.map(({ target, response }) => [target, response?.content?.trim()])).toEqual(
      expect.arrayContaining([
        ["exec:cut -d, -f2", "b"],
        ["x", "a,b"],
      ]),
    );
    const { stdout } = await run(["config", "show"]);
    expect(stdout).toMatch(/providers\.exec[^]*timeout +5s/);
    expect((await run(["providers"])).stdout).not.toContain("exec");
  });

  it("may not say what only our own client could do", async () => {
    configure({ exec: { base_url: "http://127.0.0.1:1" } });
    const { code, stderr } = await run(["test", "exec:cat", "--prompt", "Hi"]);
    expect([code, stderr]).toEqual([2, expect.stringContaining("base_url is set, which other code is not told")]);
  });

  it("is a provider of its own when it states a type", async () => {
    configure({ exec: { type: "openai", base_url: "http://127.0.0.1:1" } });
    const { stderr } = await run(["test", "exec:m", "--prompt", "Hi"]);
    expect(stderr).toContain("exec:m failed (refused)");
  });
});

describe("a package of the AI SDK", () => {
  it("that asks a provider whose prices are known has a cost", async () => {
    install("@ai-sdk/openai");
    const { results } = await bench(["ai-sdk:@ai-sdk/openai:gpt-4o-mini"]);
    expect(results[0]?.cost_usd).toBeCloseTo(0.15, 5);
  });

  it.each([
    ["that is sent to an address of one's own", "@ai-sdk/openai", { AI_SDK_BASE_URL: "http://127.0.0.1:1" }],
    ["that may ask anybody", "@ai-sdk/openai-compatible", {}],
  ])("%s has none", async (_what, name, env) => {
    install(name);
    const { results } = await bench([`ai-sdk:${name}:gpt-4o-mini`], env);
    expect(results[0]).toMatchObject({ status: "success", cost_usd: null });
  });

  it("has the prices of the configuration before all others", async () => {
    install("@ai-sdk/openai");
    configure({ "ai-sdk": { prices: { input_per_million: 8, output_per_million: 2 } } });
    const { results } = await bench(["ai-sdk:@ai-sdk/openai:gpt-4o-mini"]);
    expect(results[0]?.cost_usd).toBe(8);
  });
});
