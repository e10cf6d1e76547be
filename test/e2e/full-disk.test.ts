import { execFileSync, spawn, type StdioOptions } from "node:child_process";
import { closeSync, existsSync, openSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, describe, expect, onTestFinished, test } from "vitest";
import { decodeResult } from "../../src/journal/line.ts";
import { CLI, runCli, tempDir, type CliResult } from "../support/cli.ts";
import { runHere } from "../support/in-process.ts";
import { recordingSimulator, type RecordingSimulator } from "../support/recording-simulator.ts";
import { identityIn, identityOf, journalOf, totalsOf, writeDataset } from "../support/run-directory.ts";

const CASES = 60;
const SLOTS = 4;
const QUICK = { ttftMs: 3, tpotMs: 0.2, tokens: 12 };

/** A disk on which the whole run has room, and what is left of it while the ballast is there. */
const DISK_BYTES = 1024 * 1024;
const ROOM_BYTES = 80 * 1024;

function argsFor(dataset: string, directory: string, more: readonly string[]): string[] {
  const args = ["bench", "-d", dataset, "-o", directory, "-p", "sim:m", "-c", String(SLOTS), "--quiet"];
  return [...args, ...more];
}

/** The command under a limit of the size of every file: `write` then fails with EFBIG, as on a full disk. */
function runWithFileLimit(args: readonly string[], blocks: number, url: string): Promise<CliResult> {
  // Ignored signals stay ignored in the program, so that the write fails instead of ending it.
  const script = `trap "" XFSZ; ulimit -f ${blocks}; exec "$0" "$@"`;
  const env = { PATH: process.env["PATH"] ?? "", HOME: tempDir(), SIM_BASE_URL: url };
  const child = spawn("/bin/sh", ["-c", script, process.execPath, CLI, ...args], { cwd: tempDir(), env });
  onTestFinished(() => void child.kill("SIGKILL"));
  let [stdout, stderr] = ["", ""];
  child.stdout.setEncoding("utf8").on("data", (text: string) => (stdout += text));
  child.stderr.setEncoding("utf8").on("data", (text: string) => (stderr += text));
  return new Promise((resolve) => {
    child.on("close", (code, signal) => resolve({ code, signal, stdout, stderr }));
  });
}

/** Everything that must hold of a run that ended for want of room. */
function expectCleanEnd(result: CliResult, directory: string, simulator: RecordingSimulator): void {
  expect(result).toMatchObject({ code: 6 });
  expect(result.stderr).toMatch(/^error: cannot write .+\nhint: .+--resume.*\n$/);
  const bytes = readFileSync(join(directory, "results.jsonl"));
  const lines = bytes.toString("utf8").split("\n");
  // No torn line is left.
  expect(lines.pop()).toBe("");
  for (const line of lines) expect(decodeResult(Buffer.from(line))).toMatchObject({ ok: true });
  expect(simulator.requests.length).toBeGreaterThan(0);
  expect(simulator.requests.length).toBeLessThan(CASES);
  expect(simulator.requests.length - lines.length).toBeLessThanOrEqual(SLOTS);
}

/** With room again. */
async function expectResume(
  dataset: string,
  directory: string,
  simulator: RecordingSimulator,
  more: readonly string[],
): Promise<void> {
  const journalled = new Set(journalOf(directory).map(identityOf));
  const before = simulator.requests.length;
  const env = { SIM_BASE_URL: simulator.url };
  const { code, stderr } = await runCli(argsFor(dataset, directory, ["--resume", ...more]), { env });
  expect({ code, stderr }).toMatchObject({ code: 0 });
  const sent = simulator.requests.slice(before).map(identityIn);
  expect(sent.filter((identity) => journalled.has(identity))).toEqual([]);
  expect(sent).toHaveLength(CASES - journalled.size);
  expect(totalsOf(directory)).toMatchObject([{ cases: CASES, total: CASES, succeeded: CASES }]);
}

describe("a file that cannot grow any further", () => {
  test.each([
    ["the raw responses", []],
    ["the journal itself", ["--no-save-responses"]],
  ])("%s: ends with code 6, one message and whole lines, and resumes", async (_which, more) => {
    const simulator = await recordingSimulator(QUICK);
    const dataset = writeDataset(CASES);
    const directory = join(tempDir(), "run");
    // 512 or 1024 bytes a block, as the shell has it.
    const result = await runWithFileLimit(argsFor(dataset, directory, more), 24, simulator.url);
    expectCleanEnd(result, directory, simulator);
    expect(result.stderr).toContain("the file may grow no further");
    await expectResume(dataset, directory, simulator, more);
  });
});

/** A small disk of its own, or null where this user may not mount one. */
function smallDisk(): string | null {
  const directory = tempDir();
  try {
    execFileSync("mount", ["-t", "tmpfs", "-o", `size=${DISK_BYTES}`, "tmpfs", directory], { stdio: "ignore" });
  } catch {
    return null;
  }
  return directory;
}

const disk = smallDisk();
afterAll(() => {
  if (disk !== null) execFileSync("umount", [disk]);
});

describe("a full disk", () => {
  const mounted = disk === null ? [] : [{ disk }];
  const unmounted = disk === null ? ["this user may not mount a tmpfs"] : [];

  test.each(unmounted)("cannot be tried here: %s", () => {
    expect(disk).toBeNull();
  });

  test.each(mounted)("ends with code 6, one message and whole lines, and resumes once there is room", async (on) => {
    const simulator = await recordingSimulator(QUICK);
    const dataset = writeDataset(CASES);
    const ballast = join(on.disk, "ballast");
    writeFileSync(ballast, Buffer.alloc(DISK_BYTES - ROOM_BYTES));
    const directory = join(on.disk, "run");
    const result = await runCli(argsFor(dataset, directory, []), { env: { SIM_BASE_URL: simulator.url } });
    expectCleanEnd(result, directory, simulator);
    expect(result.stderr).toContain("the disk is full");
    rmSync(ballast);
    await expectResume(dataset, directory, simulator, []);
  });
});

/** A finished run on a disk that has become read-only, or null where this user may not mount one. */
async function readOnlyDisk(): Promise<string | null> {
  const directory = smallDisk();
  if (directory === null) return null;
  onTestFinished(() => void execFileSync("umount", [directory]));
  const args = [
    "bench",
    "-d",
    "coding-tasks",
    "--limit",
    "2",
    "-p",
    "sim:fast",
    "-o",
    join(directory, "run"),
    "--quiet",
  ];
  expect(await runHere(args)).toMatchObject({ code: 0 });
  rmSync(join(directory, "run", "results.csv"));
  execFileSync("mount", ["-o", "remount,ro", directory]);
  return directory;
}

test("a read-only disk is code 6 with the reason, in every command that writes", async () => {
  const on = await readOnlyDisk();
  if (on === null) return expect(disk).toBeNull();
  const run = join(on, "run");
  const commands = [
    ["bench", "-d", "coding-tasks", "--limit", "1", "-p", "sim:fast", "-o", join(on, "new")],
    ["bench", "-d", "coding-tasks", "--limit", "2", "-p", "sim:fast", "-o", run, "--resume"],
    ["bench", "-d", "coding-tasks", "--limit", "2", "-p", "sim:fast", "-o", run, "--force"],
    ["resume", run],
    ["resume", run, "--duration", "1s"],
    ["export", run, "--format", "csv"],
    ["export", run, "--format", "csv", "--output", join(on, "table.csv")],
    ["journal", "check", run, "--repair"],
    ["datasets", "convert", "coding-tasks", join(on, "tasks.yaml")],
    ["datasets", "init", join(on, "mine.yaml")],
    ["config", "init", "--output", join(on, "config.yaml")],
  ];
  for (const command of commands) {
    const { code, stderr } = await runHere(command);
    expect({ command, code }).toEqual({ command, code: 6 });
    expect(stderr).toMatch(/^error: .+: the file system is read-only\nhint: .+\n$/m);
    expect(stderr).not.toMatch(/defect|\n {4}at /);
  }
});

describe.runIf(existsSync("/dev/full"))("a full disk behind an output of the command", () => {
  /** The command with one of its outputs on a full disk. */
  function runInto(full: "stdout" | "stderr", args: readonly string[]): Promise<CliResult> {
    const device = openSync("/dev/full", "w");
    const stdio: StdioOptions = ["ignore", full === "stdout" ? device : "pipe", full === "stderr" ? device : "pipe"];
    const env = { PATH: process.env["PATH"] ?? "", HOME: tempDir() };
    const child = spawn(process.execPath, [CLI, ...args], { cwd: tempDir(), env, stdio });
    closeSync(device);
    onTestFinished(() => void child.kill("SIGKILL"));
    const text = { stdout: "", stderr: "" };
    for (const name of ["stdout", "stderr"] as const) {
      child[name]?.setEncoding("utf8").on("data", (piece: string) => (text[name] += piece));
    }
    return new Promise((resolve) => {
      child.on("close", (code, signal) => resolve({ code, signal, ...text }));
    });
  }

  test("standard output: the run is kept, one message says why, and the code is 6", async () => {
    const directory = join(tempDir(), "run");
    const args = ["bench", "-d", "coding-tasks", "--limit", "2", "-p", "sim:fast", "-o", directory, "--quiet"];
    const results = [
      await runInto("stdout", args),
      await runInto("stdout", ["export", directory, "--format", "csv", "--output", "-"]),
      await runInto("stdout", ["journal", "check", directory]),
      await runInto("stdout", ["--help"]),
    ];
    for (const { code, stderr } of results) {
      expect(code).toBe(6);
      expect(stderr).toMatch(
        /^error: cannot write to standard output: the disk is full\nhint: Free some space, .+\n$/m,
      );
      expect(stderr).not.toMatch(/\n {4}at |defect/);
    }
    expect(totalsOf(directory)).toMatchObject([{ cases: 2, succeeded: 2 }]);
  });

  test("standard error: the run ends without progress, gives its lock back, and the code is 6", async () => {
    const directory = join(tempDir(), "run");
    const args = ["bench", "-d", "coding-tasks", "--limit", "2", "-p", "sim:fast", "-o", directory];
    const { code, stdout } = await runInto("stderr", args);
    expect(code).toBe(6);
    expect(stdout).toContain("sim:fast");
    expect(existsSync(join(directory, "lock.json"))).toBe(false);
    expect(totalsOf(directory)).toMatchObject([{ cases: 2, succeeded: 2 }]);
  });
});
