import { spawn } from "node:child_process";
import { once } from "node:events";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { CLI, runCli, tempDir } from "../support/cli.ts";
import { modelServer, type ModelServer } from "../support/model-server.ts";

const servers: ModelServer[] = [];
afterAll(() => Promise.all(servers.map((server) => server.close())));

const row = (n: number, ballast = ""): string =>
  `${JSON.stringify({ id: `t${n}`, prompt: `Say ${n}.`, metadata: { ballast } })}\n`;

describe("standard input that is still being written", () => {
  it("is sent from before it has ended", async () => {
    let arrived = (): void => {};
    const firstRequest = new Promise<void>((resolve) => (arrived = resolve));
    const server = await modelServer(() => {
      arrived();
      return { text: "yes" };
    });
    servers.push(server);
    const child = spawn(
      process.execPath,
      [
        CLI,
        "bench",
        "-d",
        "-",
        "--format",
        "jsonl",
        "-p",
        "openai:m",
        "-c",
        "1",
        "--quiet",
        "-o",
        join(tempDir(), "out"),
      ],
      {
        cwd: tempDir(),
        env: {
          PATH: process.env["PATH"] ?? "",
          HOME: tempDir(),
          OPENAI_API_KEY: "key",
          OPENAI_BASE_URL: `${server.url}/v1`,
        },
        stdio: ["pipe", "ignore", "inherit"],
      },
    );
    const ended = once(child, "close") as Promise<[number | null]>;
    child.stdin.write(row(1));
    // Were the input read to its end first, this would never come.
    await firstRequest;
    child.stdin.end(row(2) + row(3));
    expect((await ended)[0]).toBe(0);
    expect(server.calls).toHaveLength(3);
  });
});

/** The most memory that a command takes, in MB; its young objects kept few, since their room grows with any work. */
async function peakOf(args: readonly string[]): Promise<number> {
  const tell = "process.on('exit',()=>console.error('peak',process.resourceUsage().maxRSS/1024))";
  const env = { NODE_OPTIONS: `--max-semi-space-size=2 --import=data:text/javascript,${encodeURIComponent(tell)}` };
  const { code, stderr } = await runCli(args, { env });
  expect(code).toBe(0);
  return Number(/peak ([\d.]+)/.exec(stderr)?.[1]);
}

describe("a file of rows that is twenty-five times as long", () => {
  const folder = tempDir();
  const file = (rows: number): string => {
    const path = join(folder, `${rows}.jsonl`);
    // 2 kB each: 50 MB for the long one, which would show if they were kept.
    writeFileSync(path, Array.from({ length: rows }, (_, n) => row(n, "x".repeat(2000))).join(""));
    return path;
  };
  const [short, long] = [file(1000), file(25_000)];

  it.each([
    ["converted", (from: string) => ["convert", from, `${from}.csv`]],
    ["sampled", (from: string) => ["sample", from, `${from}.few.jsonl`, "-n", "10"]],
    ["validated", (from: string) => ["validate", from]],
  ])("is %s in nearly the memory of the short one", async (_, command) => {
    const [little, much] = await Promise.all([short, long].map((from) => peakOf(["datasets", ...command(from)])));
    expect((much ?? Infinity) / (little ?? 0)).toBeLessThan(1.35);
  });
});
