import { spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { env, execPath } from "node:process";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { BenchError } from "../core/errors.ts";
import { resolveOptions, type SimulatorOptions } from "./options.ts";

/** A simulator in a process of its own. */
export interface SpawnedSimulator {
  /** Without a path: `http://127.0.0.1:PORT`. */
  readonly url: string;
  /** Ends the process and resolves when it is gone. */
  close(): Promise<void>;
}

/** The line by which the process says that it listens, or why it does not. */
export type Announcement = { readonly url: string } | { readonly error: string; readonly hint: string | undefined };

/** What the process gets of the environment: what Node and the system need. API keys are none of its business. */
const INHERITED = "PATH HOME TMPDIR TZ LANG LC_ALL NODE_OPTIONS NODE_V8_COVERAGE SystemRoot USERPROFILE TEMP TMP".split(
  " ",
);

/** The same file seen from src/ and from dist/: a plain Node cannot run the source. */
const ENTRY = new URL("../../dist/simulator/process.js", import.meta.url);

/**
 * Starts a simulator in a process of its own, so that its work is not done on the measuring client's thread. It ends
 * when `close` is called or this process ends, however it ends.
 * Throws `BenchError("usage")` for an option that there is not or that is out of range, `BenchError("simulator")` when it
 * does not come up.
 *
 * @example
 * const simulator = await spawnSimulator({ ttftMs: 50, tpotMs: 5, tokens: 20, fail: 0.1 });
 * const target = providers.sim({ url: simulator.url });
 * await simulator.close();
 */
export async function spawnSimulator(options: SimulatorOptions = {}, entry: URL = ENTRY): Promise<SpawnedSimulator> {
  // Before it becomes JSON, which turns what is no number into null and so into a default.
  resolveOptions(options);
  const file = fileURLToPath(entry);
  if (!existsSync(file)) {
    throw new BenchError("simulator", `the simulator's program is missing: ${file}`, {
      hint: "In a clone run `npm run build` first; an installed package should be installed again.",
    });
  }
  const child = spawn(execPath, [file, JSON.stringify(options)], {
    stdio: ["pipe", "pipe", "pipe"],
    env: Object.fromEntries(INHERITED.map((name) => [name, env[name]])),
  });
  const gone = new Promise<void>((resolve) => {
    child.once("close", () => resolve());
    child.once("error", () => resolve());
  });
  // Without a descriptor for its pipes it has none, whatever Node's types say; the error comes in the next tick.
  if (!("stdin" in child) || (child.stdin as unknown) === undefined) {
    const error = await new Promise<Error>((resolve) => child.once("error", resolve));
    throw new BenchError("simulator", `the simulator did not start: ${error.message}`, {
      hint: "This machine has no file descriptor left: raise ulimit -n, or end what holds them.",
      cause: error,
    });
  }
  // A write to a process that is gone is no news: `gone` says so.
  child.stdin.on("error", () => {});
  let complaint = "";
  child.stderr.setEncoding("utf8").on("data", (text: string) => (complaint = (complaint + text).slice(-2000)));
  const announced = await new Promise<Announcement>((resolve) => {
    const lines = createInterface({ input: child.stdout });
    lines.once("line", (line) => resolve(announcementIn(line)));
    child.once("error", (error) => resolve({ error: error.message, hint: undefined }));
    child.once("close", (code) =>
      resolve({ error: `it ended with code ${code ?? "none"}. ${complaint}`.trim(), hint: undefined }),
    );
  });
  if ("url" in announced) {
    return {
      url: announced.url,
      close() {
        child.stdin.end();
        return gone;
      },
    };
  }
  child.kill("SIGKILL");
  await gone;
  throw new BenchError("simulator", `the simulator did not start: ${announced.error}`, {
    hint: announced.hint ?? "Check that a local port can be opened, or name another target than `sim`.",
  });
}

function announcementIn(line: string): Announcement {
  try {
    return JSON.parse(line) as Announcement;
  } catch {
    return { error: `it said ${JSON.stringify(line)}`, hint: undefined };
  }
}
