import { readFileSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { describe, expect, it, vi } from "vitest";
import type { Manifest, ResultsFile } from "../../src/core/run.ts";
import type { FailedAttempt } from "../../src/core/result.ts";
import { runCli, startCli, tempDir, type CliResult } from "../support/cli.ts";
import { runHere } from "../support/in-process.ts";
import { closedAfterTest, answering, simulator } from "../support/servers.ts";
import { journalOf, writeDataset } from "../support/run-directory.ts";

vi.setConfig({ testTimeout: 90_000 });

const KEYS = { OPENAI_API_KEY: "test-key-of-openai" };

/** A run of `bench`, and what it left. */
interface Left extends CliResult {
  readonly directory: string;
  readonly json: ResultsFile;
  readonly manifest: Manifest;
}

async function bench(
  url: string,
  args: readonly string[],
  directory = join(tempDir(), "run"),
  run: typeof runCli = runHere,
): Promise<Left> {
  const all = ["bench", "-p", "openai:m", "-o", directory, "--quiet", ...args];
  const ended = await run(all, { env: { ...KEYS, OPENAI_BASE_URL: url } });
  const read = (name: string): never => JSON.parse(readFileSync(join(directory, name), "utf8")) as never;
  return { ...ended, directory, json: read("results.json"), manifest: read("run.json") };
}

/** `bench` in a process of its own, where times count: what holds the client up must not hold up its server as well. */
const benchApart = (url: string, args: readonly string[], directory?: string): Promise<Left> =>
  bench(url, args, directory, runCli);

function configFile(providers: object): string {
  const path = join(tempDir(), "config.json");
  writeFileSync(path, JSON.stringify({ providers }));
  return path;
}

/** An answer of the OpenAI wire, not streamed. */
const answer = JSON.stringify({
  choices: [{ message: { role: "assistant", content: "yes" }, finish_reason: "stop" }],
  usage: { prompt_tokens: 1, completion_tokens: 1, total_tokens: 2 },
});

/** A server that takes 50 ms, and refuses what it is told to. */
async function refusingServer(refuse: (request: number) => boolean): Promise<string> {
  let requests = 0;
  const server = createServer((request, response) => {
    const number = requests++;
    request.resume().on("end", () => {
      setTimeout(() => {
        response.writeHead(refuse(number) ? 429 : 200, { "content-type": "application/json" });
        response.end(refuse(number) ? '{"error":{"message":"slow down"}}' : answer);
      }, 50);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  closedAfterTest({
    close: async () => {
      server.closeAllConnections();
      server.close();
    },
  });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

it("random refusals without a time to wait cost retries, and stand in no latency", async () => {
  // 20 % of the requests, the same ones each time: a linear congruence spreads them.
  let refused = 0;
  const url = await refusingServer((number) => {
    const is = (number * 7919 + 3) % 100 < 20;
    if (is) refused += 1;
    return is;
  });
  const args = ["-d", writeDataset(100), "--no-stream", "--retries", "10", "-c", "10"];
  const { code, directory, json } = await bench(url, args);
  expect(code).toBe(0);
  const failures = readFileSync(join(directory, "failures.jsonl"), "utf8")
    .trimEnd()
    .split("\n")
    .map((line) => JSON.parse(line) as FailedAttempt);
  // The server asks twice for each: for the status and for the body.
  expect(failures.map(({ http_status }) => http_status)).toEqual(Array(refused / 2).fill(429));
  expect(refused / 2).toBeGreaterThan(15);
  const results = journalOf(directory);
  expect(results.reduce((sum, { attempts }) => sum + attempts - 1, 0)).toBe(failures.length);
  const retried = results.filter(({ attempts }) => attempts > 1);
  for (const { duration_ms, timing } of retried) {
    // From the intended instant there are at least the refused attempt and the answer, 50 ms each, and the pause.
    const whole = timing.latency_from_intended_ms ?? 0;
    expect(whole).toBeGreaterThanOrEqual((duration_ms ?? 0) + (timing.backoff_ms ?? 0) + 49);
  }
  expect(json.providers[0]?.summary).toMatchObject({ succeeded: 100, retries: failures.length });
});

describe("how a run ends", () => {
  it("by its duration: finished, with code 0, its cases cycled under distinct sample numbers", async () => {
    const { url } = await simulator({ ttftMs: 5, tpotMs: 1, tokens: 4 });
    const args = ["-d", writeDataset(3), "-c", "4", "--duration", "1500ms"];
    const { code, directory, json, manifest } = await benchApart(url, args);
    expect(code).toBe(0);
    expect(manifest).toMatchObject({ status: "finished", planned_per_target: null });
    expect(manifest.segments[0]).toMatchObject({ ended_by: "time", load: { duration_ms: 1500, concurrency: 4 } });
    const results = journalOf(directory);
    expect(results.length).toBeGreaterThan(12);
    expect(new Set(results.map(({ test_id, sample }) => `${test_id} ${sample}`)).size).toBe(results.length);
    expect(json.providers[0]).toMatchObject({ total_tests: results.length });

    const again = await benchApart(url, [...args, "--resume"], directory);
    expect(again.code).toBe(0);
    expect(journalOf(directory)).toHaveLength(results.length);
    const longer = await benchApart(url, [...args.slice(0, -1), "2s", "--resume"], directory);
    expect(longer.manifest.segments).toHaveLength(2);
    expect(journalOf(directory).length).toBeGreaterThan(results.length);
  });

  it("stopped before its time is over: interrupted, and a resume sends for what is left of it", async () => {
    const { url } = await simulator({ ttftMs: 5, tpotMs: 1, tokens: 4 });
    const directory = join(tempDir(), "run");
    const args = ["-d", writeDataset(3), "--rate", "40", "--duration", "3s"];
    const all = ["bench", "-p", "openai:m", "-o", directory, "--json", ...args];
    const run = startCli(all, { env: { ...KEYS, OPENAI_BASE_URL: url } });
    await run.waitFor("stderr", /"sample":10/);
    run.kill("SIGINT");
    const { code, stdout } = await run.done;
    expect(code).toBe(130);
    expect(JSON.parse(stdout)).toMatchObject({ left: null, run: { status: "interrupted" } });
    const resumed = await benchApart(url, [...args, "--resume"], directory);
    expect(resumed.code).toBe(0);
    expect(resumed.manifest.segments.map(({ ended_by }) => ended_by)).toEqual(["stop", "time"]);
    const results = journalOf(directory);
    // 120 requests in 3 s; some more or less, since the time of a segment is known from its records. Begun anew it would
    // be those of the first segment more, 30 at least.
    expect(results.length).toBeGreaterThan(95);
    expect(results.length).toBeLessThan(145);
    expect(new Set(results.map(({ test_id, sample }) => `${test_id} ${sample}`)).size).toBe(results.length);
  });

  it("by its number of requests, for each target; killed and resumed it comes to the same cases", async () => {
    const { url } = await simulator({ ttftMs: 20, tpotMs: 1, tokens: 4 });
    const directory = join(tempDir(), "run");
    const args = ["-d", writeDataset(4), "-c", "2", "--max-requests", "30", "--warmup", "2"];
    const run = startCli(["bench", "-p", "openai:m", "-o", directory, "--json", ...args], {
      env: { ...KEYS, OPENAI_BASE_URL: url },
    });
    await run.waitFor("stderr", /"sample":2/);
    run.kill("SIGKILL");
    await run.done;
    const { code, manifest } = await bench(url, [...args, "--resume"], directory);
    expect({ code, planned: manifest.planned_per_target }).toEqual({ code: 0, planned: 30 });
    const keys = journalOf(directory).map(({ test_id, sample }) => `${test_id}#${sample}`);
    expect(keys.toSorted()).toEqual(Array.from({ length: 30 }, (_, i) => `c${i % 4}#${Math.floor(i / 4)}`).toSorted());
  });

  it("by its budget: the rest is skipped, and a resume with a larger one sends it", async () => {
    const { url, calls } = await answering(() => ({ text: "yes" }));
    // Three tokens in, four out, at a dollar each thousand; an answer may have ten.
    const config = configFile({ openai: { prices: { input_per_million: 0, output_per_million: 1000 } } });
    const args = ["-d", writeDataset(10), "-c", "1", "--max-tokens", "10", "--config", config];
    const first = await bench(url, [...args, "--budget-usd", "0.03"]);
    expect(first.code).toBe(1);
    expect(first.manifest.segments[0]?.ended_by).toBe("budget");
    // Each costs 0.004 and may cost 0.01: after six 0.024 are spent.
    expect(calls).toHaveLength(6);
    expect(first.json.providers[0]?.summary).toMatchObject({ succeeded: 6, skipped: 4 });
    const second = await bench(url, [...args, "--budget-usd", "0.05", "--resume"], first.directory);
    expect(second.code).toBe(0);
    expect(calls).toHaveLength(10);
  });

  it("with a budget that cannot be kept, before anything is sent", async () => {
    const { url, calls } = await answering(() => ({ text: "yes" }));
    const config = configFile({ openai: { prices: { input_per_million: 0, output_per_million: 1000 } } });
    const refused = async (...more: string[]): Promise<CliResult> =>
      runHere(["bench", "-p", "openai:m", "-d", writeDataset(2), "--budget-usd", "1", ...more], {
        env: { ...KEYS, OPENAI_BASE_URL: url },
      });
    expect(await refused("--config", config)).toMatchObject({
      code: 2,
      stderr: expect.stringContaining("--max-tokens"),
    });
    expect(await refused("--max-tokens", "5")).toMatchObject({
      code: 2,
      stderr: expect.stringContaining("the price of m"),
    });
    expect(calls).toEqual([]);
  });
});

describe("resume DIR", () => {
  const resumed = (url: string, directory: string, ...more: string[]): Promise<CliResult> =>
    runCli(["resume", directory, "--quiet", ...more], { env: { ...KEYS, OPENAI_BASE_URL: url } });

  it("makes synthetic prompts again, and keeps the load of the run", async () => {
    const { url } = await simulator({ ttftMs: 20, tpotMs: 1, tokens: 4 });
    const directory = join(tempDir(), "run");
    const flags = [
      "--synthetic",
      "input=20±5,output=4",
      "--rate",
      "30",
      "--max-requests",
      "40",
      "--idle-timeout",
      "9s",
    ];
    const run = startCli(["bench", "-p", "openai:m", "-o", directory, "--json", ...flags], {
      env: { ...KEYS, OPENAI_BASE_URL: url },
    });
    await run.waitFor("stderr", /"test_id":"synthetic-5"/);
    run.kill("SIGKILL");
    await run.done;
    expect(await resumed(url, directory)).toMatchObject({ code: 0 });
    const ids = journalOf(directory).map(({ test_id }) => test_id);
    expect(ids.toSorted()).toEqual(Array.from({ length: 40 }, (_, i) => `synthetic-${i}`).toSorted());
    const { segments } = JSON.parse(readFileSync(join(directory, "run.json"), "utf8")) as Manifest;
    expect(segments.map(({ load }) => [load.rate, load.max_requests, load.idle_timeout_ms])).toEqual(
      Array.from({ length: 2 }, () => [30, 40, 9000]),
    );
  });

  it("gives a run that its time ended more of it only when told to", async () => {
    const { url } = await simulator({ ttftMs: 5, tpotMs: 1, tokens: 4 });
    const { directory } = await benchApart(url, ["-d", writeDataset(3), "--rate", "20", "--duration", "1s"]);
    const sent = (): number => journalOf(directory).length;
    expect(sent()).toBe(20);
    expect(await resumed(url, directory)).toMatchObject({
      code: 0,
      stderr: expect.stringContaining("nothing is left"),
    });
    expect(sent()).toBe(20);
    expect(await resumed(url, directory, "--duration", "2s")).toMatchObject({ code: 0 });
    // What was used up is the time from the first request to the last: some 950 ms, so one or two more than 20.
    expect(sent()).toBeGreaterThanOrEqual(37);
    expect(sent()).toBeLessThanOrEqual(47);
  });
});

describe("a sweep", () => {
  it("has a section for each level, a level on each record, and names the knee", async () => {
    const { url } = await simulator({ ttftMs: 30, tpotMs: 1, tokens: 4, jitter: 0 });
    const args = [
      "--synthetic",
      "input=40+-8,output=4",
      "--sweep",
      "1,2,4",
      "--max-requests",
      "8",
      "--p95-limit",
      "10s",
    ];
    const { code, stdout, directory, json } = await bench(url, args);
    expect(code).toBe(0);
    expect(stdout).toContain("Levels of openai:m");
    expect(stdout).toMatch(/knee: /);
    const results = journalOf(directory);
    expect(results.map(({ level }) => level)).toEqual([1, 2, 4].flatMap((level) => Array(8).fill(level) as number[]));
    // No level meets a prompt that another one has sent.
    expect(new Set(results.map(({ test_id }) => test_id)).size).toBe(24);
    const [summary] = json.providers.map((provider) => provider.summary);
    expect(summary?.levels?.map(({ level, succeeded }) => [level, succeeded])).toEqual([
      [1, 8],
      [2, 8],
      [4, 8],
    ]);
    expect(summary?.knee).toMatchObject({ within_p95_limit: 4, p95_limit_ms: 10_000 });
  });

  it("cannot be resumed with other levels", async () => {
    const { url } = await simulator({ ttftMs: 1, tpotMs: 1, tokens: 2 });
    const args = ["-d", writeDataset(2), "--sweep", "1,2"];
    const { directory } = await bench(url, args);
    expect(journalOf(directory).map(({ level, sample }) => [level, sample])).toEqual([
      [1, 0],
      [1, 0],
      [2, 1],
      [2, 1],
    ]);
    const other = await bench(url, ["-d", writeDataset(2), "--sweep", "1,4", "--resume"], directory);
    expect(other).toMatchObject({ code: 2, stderr: expect.stringContaining("levels was [1,2], is now [1,4]") });
  });
});

describe("synthetic prompts", () => {
  it("ask for the output's length, and for no early end where the server knows that", async () => {
    const { url, calls } = await answering(() => ({ text: "yes" }));
    const config = configFile({ local: { type: "openai", base_url: url, default_model: "m", ignore_eos: true } });
    const flags = ["--synthetic", "input=100±20,output=7", "--max-requests", "5", "-c", "1", "--shared-prefix", "0.5"];
    const { code } = await bench(url, ["-p", "local", "--config", config, ...flags]);
    expect(code).toBe(0);
    const bodies = calls.map(({ body }) => body);
    expect(bodies.filter(({ max_tokens }) => max_tokens === 7)).toHaveLength(10);
    expect(bodies.filter(({ ignore_eos }) => ignore_eos === true)).toHaveLength(5);
    const prompts = bodies.map(({ messages }) => (messages as { content: string }[])[0]?.content ?? "");
    expect(new Set(prompts).size).toBe(5);
    expect(new Set(prompts.map((prompt) => prompt.slice(0, 200))).size).toBe(1);
    expect(new Set(prompts.map((prompt) => prompt.slice(0, 204))).size).toBe(5);
  });
});

describe("time limits of the parts of an attempt", () => {
  it.each([
    ["--idle-timeout", "timeout_idle", { ttftMs: 5, tpotMs: 5, tokens: 8, fail: 1, failKinds: ["stall"] }],
    ["--first-token-timeout", "timeout_first_token", { ttftMs: 60_000, tpotMs: 1, tokens: 4 }],
  ])("%s ends a stream with %s", async (flag, code, options) => {
    const { url } = await simulator(options);
    const { directory } = await bench(url, ["-d", writeDataset(2), flag, "400ms", "--retries", "0"]);
    const results = journalOf(directory);
    // A fault of the simulator may pass; none of these cases can end in any other way.
    expect(results.map(({ status, error }) => [status, error?.code])).toEqual([
      ["timeout", code],
      ["timeout", code],
    ]);
  });
});

it.each([
  [["-d", "coding-tasks", "--rate", "5", "-c", "3"], "--rate cannot be combined with --concurrency"],
  [["-d", "coding-tasks", "--ramp", "1-5"], "such as 1..200"],
  [[], "nothing to send"],
])("%j is refused before anything is sent", async (flags, message) => {
  const { code, stderr } = await runHere(["bench", ...flags]);
  expect({ code, stderr }).toMatchObject({ code: 2, stderr: expect.stringContaining(message) });
});
