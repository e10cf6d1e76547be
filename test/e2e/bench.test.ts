import { cpSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it, vi } from "vitest";
import type { DatasetFile } from "../../src/core/dataset.ts";
import type { TestResult } from "../../src/core/result.ts";
import { ROOT, runCli, startCli, tempDir, type CliResult } from "../support/cli.ts";
import { runHere } from "../support/in-process.ts";
import { type ModelCall } from "../support/model-server.ts";
import { addresses, answering, simulator } from "../support/servers.ts";

const QUICK = { ttftMs: 4, tpotMs: 1, tokens: 4, countKeys: true };
const CODING_CASES = 16;

// Several processes a test, on a machine that may be busy with others.
vi.setConfig({ testTimeout: 60_000 });

/** A directory with the project's own datasets in it, as a clone has them. */
function clone(): string {
  const directory = tempDir();
  cpSync(join(ROOT, "datasets"), join(directory, "datasets"), { recursive: true });
  return directory;
}

/** A directory with `tasks.json` of so many cases. */
function withTasks(count: number, more: object = {}): string {
  const directory = tempDir();
  const test_cases = Array.from({ length: count }, (_, i) => ({
    id: `t${i}`,
    category: i % 4 === 0 ? "fourth" : "other",
    prompt: `Task number ${i}`,
  }));
  writeFileSync(join(directory, "tasks.json"), JSON.stringify({ name: "tasks", version: "1", test_cases, ...more }));
  return directory;
}

const resultsIn = (directory: string): TestResult[] =>
  readFileSync(join(directory, "results.jsonl"), "utf8")
    .split("\n")
    .slice(0, -1)
    .map((line) => JSON.parse(line) as TestResult);

const promptsOf = (calls: readonly ModelCall[]): unknown[] =>
  calls.map(({ body }) => (body["messages"] as { content: unknown }[]).at(-1)?.content);

function expectSuccess({ code, stderr }: CliResult): void {
  expect({ code, stderr: code === 0 ? "" : stderr }).toEqual({ code: 0, stderr: "" });
}

it.each([
  { flags: [], cases: CODING_CASES, repeat: 1 },
  { flags: ["--repeat", "3"], cases: CODING_CASES, repeat: 3 },
  { flags: ["--limit", "5"], cases: 5, repeat: 1 },
  { flags: ["--limit", "5", "--repeat", "3", "--no-stream"], cases: 5, repeat: 3 },
])("the main command with $flags sends each of $cases cases $repeat times to each target", async (row) => {
  const [openai, anthropic] = [await simulator(QUICK), await simulator(QUICK)];
  const cwd = clone();
  const command =
    "bench --dataset ./datasets/coding-tasks.json --providers openai,anthropic --concurrency 10 --output ./results";
  const env = addresses(openai.url, anthropic.url);
  expectSuccess(await runHere([...command.split(" "), ...row.flags], { cwd, env }));
  for (const { stats } of [openai, anthropic]) {
    expect(stats.requests).toBe(row.cases * row.repeat);
    expect(Object.values(stats.byKey ?? {})).toEqual(Array<number>(row.cases).fill(row.repeat));
    expect(stats.maxInFlight).toBeLessThanOrEqual(10);
  }
  const results = resultsIn(join(cwd, "results"));
  expect(results).toHaveLength(row.cases * 2 * row.repeat);
  expect(new Set(results.map(({ target, test_id, sample }) => `${target} ${test_id} ${sample}`)).size).toBe(
    results.length,
  );
  expect(new Set(results.map(({ target }) => target))).toEqual(
    new Set(["openai:gpt-4o-mini", "anthropic:claude-haiku-4-5"]),
  );
});

it("a concurrency of 100 with two targets has 200 requests in flight at the server, and never 201", async () => {
  // Each request is held for most of a second, so that all connections are open before the first answer.
  const server = await simulator({ ttftMs: 800, tpotMs: 0, tokens: 2, jitter: 0 });
  const cwd = withTasks(400);
  const args = ["bench", "-d", "tasks.json", "-p", "openai,anthropic", "--concurrency", "100", "-o", "results"];
  expectSuccess(await runCli(args, { cwd, env: addresses(server.url) }));
  expect(server.stats).toEqual({ requests: 800, inFlight: 0, maxInFlight: 200 });
});

it("flags reach the request bodies of both wires", async () => {
  const server = await answering(() => ({ text: "fine" }));
  const cwd = withTasks(1);
  const base = ["bench", "-d", "tasks.json", "-p", "openai,anthropic"];
  const flags = ["--temperature", "0.7", "--max-tokens", "77", "-m", "some-model"];
  expectSuccess(
    await runHere([...base, ...flags, "--no-stream"], { cwd, env: addresses(`${server.url}/v1`, server.url) }),
  );
  expect(server.calls).toHaveLength(2);
  for (const { body, path } of server.calls) {
    expect(["/v1/chat/completions", "/v1/messages"]).toContain(path);
    expect(body).toEqual({
      model: "some-model",
      messages: [{ role: "user", content: "Task number 0" }],
      temperature: 0.7,
      max_tokens: 77,
    });
  }
});

it("without flags a request asks for a stream and for nothing that nobody asked for", async () => {
  const server = await answering(() => ({ text: "fine" }));
  const cwd = withTasks(1);
  expectSuccess(
    await runHere(["bench", "-d", "tasks.json", "-p", "openai:a,anthropic:b"], { cwd, env: addresses(server.url) }),
  );
  const messages = [{ role: "user", content: "Task number 0" }];
  expect(
    server.calls.map(({ body }) => body).toSorted((a, b) => String(a["model"]).localeCompare(String(b["model"]))),
  ).toEqual([
    { model: "a", messages, stream: true, stream_options: { include_usage: true } },
    { model: "b", messages, stream: true, max_tokens: 1024 },
  ]);
});

it("a seed gives one order each time, another seed another, and no seed that of the file", async () => {
  const cwd = withTasks(12);
  const orderWith = async (...flags: string[]): Promise<unknown[]> => {
    const server = await answering(() => ({ text: "fine" }));
    const args = ["bench", "-d", "tasks.json", "-p", "openai", "-c", "1", "-o", tempDir(), ...flags];
    expectSuccess(await runHere(args, { cwd, env: addresses(server.url) }));
    return promptsOf(server.calls);
  };
  const fileOrder = Array.from({ length: 12 }, (_, i) => `Task number ${i}`);
  const first = await orderWith("--seed", "one");
  expect(first).not.toEqual(fileOrder);
  expect(new Set(first)).toEqual(new Set(fileOrder));
  expect(await orderWith("--seed", "one")).toEqual(first);
  expect(await orderWith("--seed", "two")).not.toEqual(first);
  expect(await orderWith()).toEqual(fileOrder);
});

it("--category sends the cases of that category alone, and --limit counts within it", async () => {
  const server = await answering(() => ({ text: "fine" }));
  const args = ["bench", "-d", "tasks.json", "-p", "openai", "-c", "1", "--category", "fourth", "--limit", "2"];
  expectSuccess(await runHere(args, { cwd: withTasks(12), env: addresses(server.url) }));
  expect(promptsOf(server.calls)).toEqual(["Task number 0", "Task number 4"]);
});

it("--delay is a pause between the end of a case and the next request of its slot", async () => {
  const server = await answering(() => ({ text: "fine" }));
  const cwd = withTasks(4);
  const args = ["bench", "-d", "tasks.json", "-p", "openai", "-c", "1", "--delay", "150ms", "-o", "results"];
  expectSuccess(await runHere(args, { cwd, env: addresses(server.url) }));
  const timings = resultsIn(join(cwd, "results")).map(({ timing }) => timing);
  const pauses = timings.slice(1).map(({ sent_at_ms }, i) => Number(sent_at_ms) - Number(timings[i]?.done_at_ms));
  expect(pauses).toHaveLength(3);
  // A timer may fire a millisecond early.
  for (const pause of pauses) expect(pause).toBeGreaterThan(148);
});

it("--fail-fast sends nothing after the first failure and records the rest as skipped", async () => {
  const refused = { status: 400, body: { error: { message: "no such thing", type: "invalid_request_error" } } };
  const server = await answering(({ number }) => (number === 2 ? refused : { text: "fine" }));
  const cwd = withTasks(8);
  const args = ["bench", "-d", "tasks.json", "-p", "openai", "-c", "1", "--fail-fast", "-o", "results"];
  const { code, stdout } = await runHere(args, { cwd, env: addresses(server.url) });
  expect(code).toBe(1);
  expect(server.calls).toHaveLength(3);
  expect(resultsIn(join(cwd, "results")).map(({ status }) => status)).toEqual([
    "success",
    "success",
    "failure",
    ...Array<string>(5).fill("skipped"),
  ]);
  expect(stdout).toContain("--fail-fast");
});

it("without --fail-fast a failure does not stop the others", async () => {
  const refused = { status: 400, body: { error: { message: "no such thing", type: "invalid_request_error" } } };
  const server = await answering(({ number }) => (number === 2 ? refused : { text: "fine" }));
  const { code } = await runHere(["bench", "-d", "tasks.json", "-p", "openai", "-c", "1"], {
    cwd: withTasks(8),
    env: addresses(server.url),
  });
  expect(code).toBe(1);
  expect(server.calls).toHaveLength(8);
});

it("--dry-run says how many requests there would be and what they may cost, and sends and writes nothing", async () => {
  const server = await simulator(QUICK);
  const cwd = clone();
  const command = "bench -d ./datasets/coding-tasks.json -p openai,anthropic --repeat 2 -o ./results --dry-run";
  const plain = await runHere(command.split(" "), { cwd, env: addresses(server.url) });
  expectSuccess(plain);
  expect(plain.stdout).toMatch(/^ *openai\S+ .*\b32\b.*\$0\.\d/m);
  expect(plain.stdout).toMatch(/^ *anthropi\S+ .*\b32\b.*\$0\.\d/m);
  expect(plain.stdout).toContain("Nothing was sent");
  const { defaults, test_cases } = JSON.parse(
    readFileSync(join(cwd, "datasets/coding-tasks.json"), "utf8"),
  ) as DatasetFile;
  const limits = test_cases.reduce((sum, { config }) => sum + Number(config?.max_tokens ?? defaults?.max_tokens), 0);
  const json = await runHere([...command.split(" "), "--json"], { cwd, env: addresses(server.url) });
  const estimates = JSON.parse(json.stdout) as Record<string, unknown>[];
  expect(estimates.map((estimate) => estimate["requests"])).toEqual([32, 32]);
  for (const estimate of estimates) {
    expect(estimate["completion_tokens_limit"]).toBe(2 * limits);
    expect(estimate["cost_usd_limit"]).toBeGreaterThan(Number(estimate["prompt_cost_usd_estimate"]));
  }
  expect(server.stats.requests).toBe(0);
  expect(readdirSync(cwd)).toEqual(["datasets"]);
});

it("--json gives one document on stdout and a line of JSON an event on stderr", async () => {
  const server = await simulator(QUICK);
  const args = ["bench", "-d", "tasks.json", "-p", "openai,anthropic", "-o", "results", "--json"];
  const result = await runHere(args, { cwd: withTasks(6), env: addresses(server.url) });
  expectSuccess(result);
  const summary = JSON.parse(result.stdout) as {
    providers: { target: string; summary: { total: number; succeeded: number } }[];
    left: number;
  };
  expect(summary.left).toBe(0);
  expect(summary.providers.map(({ target, summary: { total, succeeded } }) => [target, total, succeeded])).toEqual([
    ["openai:gpt-4o-mini", 6, 6],
    ["anthropic:claude-haiku-4-5", 6, 6],
  ]);
  const events = result.stderr
    .trimEnd()
    .split("\n")
    .map((line) => JSON.parse(line) as { type: string });
  const count = (type: string): number => events.filter((event) => event.type === type).length;
  expect(events[0]?.type).toBe("run_started");
  expect(count("case_finished")).toBe(12);
  expect(count("progress")).toBeGreaterThanOrEqual(2);
});

it("--json keeps every line of stderr JSON when a target is given up", async () => {
  const server = await answering(({ path }) =>
    path.endsWith("/messages") ? { status: 401, body: { error: { message: "invalid x-api-key" } } } : { text: "fine" },
  );
  const args = ["bench", "-d", "tasks.json", "-p", "openai,anthropic", "-o", "results", "--json"];
  const { code, stdout, stderr } = await runHere(args, { cwd: withTasks(6), env: addresses(server.url) });
  expect(code).toBe(1);
  expect(JSON.parse(stdout)).toHaveProperty("providers");
  for (const line of stderr.trimEnd().split("\n")) expect(JSON.parse(line)).toHaveProperty("type");
});

it("--quiet leaves stderr empty when all goes well, and shows the tables all the same", async () => {
  const server = await simulator(QUICK);
  const args = ["bench", "-d", "tasks.json", "-p", "openai", "--quiet"];
  const result = await runHere(args, { cwd: withTasks(3), env: addresses(server.url) });
  expect(result).toMatchObject({ code: 0, stderr: "" });
  expect(result.stdout).toContain("openai:gpt-4o-mini");
  const json = await runHere([...args, "--json"], { cwd: withTasks(3), env: addresses(server.url) });
  expect(json).toMatchObject({ code: 0, stderr: "" });
  expect(JSON.parse(json.stdout)).toHaveProperty("run");
});

it.each([
  { flag: [], kept: true },
  { flag: ["--no-save-responses"], kept: false },
])("with $flag the texts of answers are kept: $kept", async ({ flag, kept }) => {
  const server = await answering(() => ({ text: "a most peculiar answer" }));
  const cwd = withTasks(3);
  const args = ["bench", "-d", "tasks.json", "-p", "openai,anthropic", "-o", "results", ...flag];
  expectSuccess(await runHere(args, { cwd, env: addresses(server.url) }));
  const directory = join(cwd, "results");
  const files = readdirSync(directory);
  expect(files.includes("responses.jsonl")).toBe(kept);
  const holding = files.filter((file) => readFileSync(join(directory, file), "utf8").includes("peculiar"));
  expect(holding.toSorted()).toEqual(kept ? ["responses.jsonl", "results.csv", "results.json", "results.jsonl"] : []);
  expect(resultsIn(directory).map(({ response }) => response?.usage?.total_tokens)).toEqual(Array<number>(6).fill(7));
});

it.each([
  { flags: ["-e", "json"], files: ["results.json"] },
  { flags: ["-e", "csv"], files: ["results.csv"] },
  { flags: ["-e", "both"], files: ["results.csv", "results.json"] },
  { flags: [], files: ["results.csv", "results.json"] },
])("$flags writes $files beside the journal", async ({ flags, files }) => {
  const server = await simulator(QUICK);
  const cwd = withTasks(2);
  const args = ["bench", "-d", "tasks.json", "-p", "openai", "-o", "results", ...flags];
  expectSuccess(await runHere(args, { cwd, env: addresses(server.url) }));
  expect(readdirSync(join(cwd, "results")).toSorted()).toEqual(
    ["exports.json", "failures.jsonl", "responses.jsonl", "results.jsonl", "run.json", "run.json.prev", "summary.md"]
      .concat(files)
      .toSorted(),
  );
});

it("without --output each run gets a directory of its own under bench-results", async () => {
  const server = await simulator(QUICK);
  const cwd = withTasks(2);
  const result = await runHere(["bench", "-d", "tasks.json", "-p", "openai"], { cwd, env: addresses(server.url) });
  expectSuccess(result);
  const [directory = ""] = readdirSync(join(cwd, "bench-results"));
  expect(directory).toMatch(/^tasks-\d{8}T\d{6}Z$/);
  expect(result.stderr).toContain(join("bench-results", directory));
});

it("the embedded simulator needs no key, and its answers are labelled as simulated wherever they show", async () => {
  const cwd = clone();
  const args = ["bench", "-d", "coding-tasks", "-p", "sim,sim:fast,sim:slow", "-c", "4", "--limit", "4", "-o", "out"];
  const result = await runHere(args, { cwd });
  expectSuccess(result);
  const file = (name: string): string => readFileSync(join(cwd, "out", name), "utf8");
  for (const target of ["sim:default", "sim:fast", "sim:slow"]) {
    expect(result.stdout).toContain(`${target} (simulated)`);
    expect(file("summary.md")).toContain(`${target} (simulated)`);
  }
  const results = JSON.parse(file("results.json")) as { run: { plan: { targets: { simulated: boolean }[] } } };
  expect(results.run.plan.targets.map(({ simulated }) => simulated)).toEqual([true, true, true]);
  for (const { provider, target } of resultsIn(join(cwd, "out"))) {
    expect([provider, target.split(":")[0]]).toEqual(["sim", "sim"]);
  }
  const rows = file("results.csv").trimEnd().split("\r\n");
  expect(rows).toHaveLength(13);
  for (const row of rows.slice(1)) expect(row).toMatch(/^sim:\w+,sim,/);
});

it("simulate says where it listens, serves both wires and ends on Ctrl-C with code 0", async () => {
  const run = startCli(["simulate", "--port", "0", "--ttft", "1", "--tpot", "1", "--tokens", "3", "--jitter", "0"]);
  const [url] = await run.waitFor("stdout", /http:\/\/127\.0\.0\.1:\d+/);
  await run.waitFor("stdout", /Ctrl-C ends it\n/);
  const post = async (path: string): Promise<unknown> => {
    const body = JSON.stringify({ model: "m", max_tokens: 9, messages: [{ role: "user", content: "Hello" }] });
    return (await fetch(url + path, { method: "POST", body })).json();
  };
  expect(await post("/v1/chat/completions")).toMatchObject({
    object: "chat.completion",
    usage: { completion_tokens: 3 },
  });
  expect(await post("/v1/messages")).toMatchObject({ type: "message", usage: { output_tokens: 3 } });
  run.kill("SIGINT");
  expect(await run.done).toMatchObject({ code: 0, signal: null, stderr: "" });
});
