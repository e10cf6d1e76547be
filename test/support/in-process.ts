import { systemClock } from "../../src/core/clock.ts";
import type { CliContext } from "../../src/cli/context.ts";
import { main } from "../../src/cli/main.ts";

/** A command line run inside this process, with everything it wrote. */
export interface InProcess {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

export interface InProcessOptions {
  readonly cwd: string;
  readonly env?: Readonly<Record<string, string>>;
  readonly stdin?: string | Uint8Array;
  /** Columns of the terminal that all outputs are; none by default. */
  readonly terminal?: number;
  /** Hears of handlers as commands set them, to send a signal. */
  readonly onSignal?: (signal: string, handler: () => void) => void;
  readonly exit?: (code: number) => void;
}

/** Runs a command line; its home is its working directory. */
export async function runInProcess(args: readonly string[], options: InProcessOptions): Promise<InProcess> {
  const written = { stdout: "", stderr: "" };
  const { cwd, terminal } = options;
  const output = (name: "stdout" | "stderr"): CliContext["stdout"] => ({
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
    home: cwd,
    clock: systemClock,
    onSignal(signal, handler) {
      options.onSignal?.(signal, handler);
      return () => {};
    },
    exit: (exitCode) => options.exit?.(exitCode),
  });
  return { code, ...written };
}
