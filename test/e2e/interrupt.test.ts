import { spawn } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, onTestFinished, test } from "vitest";
import type { Manifest } from "../../src/core/run.ts";
import { CLI, runCli, startCli, tempDir, TYPED, type CliRun } from "../support/cli.ts";
import { recordingSimulator, type RecordingSimulator } from "../support/recording-simulator.ts";
import { identityIn, journalOf, totalsOf, writeDataset } from "../support/run-directory.ts";

const CASES = 12;
const SLOTS = 3;
const STOPPING = /stopping: what is in flight gets 10 s to end; press Ctrl-C again to end at once/;
const GRACE_MS = 10_000;

interface Interrupted {
  readonly simulator: RecordingSimulator;
  readonly directory: string;
  readonly dataset: string;
  readonly started: CliRun;
}

/** A run whose second round of requests is in flight, unanswered until released, and that was sent a signal. */
async function interruptedRun(signal: "SIGINT" | "SIGTERM" | "SIGHUP"): Promise<Interrupted> {
  const simulator = await recordingSimulator({ ttftMs: 20, tpotMs: 2, tokens: 6 });
  const dataset = writeDataset(CASES);
  const directory = join(tempDir(), "run");
  simulator.when(
    () => simulator.requests.length === SLOTS,
    () =>
      simulator.when(
        () => simulator.ended === SLOTS,
        () => simulator.hold(),
      ),
  );
  const args = ["bench", "-d", dataset, "-o", directory, "-p", "sim:m", "-c", String(SLOTS), "--retries", "0"];
  const started = startCli(args, { env: { SIM_BASE_URL: simulator.url } });
  await simulator.until(() => simulator.requests.length - simulator.ended === SLOTS && simulator.ended >= SLOTS);
  started.kill(signal);
  await started.waitFor("stderr", STOPPING);
  return { simulator, directory, dataset, started };
}

const manifestOf = (directory: string): Manifest =>
  JSON.parse(readFileSync(join(directory, "run.json"), "utf8")) as Manifest;

/** Resumes to the end, and checks that nothing was lost and nothing was sent twice that need not be. */
async function resumeToTheEnd({ simulator, directory, dataset }: Interrupted, mayRepeat: number): Promise<void> {
  const journalled = new Set(journalOf(directory).map(({ test_id, sample }) => `m ${test_id}#${sample}`));
  const before = simulator.requests.length;
  const args = ["bench", "-d", dataset, "-o", directory, "-p", "sim:m", "-c", String(SLOTS), "--resume"];
  const { code, stderr } = await runCli(args, { env: { SIM_BASE_URL: simulator.url } });
  expect({ code, stderr }).toMatchObject({ code: 0 });
  const sent = simulator.requests.slice(before).map(identityIn);
  expect(sent.filter((identity) => journalled.has(identity))).toEqual([]);
  expect(simulator.requests.length).toBe(CASES + mayRepeat);
  expect(totalsOf(directory)).toMatchObject([{ cases: CASES, succeeded: CASES, failed: 0, skipped: 0 }]);
  expect(manifestOf(directory).status).toBe("finished");
}

describe.each(["SIGINT", "SIGTERM", "SIGHUP"] as const)("%s once", (signal) => {
  test("stops sending, lets what is in flight end, writes everything and says how to resume", async () => {
    const run = await interruptedRun(signal);
    const { simulator, directory, started } = run;
    const sent = simulator.requests.length;
    simulator.release();
    const { code, stderr } = await started.done;
    expect({ code, stderr }).toMatchObject({ code: 130 });
    expect(simulator.requests).toHaveLength(sent);
    expect(journalOf(directory)).toHaveLength(sent);
    expect(journalOf(directory).every(({ status }) => status === "success")).toBe(true);
    expect(stderr).toContain(`interrupted with ${CASES - sent} of ${CASES} requests left`);
    expect(stderr).toContain(`hint: go on with: ${TYPED} resume ${directory}`);
    expect(manifestOf(directory).status).toBe("interrupted");
    for (const name of ["results.json", "results.csv", "summary.md"]) {
      expect({ name, written: existsSync(join(directory, name)) }).toEqual({ name, written: true });
    }
    expect(totalsOf(directory)).toMatchObject([{ cases: sent, succeeded: sent }]);
    expect(existsSync(join(directory, "lock.json"))).toBe(false);
    await resumeToTheEnd(run, 0);
  });
});

test("SIGINT twice ends at once, however long the answers take, and the run can be resumed", async () => {
  const run = await interruptedRun("SIGINT");
  const { simulator, directory, started } = run;
  const sent = simulator.requests.length;
  const before = performance.now();
  started.kill("SIGINT");
  const { code, stderr } = await started.done;
  expect(stderr).toMatch(/ended at once; what was in flight has no result\n/);
  expect(stderr.trimEnd()).toMatch(new RegExp(`hint: go on with: ${TYPED} resume ${directory}$`));
  // Nothing waits for the grace time any more; what else it takes is up to the machine.
  expect(performance.now() - before).toBeLessThan(GRACE_MS * 0.8);
  expect(code).toBe(130);
  expect(simulator.requests).toHaveLength(sent);
  expect(journalOf(directory)).toHaveLength(sent - SLOTS);
  expect(existsSync(join(directory, "lock.json"))).toBe(false);
  simulator.release();
  await resumeToTheEnd(run, SLOTS);
});

describe("with the embedded simulator, whose process gets the terminal's Ctrl-C as well", () => {
  /** Started as the leader of a process group of its own, as a shell does. */
  function startGroup(args: readonly string[]): {
    pid: number;
    firstFinished: Promise<void>;
    done: Promise<{ code: number | null; stderr: string }>;
  } {
    const env = { PATH: process.env["PATH"] ?? "", HOME: tempDir() };
    const child = spawn(process.execPath, [CLI, ...args], {
      env,
      cwd: tempDir(),
      detached: true,
      stdio: ["ignore", "ignore", "pipe"],
    });
    const pid = child.pid ?? 0;
    onTestFinished(() => void child.kill("SIGKILL"));
    let stderr = "";
    const firstFinished = new Promise<void>((resolve) => {
      child.stderr.setEncoding("utf8").on("data", (text: string) => {
        stderr += text;
        if (stderr.includes('"type":"case_finished"')) resolve();
      });
    });
    const done = new Promise<{ code: number | null; stderr: string }>((resolve) => {
      child.on("close", (code) => resolve({ code, stderr }));
    });
    return { pid, firstFinished, done };
  }

  test.each(["SIGINT", "SIGTERM", "SIGHUP"] as const)(
    "what is in flight ends well after a %s to the whole group",
    async (signal) => {
      const directory = join(tempDir(), "run");
      const args = ["bench", "-d", "coding-tasks", "-o", directory, "-p", "sim:slow", "-c", "4", "--retries", "0"];
      const group = startGroup([...args, "--json"]);
      await group.firstFinished;
      process.kill(-group.pid, signal);
      const { code, stderr } = await group.done;
      expect({ code, stderr }).toMatchObject({ code: 130 });
      const journal = journalOf(directory);
      expect(journal.map(({ status, error }) => error?.message ?? status)).toEqual(journal.map(() => "success"));
      expect(manifestOf(directory)).toMatchObject({ status: "interrupted" });
      const planned = manifestOf(directory).planned_per_target ?? 0;
      expect(journal.length).toBeLessThan(planned);
      const resumed = await runCli([...args, "--resume"]);
      expect(resumed).toMatchObject({ code: 0 });
      expect(totalsOf(directory)).toMatchObject([{ cases: planned, succeeded: planned }]);
    },
  );
});
