import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { tempDir, type CliResult } from "../support/cli.ts";
import { runHere } from "../support/in-process.ts";
import { addresses, answering, simulator } from "../support/servers.ts";
import { writeDataset } from "../support/run-directory.ts";

const QUICK = { ttftMs: 4, tpotMs: 1, tokens: 4, countKeys: true };

async function benchOf(
  ...more: string[]
): Promise<CliResult & { directory: string; requests: number; summary: () => Record<string, unknown> }> {
  const server = await simulator(QUICK);
  const directory = join(tempDir(), "run");
  const args = ["bench", "-d", writeDataset(4), "-p", "a=sim:one,b=sim:two", "-o", directory];
  const result = await runHere([...args, ...more], { env: { SIM_BASE_URL: server.url } });
  const summary = (): Record<string, unknown> => JSON.parse(result.stdout) as Record<string, unknown>;
  return { ...result, directory, requests: server.stats.requests, summary };
}

test("a run that keeps every threshold ends with code 0 and says so, a line each", async () => {
  const { code, stdout } = await benchOf("--fail-on", "p95>1h", "--fail-on", "a:success_rate<99%");
  expect(code).toBe(0);
  expect(stdout).toMatch(/\nThresholds\n {2}held: a: duration_ms\.p95 is .+, not > 60 min 00 s \(p95>1h\)\n/);
  expect(stdout).toContain("held: b: duration_ms.p95 is");
  expect(stdout).toContain("held: a: success_rate is 100 %, not < 99.0 % (a:success_rate<99%)");
  expect(stdout).not.toContain("b: success_rate");
});

test("a run that breaks one ends with code 1 and says which, with its value", async () => {
  const { code, stdout, stderr } = await benchOf("--quiet", "--fail-on", "ttft.p50>0", "--fail-on", "p95>1h");
  expect(code).toBe(1);
  expect(stdout).toMatch(/did not hold: a: ttft_ms\.p50 is .+, > 0 ms \(ttft\.p50>0\)/);
  expect(stdout).toContain("held: a: duration_ms.p95");
  expect(stderr).toBe("error: 2 thresholds did not hold\n");
});

test("with --json the summary has each threshold with its value, and the verdict that was asked for", async () => {
  const { code, summary } = await benchOf("--json", "--fail-on", "b:p95>0", "--fail-on", "ttft.p50<0", "--no-stream");
  expect(code).toBe(1);
  expect(summary()).toMatchObject({
    require_valid: null,
    thresholds: [
      { threshold: "b:p95>0", target: "b", metric: "duration_ms.p95", operator: ">", limit: 0, held: false },
      { target: "a", metric: "ttft_ms.p50", value: null, held: false, reason: "unknown: no answer has this number" },
      { target: "b", metric: "ttft_ms.p50", value: null, held: false },
    ],
  });
});

test("--require-valid ends with code 1 unless the verdict is VALID", async () => {
  const { code, summary } = await benchOf("--json", "--require-valid");
  const { require_valid, validity } = summary() as {
    require_valid: { held: boolean };
    validity: { verdict: string };
  };
  expect(require_valid).toEqual({ held: validity.verdict === "VALID", verdict: validity.verdict });
  expect(code).toBe(require_valid.held ? 0 : 1);
});

test("a threshold that makes no sense is an error before anything is sent", async () => {
  const { code, stderr, requests } = await benchOf("--fail-on", "p59>2s");
  expect({ code, requests }).toEqual({ code: 2, requests: 0 });
  expect(stderr).toMatch(
    /^error: the threshold "p59>2s": there is no metric "p59"\nhint: Did you mean p50 .*The metrics/,
  );
});

test("thresholds of the configuration hold too, until a flag takes their place", async () => {
  const config = join(tempDir(), "bench.yaml");
  writeFileSync(config, "benchmarks:\n  fail_on: ['p50>0', 'cost?>1']\n");
  const configured = await benchOf("--quiet", "--config", config);
  expect(configured.code).toBe(1);
  expect(configured.stdout).toContain("(p50>0)");
  expect((await benchOf("--quiet", "--config", config, "--fail-on", "p50>1h")).code).toBe(0);
});

test("a rejected key keeps its code 4, whatever the thresholds say", async () => {
  const server = await answering(() => ({ status: 401, body: { error: { message: "no such key" } } }));
  const args = ["bench", "-d", writeDataset(2), "-p", "openai", "-o", join(tempDir(), "run"), "--fail-on", "p95>0"];
  const { code, stdout } = await runHere(args, { env: addresses(server.url) });
  expect(code).toBe(4);
  expect(stdout).toContain("did not hold: openai:gpt-4o-mini: duration_ms.p95 is unknown: no case succeeded");
});

test("summary.md, which is about the run, leaves thresholds out", async () => {
  const { directory } = await benchOf("--quiet", "--fail-on", "p95>0");
  expect(readFileSync(join(directory, "summary.md"), "utf8")).not.toContain("Thresholds");
});
