import { spawn, type ChildProcessWithoutNullStreams } from "node:child_process";
import { once } from "node:events";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { CLI, tempDir } from "../support/cli.ts";

interface Started {
  readonly child: ChildProcessWithoutNullStreams;
  /** Resolves when standard error has this. */
  readonly said: (text: string) => Promise<void>;
  readonly ended: () => Promise<{ code: number | null; stderr: string }>;
}

/** A command whose standard input stays open. */
function start(args: readonly string[], input: string | Uint8Array): Started {
  const child = spawn(process.execPath, [CLI, ...args], {
    cwd: tempDir(),
    env: { PATH: process.env["PATH"] ?? "", HOME: tempDir() },
  });
  let stderr = "";
  const closed = once(child, "close") as Promise<[number | null]>;
  child.stdout.resume();
  child.stderr.setEncoding("utf8").on("data", (text: string) => (stderr += text));
  child.stdin.on("error", () => {});
  child.stdin.write(input);
  return {
    child,
    async said(text) {
      while (!stderr.includes(text)) await once(child.stderr, "data");
    },
    async ended() {
      const [code] = await closed;
      return { code, stderr };
    },
  };
}

describe("standard input that does not end", () => {
  it.each(["csv", "jsonl"])("is checked as far as a line of %s that is too long, and no further", async (format) => {
    const { ended } = start(["datasets", "validate", "-", "--format", format], Buffer.alloc(17 * 1024 * 1024, "x"));
    const { code, stderr } = await ended();
    expect(stderr).toContain("this line is longer than 16 MB");
    expect(code).toBe(3);
  });

  it("is kept after a bad row until Ctrl-C, which leaves the error with what to do", async () => {
    const directory = join(tempDir(), "out");
    const rows = '{"id": "a", "prompt": "Say a."}\n{"id": "b"}\n';
    const args = ["bench", "-d", "-", "--format", "jsonl", "-p", "sim:fast", "--quiet", "-o", directory];
    const { child, said, ended } = start(args, rows);
    await said("the rest of standard input is kept");
    child.kill("SIGINT");
    const { code, stderr } = await ended();
    expect(stderr).toContain('standard input:2:1: missing "prompt"');
    expect(stderr).toContain("Then begin again: standard input was not kept to its end.");
    expect(code).toBe(3);
    expect(existsSync(join(directory, "stdin.jsonl.part"))).toBe(true);
  });
});
