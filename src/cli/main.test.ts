import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { systemClock } from "../core/clock.ts";
import { startSimulator, type Simulator } from "../simulator/server.ts";
import type { ProcessContext } from "./context.ts";
import { main } from "./main.ts";

/** A command line run inside this process, with everything it wrote. */
interface Ran {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

let directory: string;
let simulator: Simulator;
const signals = new Map<string, () => void>();
const exits: number[] = [];

beforeEach(async () => {
  directory = mkdtempSync(join(tmpdir(), "main-"));
  simulator = await startSimulator({ ttftMs: 2, tpotMs: 1, tokens: 4 }, systemClock);
  signals.clear();
  exits.length = 0;
});
afterEach(async () => {
  await simulator.close();
  rmSync(directory, { recursive: true, force: true });
});

async function run(args: string[], env: Record<string, string> = {}, terminal = false): Promise<Ran> {
  const written = { stdout: "", stderr: "" };
  const output = (name: "stdout" | "stderr"): ProcessContext["stdout"] => ({
    write: (text) => (written[name] += text),
    isTTY: terminal,
    columns: terminal ? 80 : undefined,
  });
  const context: ProcessContext = {
    stdout: output("stdout"),
    stderr: output("stderr"),
    stdin: { read: async () => Buffer.from(""), async *pieces() {}, close() {} },
    env: { SIM_BASE_URL: simulator.url, ...env },
    cwd: directory,
    home: directory,
    invocation: "llm-test-bench",
    clock: systemClock,
    onSignal(signal, handler) {
      signals.set(signal, handler);
      return () => void signals.delete(signal);
    },
    exit: (code) => void exits.push(code),
  };
  const code = await main(args, context);
  return { code, ...written };
}

function dataset(count: number): string {
  const file = join(directory, "set.json");
  const test_cases = Array.from({ length: count }, (_, i) => ({ id: `t${i}`, category: "c", prompt: `Say ${i}` }));
  writeFileSync(file, JSON.stringify({ name: "My set!", version: "1", test_cases }));
  return file;
}

const bench = (...more: string[]): string[] => ["bench", "-d", dataset(6), "-o", join(directory, "run"), ...more];

describe("bench", () => {
  it("ends with the tables on stdout, and the paths on stderr", async () => {
    const { code, stdout, stderr } = await run(bench("-p", "sim:fast,b=sim:fast", "-c", "3"));
    expect(code).toBe(0);
    expect(stdout).toContain("Results of My set!");
    expect(stdout).toContain("Comparison");
    expect(stdout).not.toContain("\u001b");
    expect(stderr).toContain("6/6 done");
    expect(stderr).toContain("results in run/: results.jsonl, results.json, results.csv, summary.md");
    expect(readFileSync(join(directory, "run/summary.md"), "utf8")).toContain("## Comparison");
  });

  it("colours a terminal, unless NO_COLOR is set, and redraws its progress there", async () => {
    const coloured = await run(bench("-p", "sim"), {}, true);
    expect(coloured.stdout).toContain("\u001b[1mResults of My set!");
    expect(coloured.stderr).toContain("█");
    const plain = await run(bench("-p", "sim", "--force"), { NO_COLOR: "1" }, true);
    expect(plain.stdout).not.toContain("\u001b");
  });

  it("says where --force moved the run that was there", async () => {
    expect((await run(bench("-p", "sim"))).stderr).not.toContain("moved");
    const { stderr } = await run(bench("-p", "sim", "--force"));
    expect(stderr).toMatch(/^moved the run that was in run to run\.old-\d{8}T\d{6}Z$/m);
    expect((await run(bench("-p", "sim", "--force", "--quiet"))).stderr).toBe("");
  });

  it("speaks JSON with --json: one document on stdout, a line an event on stderr", async () => {
    const { stdout, stderr } = await run(bench("-p", "sim", "--json"));
    expect(JSON.parse(stdout)).toMatchObject({
      run: { status: "finished" },
      providers: [{ target: "sim:default", summary: { succeeded: 6 } }],
      left: 0,
    });
    const events = stderr
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line) as { type: string });
    expect(events.filter(({ type }) => type === "case_finished")).toHaveLength(6);
    expect(events[0]?.type).toBe("run_started");
    expect(events.at(-1)).toMatchObject({ type: "progress", done: 6 });
  });

  it("says nothing on stderr with --quiet, and every failed attempt with --verbose", async () => {
    expect((await run(bench("-p", "sim", "--quiet"))).stderr).toBe("");
    await simulator.close();
    simulator = await startSimulator({ fail: 1, failKinds: ["invalid_request"] }, systemClock);
    const { code, stderr } = await run(bench("-p", "sim", "--verbose", "--force"), { SIM_BASE_URL: simulator.url });
    expect(code).toBe(1);
    expect(stderr).toContain("sim:default t0: invalid_request: Simulated");
  });

  it("counts what it would send with --dry-run, and sends nothing", async () => {
    const text = await run(bench("-p", "sim", "--dry-run", "--repeat", "2", "--max-tokens", "10"));
    expect(text.stdout).toMatch(/sim:default +12 +≈ \d+ +120/);
    const { stdout } = await run(bench("-p", "openai", "--dry-run", "--json"), { OPENAI_API_KEY: "sk-secret" });
    expect(JSON.parse(stdout)).toMatchObject([{ requests: 6, completion_tokens_limit: null, cost_usd_limit: null }]);
    expect(simulator.stats.requests).toBe(0);
  });

  it("takes parameters, retries and concurrency from flags and configuration", async () => {
    writeFileSync(
      join(directory, "llm-test-bench.config.yaml"),
      `providers:\n  local: { type: openai, base_url: "${simulator.url}", default_model: m, max_concurrency: 2 }\n` +
        "benchmarks: { output_dir: kept, save_responses: false, concurrency: 4 }\n",
    );
    const { code, stderr } = await run(["bench", "-d", dataset(3), "-p", "local", "--temperature", "0.5"]);
    expect(code).toBe(0);
    expect(stderr).toMatch(/results in kept\/my-set-\d{8}T\d{6}Z\//);
    expect(simulator.stats.maxInFlight).toBeLessThanOrEqual(2);
  });

  it("warns that the models of cases are ignored when there are several targets", async () => {
    const file = join(directory, "models.json");
    const test_cases = [{ id: "a", prompt: "Hi", config: { model: "mine" } }];
    writeFileSync(file, JSON.stringify({ name: "n", version: "1", test_cases }));
    const several = await run(["bench", "-d", file, "-p", "sim,sim:fast", "-o", join(directory, "a"), "--quiet"]);
    expect(several.stderr).toContain("warning: the models that 1 test cases name");
    await run(["bench", "-d", file, "-p", "sim", "-o", join(directory, "b"), "--quiet"]);
    expect(readFileSync(join(directory, "b/results.jsonl"), "utf8")).toContain('"model":"mine"');
  });

  it("goes on with --resume and sends nothing twice", async () => {
    expect((await run(bench("-p", "sim", "--limit", "6"))).code).toBe(0);
    const before = simulator.stats.requests;
    const { code, stdout } = await run(bench("-p", "sim", "--limit", "6", "--resume"));
    expect([code, simulator.stats.requests]).toEqual([0, before]);
    expect(stdout).toContain("6/6");
    const other = await run(bench("-p", "sim", "--limit", "5", "--resume"));
    expect(other.code).toBe(2);
    expect(other.stderr).toContain("limit");
  });

  it("stops sending at the first signal and ends at the second", async () => {
    await simulator.close();
    simulator = await startSimulator({ ttftMs: 150, tpotMs: 1, tokens: 2, jitter: 0 }, systemClock);
    const env = { SIM_BASE_URL: simulator.url };
    const ended = run(bench("-p", "sim", "-c", "2"), env);
    await expect.poll(() => simulator.stats.inFlight).toBe(2);
    signals.get("SIGINT")?.();
    const { code, stderr } = await ended;
    expect(code).toBe(130);
    expect(stderr).toContain("press Ctrl-C again");
    expect(stderr).toContain("interrupted with 4 of 6 requests left");
    expect(stderr).toContain("hint: go on with: llm-test-bench resume run");
    const again = run(bench("-p", "sim", "-c", "2", "--resume"), env);
    await expect.poll(() => simulator.stats.inFlight).toBe(2);
    signals.get("SIGINT")?.();
    signals.get("SIGTERM")?.();
    expect(exits).toEqual([130]);
    await again;
  });

  it.each([
    ["a refused connection", "refused", 5],
    ["a key that is not accepted", "auth", 4],
    ["an unknown model", "not_found", 1],
  ])("tells the exit code of %s", async (_name, kind, expected) => {
    await simulator.close();
    const failing = await startSimulator({ fail: 1, failKinds: [kind === "refused" ? "auth" : kind] }, systemClock);
    if (kind === "refused") await failing.close();
    simulator = failing;
    const { code, stderr } = await run(bench("-p", "sim", "--quiet"), { SIM_BASE_URL: failing.url });
    expect(code).toBe(expected);
    expect(stderr).toContain(`error: sim:default was given up (${kind})`);
  });
});

describe("a wrong command line", () => {
  it.each<[string, string[], string]>([
    ["no command", [], "Usage:"],
    ["an unknown command", ["bnech"], "unknown command 'bnech'"],
    ["an unknown option", ["bench", "-d", "x", "--provider", "sim"], "Did you mean --providers?"],
    ["a missing option", ["bench"], "-d, --dataset"],
    ["no number", ["bench", "-d", "x", "-c", "many"], "Expected a whole number"],
    ["a number out of range", ["bench", "-d", "x", "--temperature", "9"], "from 0 to 2"],
    ["no duration", ["bench", "-d", "x", "--timeout", "soon"], "500ms, 2s or 1m"],
    ["an empty name", ["bench", "-d", "x", "--fields", "a,,b"], "separated by commas"],
    ["resume and force", ["bench", "-d", "x", "-o", "y", "--resume", "--force"], "cannot be combined with"],
    ["quiet and verbose", ["bench", "-d", "x", "--quiet", "--verbose"], "cannot be combined with"],
    ["resume of nothing named", ["bench", "-d", "x", "--resume"], "--resume needs --output"],
    ["an unknown CSV column", ["bench", "-d", "x", "--fields", "targt"], 'Did you mean "target"?'],
    ["an unknown provider", ["bench", "-d", "coding-tasks", "-p", "opneai"], "Did you mean openai?"],
  ])("with %s ends with one message and code 2", async (_name, args, message) => {
    const { code, stdout, stderr } = await run(args);
    expect(code).toBe(2);
    expect(stdout).toBe("");
    expect(stderr).toContain(message);
    expect(stderr).not.toMatch(/\n\s+at /);
  });

  it("shows help and version on stdout with code 0", async () => {
    expect(await run(["--help"])).toMatchObject({ code: 0, stderr: "" });
    expect((await run(["bench", "--help"])).stdout).toContain("Examples:");
    expect((await run(["--version"])).stdout).toMatch(/^\d+\.\d+\.\d+\n$/);
  });

  it("calls a defect a defect, without a stack trace", async () => {
    const written: string[] = [];
    const stderr = { write: (text: string) => written.push(text) };
    const broken = {
      stdout: stderr,
      stderr,
      env: new Proxy(
        {},
        {
          get: () => {
            throw new TypeError("oops");
          },
        },
      ),
    };
    const code = await main(["bench", "-d", "x"], broken as never);
    expect(code).toBe(1);
    expect(written.join("")).toContain("this is a defect of llm-test-bench");
  });
});

it("simulate serves until a signal, and says how to reach it", async () => {
  const ended = run(["simulate", "--port", "0", "--ttft", "1", "--tpot", "1", "--tokens", "2", "--fail", "0"]);
  await expect.poll(() => signals.has("SIGINT")).toBe(true);
  signals.get("SIGINT")?.();
  const { code, stdout } = await ended;
  expect(code).toBe(0);
  expect(stdout).toMatch(/OPENAI_BASE_URL=http:\/\/127\.0\.0\.1:\d+\/v1/);
  const bad = await run(["simulate", "--port", "0", "--fail-kinds", "nonsense"]);
  expect(bad.code).toBe(2);
});
