import { spawn, type ChildProcess } from "node:child_process";
import { existsSync, mkdtempSync, rmSync } from "node:fs";
import os from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterFile } from "./clean-up.ts";

/** The repository's root directory. */
export const ROOT = fileURLToPath(new URL("../..", import.meta.url));

/** The built command line. */
export const CLI = join(ROOT, "dist/cli/bin.js");

/** What its hints say to type, in a directory elsewhere. */
export const TYPED = `node ${CLI}`;

/** How a process ended, with everything it wrote. */
export interface CliResult {
  /** Null when a signal ended it. */
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface CliOptions {
  /** Added to PATH and a HOME of its own; nothing else of this process's environment reaches the command. */
  readonly env?: Readonly<Record<string, string>>;
  /** A new temporary directory by default. */
  readonly cwd?: string;
}

/** A started command. */
export interface CliRun {
  readonly pid: number;
  readonly child: ChildProcess;
  readonly cwd: string;
  /** Resolves when the process has ended and its output was read to the end. */
  readonly done: Promise<CliResult>;
  /** What it wrote until now. */
  stdout(): string;
  stderr(): string;
  kill(signal?: NodeJS.Signals): boolean;
  /** Resolves with the match once the output matches; rejects when the process ends without it. */
  waitFor(stream: "stdout" | "stderr", pattern: RegExp): Promise<RegExpExecArray>;
}

/** A new empty directory, removed after the test file. */
export function tempDir(): string {
  const directory = mkdtempSync(join(os.tmpdir(), "llm-test-bench-"));
  afterFile(() => rmSync(directory, { recursive: true, force: true, maxRetries: 10 }));
  return directory;
}

/** Starts the real command in a process of its own. */
export function startCli(args: readonly string[], { env = {}, cwd = tempDir() }: CliOptions = {}): CliRun {
  if (!existsSync(CLI)) throw new Error(`${CLI} is missing: run "npm run build" before the end-to-end tests`);
  const child = spawn(process.execPath, [CLI, ...args], {
    cwd,
    env: { PATH: process.env["PATH"] ?? "", HOME: tempDir(), ...env },
    stdio: ["ignore", "pipe", "pipe"],
  });
  afterFile(() => child.kill("SIGKILL"));
  const output = { stdout: "", stderr: "" };
  for (const stream of ["stdout", "stderr"] as const) {
    child[stream].setEncoding("utf8").on("data", (text: string) => (output[stream] += text));
  }
  const done = new Promise<CliResult>((resolve, reject) => {
    child.on("error", reject);
    child.on("close", (code, signal) => resolve({ code, signal, ...output }));
  });
  return {
    pid: child.pid ?? -1,
    child,
    cwd,
    done,
    stdout: () => output.stdout,
    stderr: () => output.stderr,
    kill: (signal) => child.kill(signal),
    waitFor: (stream, pattern) =>
      new Promise((resolve, reject) => {
        const look = (): void => {
          const match = pattern.exec(output[stream]);
          if (match === null) return;
          child[stream].off("data", look);
          resolve(match);
        };
        child[stream].on("data", look);
        look();
        done.then(
          ({ code, signal, stderr }) =>
            reject(new Error(`ended (${signal ?? code}) before ${stream} matched ${pattern}; stderr: ${stderr}`)),
          reject,
        );
      }),
  };
}

/** Runs the real command to its end. */
export function runCli(args: readonly string[], options: CliOptions = {}): Promise<CliResult> {
  return startCli(args, options).done;
}
