import { readFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { expect, test, vi } from "vitest";
import type { ResultsFile } from "../../src/core/run.ts";
import type { Summary } from "../../src/core/summary.ts";
import { startCli, tempDir } from "../support/cli.ts";
import { runHere } from "../support/in-process.ts";
import { journalOf, writeDataset } from "../support/run-directory.ts";
import { closedAfterTest } from "../support/servers.ts";

vi.setConfig({ testTimeout: 90_000 });

const answer = JSON.stringify({
  choices: [{ message: { role: "assistant", content: "yes" }, finish_reason: "stop" }],
  usage: { prompt_tokens: 1, completion_tokens: 1, total_tokens: 2 },
});

/** Answers in 10 ms up to so many in flight, and in 400 ms whoever comes beyond; tells how many have come. */
async function crowdedServer(capacity: number): Promise<{ url: string; requests: () => number }> {
  let [inFlight, requests] = [0, 0];
  const server = createServer((request, response) => {
    inFlight += 1;
    requests += 1;
    const ms = inFlight > capacity ? 400 : 10;
    request.resume().on("end", () => {
      setTimeout(() => {
        inFlight -= 1;
        response.writeHead(200, { "content-type": "application/json" }).end(answer);
      }, ms);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  closedAfterTest({
    close: async () => {
      server.closeAllConnections();
      server.close();
    },
  });
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return { url, requests: () => requests };
}

const envOf = (url: string): Record<string, string> => ({ OPENAI_API_KEY: "test-key-of-openai", OPENAI_BASE_URL: url });

const read = (directory: string, name: string): unknown => JSON.parse(readFileSync(join(directory, name), "utf8"));

const summaryIn = (directory: string): Summary | undefined =>
  (read(directory, "results.json") as ResultsFile).providers[0]?.summary;

const bench = (directory: string, ...more: string[]): string[] =>
  ["bench", "-p", "openai:m", "-d", writeDataset(10), "--no-stream", "-o", directory].concat(more);

test("goodput stands in summary, tables and thresholds", async () => {
  const { url } = await crowdedServer(2);
  const directory = join(tempDir(), "run");
  const flags = ["--slo", "duration=200", "-c", "4", "--repeat", "4", "--fail-on", "goodput<99%"];
  const { code, stdout } = await runHere(bench(directory, ...flags), { env: envOf(url) });
  expect(code).toBe(1);
  expect(stdout).toMatch(/openai:m: goodput \d+\.\d % \(duration ≤ 200 ms\)/);
  const summary = summaryIn(directory);
  expect(summary?.goodput).toBeGreaterThan(0);
  expect(summary?.goodput).toBeLessThan(0.99);
  expect(summary?.slo_missed?.["duration_ms"]).toBe(40 - Math.round((summary?.goodput ?? 0) * 40));
});

test("the highest concurrency that keeps the SLO is found, the path kept, and a stopped search goes on", async () => {
  const { url, requests } = await crowdedServer(5);
  const directory = join(tempDir(), "run");
  const flags = ["--slo", "duration=200", "--find-max-concurrency", "64", "--max-requests", "60"];
  const first = startCli(bench(directory, ...flags), { env: envOf(url) });
  await vi.waitUntil(() => requests() > 150, { timeout: 60_000, interval: 5 });
  first.kill("SIGKILL");
  await first.done;
  const journalled = journalOf(directory).length;
  expect(journalled).toBeGreaterThan(60);
  const before = requests();
  const { code, stdout } = await runHere(["resume", directory, "--quiet"], { env: envOf(url) });
  expect(code).toBe(0);
  const search = summaryIn(directory)?.concurrency_search;
  expect(search?.highest).toBe(5);
  expect(search?.path.map(({ level }) => level)).toEqual([1, 2, 4, 8, 6, 5]);
  expect(search?.path.every(({ attempted }) => attempted === 60)).toBe(true);
  expect(requests() - before).toBe(6 * 60 - journalled);
  expect(stdout).toContain("Search for the highest concurrency of openai:m");
  expect(stdout).toContain("highest concurrency: 5 in flight keep duration ≤ 200 ms for 95.0 % of the requests");
  expect(read(directory, "run.json")).toMatchObject({ status: "finished", plan: { search_up_to: 64 } });
});

test.each([
  [["--find-max-concurrency"], "--find-max-concurrency needs --slo"],
  [["--find-max-concurrency", "--slo", "duration=5", "-c", "2"], "cannot be combined with"],
  [["--find-max-concurrency", "--slo", "duration=5", "-p", "sim:a,sim:b"], "searches one target"],
  [["--slo", "ttft=5"], "which --no-stream leaves unknown"],
  [["--slo", "speed=5"], "Expected limits of ttft"],
])("%j is refused", async (flags, message) => {
  const { code, stderr } = await runHere(bench(join(tempDir(), "run"), ...flags), { env: envOf("http://127.0.0.1:9") });
  expect(code).toBe(2);
  expect(stderr).toContain(message);
});
