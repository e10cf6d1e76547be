import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { runInProcess, type InProcess } from "../../../test/support/in-process.ts";
import { systemClock } from "../../core/clock.ts";
import { resultsFileSchema } from "../../core/run.ts";
import { startSimulator, type Simulator } from "../../simulator/server.ts";

let cwd: string;
let server: Simulator;
beforeAll(async () => {
  cwd = mkdtempSync(join(tmpdir(), "simulated-"));
  server = await startSimulator({ ttftMs: 5, tpotMs: 1, tokens: 3 }, systemClock);
});
afterAll(async () => {
  await server.close();
  rmSync(cwd, { recursive: true });
});

const TYPES = [
  "openai",
  "openai-responses",
  "openai-completions",
  "openai-embeddings",
  "anthropic",
  "google",
  "ollama",
];

const run = (...args: string[]): Promise<InProcess> => runInProcess(args, { cwd });
const targetsOf = (output: string): unknown[] =>
  resultsFileSchema
    .parse(JSON.parse(readFileSync(join(cwd, output, "results.json"), "utf8")))
    .run.plan.targets.map(({ target, simulated }) => [target, simulated]);

it("what answers with x-simulated is labelled simulated under any name and API, streamed or not", async () => {
  const paths: Record<string, string> = { google: "/v1beta", ollama: "/api" };
  const entries = TYPES.map(
    (type) => `  my-${type}: { type: ${type}, base_url: "${server.url}${paths[type] ?? "/v1"}", default_model: m }`,
  );
  writeFileSync(join(cwd, "llm-test-bench.config.yaml"), `providers:\n${entries.join("\n")}\n`);
  for (const [output, ...flags] of [["streamed"], ["plain", "--no-stream"]] as const) {
    const targets = TYPES.map((type) => `my-${type}`).join(",");
    const { stdout } = await run("bench", "coding-tasks", "-p", targets, "--limit", "1", "-o", output, ...flags);
    expect(targetsOf(output)).toEqual(TYPES.map((type) => [`my-${type}:m`, true]));
    for (const type of TYPES) expect(stdout).toContain(`my-${type}:m (simulated)`);
    expect(stdout.replaceAll(/\s+/g, " ")).toContain("no model was asked");
  }
});

it("a resumed run keeps the label, and the plan is still the same", async () => {
  writeFileSync(
    join(cwd, "llm-test-bench.config.yaml"),
    `providers: { mine: { type: openai, base_url: "${server.url}/v1", default_model: m } }\n`,
  );
  const bench = ["bench", "coding-tasks", "-p", "mine", "--limit", "2", "-o", "resumed"];
  expect((await run(...bench)).code).toBe(0);
  const again = await run(...bench, "--resume");
  expect([again.code, again.stdout]).toEqual([0, expect.stringContaining("mine:m (simulated)")]);
  expect(targetsOf("resumed")).toEqual([["mine:m", true]]);
});

it("a single request says so as well", async () => {
  const { stderr } = await run("test", "mine", "--prompt", "Hi");
  expect(stderr).toContain("mine:m (simulated)");
});
