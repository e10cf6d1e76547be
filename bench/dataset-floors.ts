// A dataset of a million cases, which is above the size that is checked before anything is sent.
import { spawn } from "node:child_process";
import { createWriteStream, mkdtempSync, rmSync, statSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { cli, fastest, holds, runWeighed, tell, type Floor } from "./floors.ts";

const FEW = 100;

/** Makes the file, checks it whole, and runs it up to its first request. Says whether both floors hold. */
export async function datasetFloors(cases: number): Promise<boolean> {
  const folder = mkdtempSync(join(tmpdir(), "datasets-"));
  try {
    const file = join(folder, "cases.jsonl");
    const few = join(folder, "few.jsonl");
    await pipeline(Readable.from(rows(cases)), createWriteStream(file));
    await pipeline(Readable.from(rows(FEW)), createWriteStream(few));
    console.log(`${cases} cases of JSON Lines, ${(statSync(file).size / 1e6).toFixed(0)} MB`);
    const { megabytes } = await runWeighed(folder, ["datasets", "validate", file], {});
    const firstMs = await fastest(5, () => firstRequest(folder, file));
    // What the size has no part in: Node, the modules, the client's own warm-up.
    const ofFewMs = await fastest(5, () => firstRequest(folder, few));
    console.log(
      `first request of ${FEW} cases after ${ofFewMs.toFixed(0)} ms: the start of any run on this machine, now`,
    );
    const found: Floor[] = [
      { what: "validate, peak RSS", measured: megabytes, unit: "MB", must: "below", floor: 200 },
      { what: "first request after", measured: firstMs, unit: "ms", must: "below", floor: 1000 },
    ];
    found.forEach(tell);
    return found.every(holds);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function* rows(cases: number): Generator<string, void, undefined> {
  const expected = "an answer of a few words";
  for (let i = 0; i < cases; i += 1) {
    const prompt = `Question ${i}: which of the numbers below ${i + 2} are prime, and how many are they?`;
    yield `${JSON.stringify({ id: `case-${i}`, category: `group-${i % 20}`, prompt, expected })}\n`;
  }
}

/** From the start of the process to its first request, in milliseconds; the run is ended there. */
async function firstRequest(folder: string, file: string): Promise<number> {
  const began = performance.now();
  let elapsedMs: number | null = null;
  const server = createServer((request) => {
    if (request.method === "POST") elapsedMs ??= performance.now() - began;
    child.kill("SIGKILL");
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  const directory = join(folder, "run");
  const child = spawn(process.execPath, [cli, "bench", "-d", file, "-p", "openai:m", "-o", directory, "--quiet"], {
    env: { ...process.env, OPENAI_API_KEY: "none", OPENAI_BASE_URL: `http://127.0.0.1:${port}/v1` },
    stdio: "ignore",
  });
  await new Promise((resolve) => child.once("close", resolve));
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
  rmSync(directory, { recursive: true, force: true });
  if (elapsedMs === null) throw new Error("the command ended without a request");
  return elapsedMs;
}
