import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { runInProcess, type InProcess } from "../../../test/support/in-process.ts";
import { addresses, answering } from "../../../test/support/servers.ts";
import type { TestResult } from "../../core/result.ts";

let cwd: string;
beforeEach(() => void (cwd = mkdtempSync(join(tmpdir(), "contradicting-usage-"))));
afterEach(() => rmSync(cwd, { recursive: true }));

const counts = { prompt_tokens: 10, completion_tokens: 4, total_tokens: 14 };
const CACHED = { ...counts, prompt_tokens_details: { cached_tokens: 64 } };
const REASONED = { ...counts, completion_tokens_details: { reasoning_tokens: 900 } };

/** A server that states this usage for cases whose prompt says "odd", and a sound one for others. */
const stating = (odd: object): ReturnType<typeof answering> =>
  answering(({ body }) => {
    const usage = JSON.stringify(body["messages"]).includes("odd") ? odd : counts;
    return { status: 200, body: { choices: [{ message: { content: "ok" }, finish_reason: "stop" }], usage } };
  });

function dataset(...prompts: string[]): string {
  const test_cases = prompts.map((prompt, i) => ({ id: `t${i}`, prompt }));
  writeFileSync(join(cwd, "d.json"), JSON.stringify({ name: "d", version: "1", test_cases }));
  return join(cwd, "d.json");
}

function ownPrices(): void {
  const prices =
    "{ input_per_million: 10, output_per_million: 30, cache_read_per_million: 1, reasoning_per_million: 3 }";
  writeFileSync(join(cwd, "llm-test-bench.config.yaml"), `providers: { openai: { prices: ${prices} } }\n`);
}

const run = (url: string, ...args: string[]): Promise<InProcess> => runInProcess(args, { cwd, env: addresses(url) });

const bench = (url: string, ...more: string[]): Promise<InProcess> =>
  run(
    url,
    "bench",
    "-d",
    join(cwd, "d.json"),
    "-p",
    "openai:gpt-4o",
    "-c",
    "1",
    "-o",
    "run",
    "--no-stream",
    "--quiet",
    ...more,
  );

const journal = (): TestResult[] =>
  readFileSync(join(cwd, "run", "results.jsonl"), "utf8")
    .trimEnd()
    .split("\n")
    .map((line) => JSON.parse(line) as TestResult);

const warnings = ({ stderr }: InProcess): string[] => stderr.split("\n").filter((line) => line.includes("warning"));

describe.each([
  ["published prices", () => {}],
  ["prices of one's own", ownPrices],
])("under %s", (_, prices) => {
  it.each([
    ["cached tokens beyond the prompt", CACHED, /64 cached tokens in a prompt of 10/],
    ["reasoning tokens beyond the completion", REASONED, /900 reasoning tokens in a completion of 4/],
  ])("%s cost the answers their price, with one warning for the target", async (__, odd, how) => {
    prices();
    const { url } = await stating(odd);
    dataset("plain", "odd", "odd again", "plain too");
    const ended = await bench(url);
    expect(ended.code).toBe(0);
    const [first, second, third] = journal();
    expect(journal().map(({ status, cost_usd }) => [status, cost_usd === null])).toEqual([
      ["success", false],
      ["success", true],
      ["success", true],
      ["success", false],
    ]);
    expect(first?.cost_usd).toBeGreaterThan(0);
    expect(second?.response?.usage).toMatchObject({ prompt_tokens: 10, completion_tokens: 4, total_tokens: 14 });
    expect(third?.response?.content).toBe("ok");
    expect(warnings(ended)).toEqual([expect.stringMatching(how)]);
    expect((await run(url, "journal", "check", "run")).code).toBe(0);
    expect((await run(url, "resume", "run", "--quiet")).code).toBe(0);
  });
});

it("what the server says that an answer cost is its cost, however odd its usage", async () => {
  const { url } = await stating({ ...CACHED, cost: 0.25 });
  dataset("odd");
  const ended = await bench(url);
  expect(journal()[0]?.cost_usd).toBe(0.25);
  expect(warnings(ended)).toEqual([]);
});

describe("a budget", () => {
  // Ten tokens of an answer cost 0.0003 at most, and 0.00012 as stated; a prompt costs 0.0011 at most, 0.0001 as stated.
  const limits = ["--max-tokens", "10", "--budget-usd", "0.0035"];

  it("counts an answer of unknown cost at the highest that it can have, also when the run is resumed", async () => {
    ownPrices();
    const { url, calls } = await stating(CACHED);
    dataset("odd", "odd", "odd", "odd", "odd");
    expect((await bench(url, ...limits)).code).toBe(1);
    expect(calls).toHaveLength(2);
    // Nothing that is left of the budget is enough for another one.
    expect((await bench(url, ...limits, "--resume")).code).toBe(1);
    expect(calls).toHaveLength(2);
  });

  it("counts what it knows as before", async () => {
    ownPrices();
    const { url, calls } = await stating(CACHED);
    dataset("plain", "plain", "plain", "plain", "plain");
    expect((await bench(url, ...limits)).code).toBe(0);
    expect(calls).toHaveLength(5);
  });
});
