import { realpathSync } from "node:fs";
import { systemClock } from "../../src/core/clock.ts";
import type { ProcessContext } from "../../src/cli/context.ts";
import { main } from "../../src/cli/main.ts";
import { tempDir, type CliOptions, type CliResult } from "./cli.ts";

/** A command line run inside this process, with everything it wrote. */
export interface InProcess {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

export interface InProcessOptions {
  readonly cwd: string;
  /** The working directory by default. */
  readonly home?: string;
  readonly env?: Readonly<Record<string, string>>;
  readonly stdin?: string | Uint8Array;
  /** What hints show as the command to type; its name by default. */
  readonly invocation?: string;
  /** Columns of the terminal that all outputs are; none by default. */
  readonly terminal?: number;
  /** Hears of handlers as commands set them, to send a signal. */
  readonly onSignal?: (signal: string, handler: () => void) => void;
  readonly exit?: (code: number) => void;
}

/** Runs a command line. */
export async function runInProcess(args: readonly string[], options: InProcessOptions): Promise<InProcess> {
  const written = { stdout: "", stderr: "" };
  const { cwd, terminal } = options;
  const output = (name: "stdout" | "stderr"): ProcessContext["stdout"] => ({
    write: (text) => (written[name] += text),
    isTTY: terminal !== undefined,
    columns: terminal,
  });
  const code = await main(args, {
    stdout: output("stdout"),
    stderr: output("stderr"),
    stdin: {
      isTTY: terminal !== undefined,
      read: async () => Buffer.from(options.stdin ?? ""),
      async *pieces() {
        yield Buffer.from(options.stdin ?? "");
      },
      close() {},
    },
    env: options.env ?? {},
    cwd,
    home: options.home ?? cwd,
    invocation: options.invocation ?? "llm-test-bench",
    clock: systemClock,
    onSignal(signal, handler) {
      options.onSignal?.(signal, handler);
      return () => {};
    },
    exit: (exitCode) => options.exit?.(exitCode),
  });
  return { code, ...written };
}

const at = { cwd: process.cwd(), runs: 0 };

/** Makes a directory that of this process until the returned function is called: relative paths start there. */
function inDirectory(cwd: string): () => void {
  if (at.runs > 0 && process.cwd() !== realpathSync(cwd)) {
    throw new Error("two runs in one process at the same time cannot have different working directories");
  }
  at.runs += 1;
  process.chdir(cwd);
  return () => {
    at.runs -= 1;
    if (at.runs === 0) process.chdir(at.cwd);
  };
}

/**
 * `runCli` without a process: the same answer, for a test of what a command says and leaves behind. Runs at the same
 * time share a working directory, or name none.
 */
export async function runHere(args: readonly string[], { env = {}, cwd }: CliOptions = {}): Promise<CliResult> {
  const leave = cwd === undefined ? () => {} : inDirectory(cwd);
  try {
    return { signal: null, ...(await runInProcess(args, { cwd: cwd ?? tempDir(), env, home: tempDir() })) };
  } finally {
    leave();
  }
}
