import { readFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, describe, expect, it, vi } from "vitest";
import { systemClock } from "../../src/core/clock.ts";
import type { Manifest } from "../../src/core/run.ts";
import type { TestResult } from "../../src/core/result.ts";
import { startSimulator, type Simulator } from "../../src/simulator/server.ts";
import { afterFile } from "../support/clean-up.ts";
import { ROOT, startCli, tempDir, type CliResult } from "../support/cli.ts";

vi.setConfig({ testTimeout: 60_000 });

const PRELOAD = join(ROOT, "test/fixtures/preloads/local-limits.cjs");
let server: Simulator;
beforeAll(async () => {
  server = await startSimulator({ ttftMs: 40, tpotMs: 1, tokens: 3 }, systemClock);
  afterFile(() => server.close());
});

interface Run extends CliResult {
  readonly results: TestResult[];
  readonly manifest: Manifest;
}

/** A run on a machine that runs out of something. */
async function bench(limits: Readonly<Record<string, string>>, ...args: string[]): Promise<Run> {
  const cwd = tempDir();
  const env = {
    NODE_OPTIONS: `--require ${PRELOAD}`,
    OPENAI_API_KEY: "k",
    OPENAI_BASE_URL: `${limits["LOCAL_LIMIT_LOOKUP"] === "1" ? server.url.replace("127.0.0.1", "localhost") : server.url}/v1`,
    ...limits,
  };
  const run = await startCli(["bench", "coding-tasks", "-p", "openai:m", "-o", "out", "--quiet", ...args], { cwd, env })
    .done;
  const results = readFileSync(join(cwd, "out/results.jsonl"), "utf8")
    .split("\n")
    .slice(0, -1)
    .map((line) => JSON.parse(line) as TestResult);
  const manifest = JSON.parse(readFileSync(join(cwd, "out/run.json"), "utf8")) as Manifest;
  // The exports are there, whatever ran out.
  expect(readFileSync(join(cwd, "out/results.csv"), "utf8")).toContain("local_limit");
  return { ...run, results, manifest };
}

describe("a machine that runs out of ports, memory or descriptors", () => {
  it.each([
    ["ports", { LOCAL_LIMIT_CODE: "EADDRNOTAVAIL" }],
    ["memory in a look-up", { LOCAL_LIMIT_CODE: "ENOMEM", LOCAL_LIMIT_LOOKUP: "1" }],
  ])("fails each case of a fixed load itself, once, and gives no target up (%s)", async (_what, limits) => {
    const { code, stderr, results } = await bench(limits, "--limit", "6", "-c", "2");
    expect(code).toBe(1);
    expect(results.map(({ error, attempts, status }) => [error?.code, attempts, status])).toEqual(
      Array.from({ length: 6 }, () => ["local_limit", 1, "failure"]),
    );
    expect(stderr).not.toContain("given up");
  });

  const PORTS = { LOCAL_LIMIT_CODE: "EADDRNOTAVAIL", LOCAL_LIMIT_SOCKETS: "5" };

  it("stops a search, which found at least what it had, and no limit of the server", async () => {
    const search = ["--find-max-concurrency", "64", "--slo", "duration=10000", "--max-requests", "20"];
    const { code, stdout, stderr, manifest } = await bench(PORTS, ...search);
    expect(code).toBe(1);
    expect(stdout.replaceAll(/\s+/g, " ")).toContain("highest concurrency: at least 4, limited by this machine");
    expect(stderr).toContain("a limit of this machine");
    expect(manifest.segments.at(-1)).toMatchObject({ ended_by: "machine" });
  });

  it("stops an open loop", async () => {
    const { code, stdout, manifest } = await bench(PORTS, "--rate", "400", "--duration", "20s");
    expect(code).toBe(1);
    expect(stdout).toContain("at least 5, limited by this machine");
    expect(manifest.segments.at(-1)).toMatchObject({
      ended_by: "machine",
      machine_limit: [{ target: "openai:m", in_flight: 5 }],
    });
  });

  it("makes no knee of a sweep", async () => {
    const { code, stdout } = await bench(PORTS, "--sweep", "2,4,8", "--max-requests", "24");
    expect(code).toBe(1);
    expect(stdout).toContain("knee: at least 4, limited by this machine");
    expect(stdout.replaceAll(/\s+/g, " ")).toMatch(/8 in flight: this machine could not send \d+ of 24 requests/);
  });
});
