import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it, vi } from "vitest";
import type { FailedAttempt } from "../../src/core/result.ts";
import type { ResultsFile } from "../../src/core/run.ts";
import { runCli, tempDir } from "../support/cli.ts";
import { simulator } from "../support/servers.ts";
import { journalOf } from "../support/run-directory.ts";

vi.setConfig({ testTimeout: 90_000 });

interface Left {
  readonly code: number | null;
  readonly json: ResultsFile;
  readonly failures: readonly FailedAttempt[];
  readonly results: ReturnType<typeof journalOf>;
}

async function bench(url: string, target: "openai" | "anthropic", args: readonly string[]): Promise<Left> {
  const directory = join(tempDir(), "run");
  const env = {
    OPENAI_API_KEY: "test-key-of-openai",
    OPENAI_BASE_URL: `${url}/v1`,
    ANTHROPIC_API_KEY: "test-key-of-anthropic",
    ANTHROPIC_BASE_URL: url,
  };
  const all = ["bench", "-d", "coding-tasks", "-p", `${target}:m`, "-o", directory, "--quiet", ...args];
  const { code } = await runCli(all, { env });
  const failuresFile = join(directory, "failures.jsonl");
  const lines = existsSync(failuresFile) ? readFileSync(failuresFile, "utf8").split("\n").filter(Boolean) : [];
  return {
    code,
    json: JSON.parse(readFileSync(join(directory, "results.json"), "utf8")) as ResultsFile,
    failures: lines.map((line) => JSON.parse(line) as FailedAttempt),
    results: journalOf(directory),
  };
}

const quick = { ttftMs: 20, tpotMs: 1, tokens: 8, requestsPerMinute: 1200 };

describe("a server that lets 20 requests a second through", () => {
  it.each(["openai", "anthropic"] as const)("is kept to by the headers of %s: few are refused", async (target) => {
    const { url } = await simulator(quick);
    const { code, failures, results, json } = await bench(url, target, ["--max-requests", "80", "-c", "10"]);
    expect(code).toBe(0);
    // Without them nearly all of the 60 beyond the first burst would be refused once; a busy machine costs some.
    expect(failures.length).toBeLessThan(40);
    expect(failures.every(({ http_status }) => http_status === 429)).toBe(true);
    expect(results.reduce((sum, { attempts }) => sum + attempts - 1, 0)).toBe(failures.length);
    const [provider] = json.providers;
    expect(provider?.summary.limiter_waits).toBeGreaterThan(40);
    const waited = results.reduce((sum, { timing }) => sum + (timing.limiter_wait_ms ?? 0), 0);
    expect(provider?.summary.limiter_wait_ms).toBeCloseTo(waited, 3);
  });

  it("is met at less with --rpm, and then refuses nothing", async () => {
    const { url } = await simulator(quick);
    const { code, failures, results } = await bench(url, "openai", ["--max-requests", "30", "--rpm", "900"]);
    expect([code, failures.length]).toEqual([0, 0]);
    const sent = results.map(({ timing }) => timing.sent_at_ms ?? 0).sort((a, b) => a - b);
    // 29 gaps of 67 ms; the first second's burst would pass the server, not this.
    expect((sent.at(-1) ?? 0) - (sent[0] ?? 0)).toBeGreaterThan(29 * 66 - 50);
  });
});

it("--adaptive says what it made of the slots", async () => {
  const { url } = await simulator(quick);
  const { json } = await bench(url, "openai", ["--max-requests", "60", "--adaptive", "-c", "2"]);
  const [history] = json.run.segments[0]?.concurrency ?? [];
  expect(history?.target).toBe("openai:m");
  expect(history?.steps[0]).toMatchObject({ slots: 2, why: "start" });
  expect(history?.steps.at(-1)?.why).toBe("end");
  expect(Math.max(...(history?.steps.map(({ slots }) => slots) ?? []))).toBeGreaterThan(2);
});

it("what limits hold back of an open loop is counted, and is not sent after its time", async () => {
  const { url } = await simulator({ ...quick, requestsPerMinute: 100_000 });
  const args = ["--rate", "40", "--rpm", "600", "--duration", "2s"];
  const { json, results } = await bench(url, "openai", args);
  expect(json.providers[0]?.summary.limiter_waits).toBeGreaterThan(10);
  expect(results.length).toBeLessThanOrEqual(21);
  expect(json.validity.requested_rate).toBeCloseTo(40, 0);
  expect(json.validity.delivered_rate).toBeLessThan(15);
});

it("--adaptive takes no other shape beside it", async () => {
  const { code, stderr } = await runCli(["bench", "-d", "coding-tasks", "--adaptive", "--rate", "5"]);
  expect(code).toBe(2);
  expect(stderr).toContain("--rate cannot be combined with --adaptive");
});
