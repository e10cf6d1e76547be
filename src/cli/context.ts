import os from "node:os";
import type { Clock } from "../core/clock.ts";
import { systemClock } from "../core/clock.ts";
import type { Mask } from "../core/secrets.ts";
import { invocationOf } from "./invocation.ts";
import { standardOutput } from "./standard-output.ts";

/** Somewhere to write to, as the process has it: whatever is written to it arrives as it is. */
export interface Stream {
  write(text: string): unknown;
  readonly isTTY?: boolean | undefined;
  readonly columns?: number | undefined;
  readonly rows?: number | undefined;
  /** Whether nobody reads it any more. */
  readonly destroyed?: boolean | undefined;
  /** Why what was written did not arrive, a full disk for example; null while all of it did. */
  readonly failure?: unknown;
  /** Tells when it takes more, or never will. */
  on?(event: "drain" | "close", listener: () => void): unknown;
  off?(event: "drain" | "close", listener: () => void): unknown;
}

/** Where a command writes; `guardedOutput` makes one. */
export interface Output extends Stream {
  /** Text to be read by a person: no control character comes through, apart from line feeds, tabs and our own colors. */
  write(text: string): unknown;
  /** A file's text: as it is into a pipe or a file, and like other text onto a terminal. */
  writeData(text: string): unknown;
}

/** Somewhere to read from. */
export interface Input {
  readonly isTTY?: boolean | undefined;
  /** Everything up to the end. */
  read(): Promise<Uint8Array>;
  /** The same in pieces, as they come. */
  pieces(): AsyncIterable<Uint8Array>;
  /** Reads no more, so that the process can end while more could come. */
  close(): void;
}

/** The signals that ask a command to end: Ctrl-C, a service manager, a terminal that was closed. */
export const STOP_SIGNALS = ["SIGINT", "SIGTERM", "SIGHUP"] as const;
export type StopSignal = (typeof STOP_SIGNALS)[number];

/** Everything of the outside world that a command may touch. */
export interface CliContext extends ProcessContext {
  readonly stdout: Output;
  readonly stderr: Output;
}

/** What a process gives to the command line. */
export interface ProcessContext {
  readonly stdout: Stream;
  readonly stderr: Stream;
  readonly stdin: Input;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly cwd: string;
  /** What to type to run this program: hints and help show it in place of its name. */
  readonly invocation: string;
  readonly home: string;
  readonly clock: Clock;
  /** Calls `handler` at each such signal until the returned function is called. */
  onSignal(signal: StopSignal, handler: () => void): () => void;
  /** Ends the process at once. */
  exit(code: number): void;
}

/** The context of a real process. */
export function processContext(): ProcessContext {
  return {
    stdout: standardOutput(process.stdout, 1),
    stderr: standardOutput(process.stderr, 2),
    stdin: processInput(),
    env: process.env,
    cwd: process.cwd(),
    invocation: invocationOf({ script: process.argv[1] ?? "", cwd: process.cwd() }),
    home: os.homedir(),
    clock: systemClock,
    onSignal(signal, handler) {
      process.on(signal, handler);
      return () => void process.off(signal, handler);
    },
    exit: (code) => process.exit(code),
  };
}

function processInput(): Input {
  let isOpen = false;
  const pieces = (): AsyncIterable<Buffer> => {
    isOpen = true;
    return process.stdin as AsyncIterable<Buffer>;
  };
  return {
    // Asked for late: merely looking at it opens standard input.
    get isTTY() {
      return process.stdin.isTTY;
    },
    pieces,
    async read() {
      const all: Buffer[] = [];
      for await (const piece of pieces()) all.push(piece);
      return Buffer.concat(all);
    },
    close: () => isOpen && void process.stdin.destroy(),
  };
}

/** The context with every secret taken out of what is written. */
export function shielded(context: CliContext, mask: Mask): CliContext {
  const masked = (output: Output): Output => ({
    write: (text) => output.write(mask(text)),
    writeData: (text) => output.writeData(mask(text)),
    get isTTY() {
      return output.isTTY;
    },
    get columns() {
      return output.columns;
    },
    get rows() {
      return output.rows;
    },
    get destroyed() {
      return output.destroyed;
    },
    on: (event, listener) => output.on?.(event, listener),
    off: (event, listener) => output.off?.(event, listener),
  });
  return { ...context, stdout: masked(context.stdout), stderr: masked(context.stderr) };
}
