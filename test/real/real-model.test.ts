import { spawn, type ChildProcess } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import net from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { ResultsFile } from "../../src/core/run.ts";
import { runCli } from "../support/cli.ts";

const folder = process.env["REAL_MODEL_DIR"];

async function freePort(): Promise<number> {
  const server = net.createServer();
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as net.AddressInfo;
  await new Promise<void>((resolve) => server.close(() => resolve()));
  return port;
}

describe.skipIf(folder === undefined)("a real language model (set REAL_MODEL_DIR to the folder that serves it)", () => {
  let server: ChildProcess;
  let url: string;
  const directory = mkdtempSync(join(tmpdir(), "real-"));

  beforeAll(async () => {
    const port = await freePort();
    server = spawn(process.execPath, ["serve.mjs", String(port), "2"], {
      cwd: folder,
      stdio: ["ignore", "pipe", "inherit"],
    });
    url = `http://127.0.0.1:${port}/v1`;
    await new Promise<void>((resolve, reject) => {
      server.stdout?.on("data", (text: Buffer) => text.includes("listening") && resolve());
      server.once("exit", (code) => reject(new Error(`the model's server ended with code ${code}`)));
    });
  }, 120_000);
  afterAll(() => {
    server.kill();
    rmSync(directory, { recursive: true, force: true });
  });

  it("is benchmarked over HTTP, streamed and plain, with its own token counts", async () => {
    const dataset = join(directory, "stories.json");
    const beginnings = ["Once upon a time", "The little dog", "One day Tom", "A girl named Sue", "It was raining and"];
    const test_cases = beginnings.map((prompt, i) => ({ id: `story-${i}`, prompt }));
    const defaults = { max_tokens: 60, temperature: 0 };
    writeFileSync(dataset, JSON.stringify({ name: "stories", version: "1", defaults, test_cases }));
    const env = { OPENAI_BASE_URL: url, OPENAI_API_KEY: "none-needed" };

    for (const mode of ["--stream", "--no-stream"]) {
      const output = join(directory, mode);
      const args = ["bench", "-d", dataset, "-p", "openai:stories260K", "-c", "2", "--repeat", "2", mode, "-o", output];
      const { code, stdout, stderr } = await runCli(args, { env });
      expect({ code, stderr }).toMatchObject({ code: 0 });
      expect(stdout).toContain("10/10");
      const { providers, validity } = JSON.parse(readFileSync(join(output, "results.json"), "utf8")) as ResultsFile;
      const [target] = providers;
      if (target === undefined) throw new Error("no target in results.json");
      const { ttft, icl } = validity.error_bar_ms;
      expect([ttft === null, icl === null]).toEqual(mode === "--stream" ? [false, false] : [true, true]);
      expect(target.summary).toMatchObject({ succeeded: 10, usage_unknown: 0 });
      for (const { response, timing, icl_ms: gaps, duration_ms: duration } of target.results) {
        expect(response?.content?.length).toBeGreaterThan(10);
        expect(response?.usage?.completion_tokens).toBeGreaterThan(5);
        if (mode === "--stream") {
          expect(timing.ttft_ms).toBeGreaterThan(0);
          const span = (gaps ?? []).reduce((sum, gap) => sum + gap, timing.ttft_ms ?? 0);
          expect(span).toBeLessThanOrEqual((duration ?? 0) + 0.001);
          expect(gaps?.length).toBeGreaterThan(3);
        } else {
          expect(timing.ttft_ms).toBeNull();
        }
      }
    }
  }, 120_000);
});
