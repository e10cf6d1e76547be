import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { tempDir } from "../support/cli.ts";
import { afterTest } from "../support/clean-up.ts";
import { runInProcess } from "../support/in-process.ts";
import { rawServer, STREAM_END, STREAM_HEAD, streamChunk } from "../support/raw-server.ts";
import { journalOf } from "../support/run-directory.ts";

// What a run makes of errors inside a 200: what is retried, what it cost, and what of it is written down.

const event = (fields: object): string => `data: ${JSON.stringify(fields)}\n\n`;
const say = (delta: object, finish_reason: string | null = null): string =>
  event({ choices: [{ index: 0, delta, finish_reason }] });
const usage = event({ choices: [], usage: { prompt_tokens: 10, completion_tokens: 4, total_tokens: 14 } });
const DONE = "data: [DONE]\n\n";
const busy = event({ error: { message: "busy", code: 503 } });
const HELLO = say({ content: "Hello" }) + say({}, "stop") + usage + DONE;

/** What each model answers, the first time and from then on. */
const MODELS: Readonly<Record<string, readonly [first: string, then: string]>> = {
  before: [busy, HELLO],
  after: [say({ content: "Hel" }) + usage + busy, HELLO],
  abort: [say({ content: "Hel" }) + say({}, "abort") + usage + DONE, HELLO],
  unread: [say({ utterance: "Hello" }) + say({}, "stop") + usage + DONE, HELLO],
};

it("errors that state an overload are retried, a given-up answer is not, and what each used is kept", async () => {
  const asked = new Set<string>();
  const server = await rawServer((socket, { body }) => {
    const { model } = JSON.parse(body) as { model: string };
    const [first, then] = MODELS[model] ?? ["", ""];
    socket.write(STREAM_HEAD);
    socket.write(streamChunk(asked.has(model) ? then : first));
    socket.write(STREAM_END);
    asked.add(model);
  });
  afterTest(() => server.close());
  const cwd = tempDir();
  const prices = "prices: { input_per_million: 1000, output_per_million: 1000 }";
  const targets = Object.keys(MODELS).map(
    (model) => `  ${model}: { type: openai, base_url: "${server.url}/v1", default_model: ${model}, ${prices} }`,
  );
  writeFileSync(join(cwd, "llm-test-bench.config.yaml"), `providers:\n${targets.join("\n")}\n`);
  const args = ["-d", "coding-tasks", "--limit", "1", "-p", Object.keys(MODELS).join(","), "-o", "out"];
  const leave = process.cwd();
  process.chdir(cwd);
  const { code, stdout } = await runInProcess(["bench", ...args, "--no-save-responses"], { cwd }).finally(() =>
    process.chdir(leave),
  );

  expect(code).toBe(1);
  const results = new Map(journalOf(join(cwd, "out")).map((result) => [result.model, result]));
  expect(results.get("before")).toMatchObject({ status: "success", attempts: 2, cost_usd: 0.014 });
  expect(results.get("after")).toMatchObject({ status: "success", attempts: 2, cost_usd: 0.028 });
  expect(results.get("abort")).toMatchObject({
    status: "failure",
    attempts: 1,
    cost_usd: 0.014,
    error: { code: "stream_error", http_status: 200 },
  });
  expect(results.get("unread")).toMatchObject({ status: "success", nothing_understood: true });
  expect(results.get("before")).not.toHaveProperty("nothing_understood");
  expect(stdout.replaceAll(/\s+/g, " ")).toContain("unread:unread: 1 answer carried nothing we understood");

  const failures = readFileSync(join(cwd, "out", "failures.jsonl"), "utf8")
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line) as { target: string; code: string; usage?: object });
  expect(failures.map(({ target, code: failed }) => `${target} ${failed}`).toSorted()).toEqual([
    "abort:abort stream_error",
    "after:after overloaded",
    "before:before overloaded",
  ]);
  const used = (target: string): object | undefined => failures.find((failed) => failed.target === target)?.usage;
  expect(used("abort:abort")).toMatchObject({ prompt_tokens: 10, completion_tokens: 4 });
  expect(used("after:after")).toMatchObject({ total_tokens: 14 });
  expect(used("before:before")).toBeUndefined();
});
