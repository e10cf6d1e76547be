import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";
import { runInProcess } from "../../../test/support/in-process.ts";
import { addresses, answering } from "../../../test/support/servers.ts";
import type { TestResult } from "../../core/result.ts";

let cwd: string;
beforeEach(() => void (cwd = mkdtempSync(join(tmpdir(), "refusals-"))));
afterEach(() => rmSync(cwd, { recursive: true }));

/** How three cases end against a server that refuses the first request this way, and how often it was asked. */
async function run(status: number, body: object): Promise<{ code: number; ends: string[]; calls: number }> {
  const server = await answering(({ number }) => (number === 0 ? { status, body } : { text: "ok" }));
  const test_cases = ["a", "b", "c"].map((id) => ({ id, prompt: id }));
  writeFileSync(join(cwd, "d.json"), JSON.stringify({ name: "d", version: "1", test_cases }));
  const args = ["bench", "-d", join(cwd, "d.json"), "-p", "openai:m", "-c", "1", "-o", "run", "--quiet", "--no-stream"];
  const { code } = await runInProcess(args, { cwd, env: addresses(server.url) });
  const lines = readFileSync(join(cwd, "run", "results.jsonl"), "utf8")
    .trimEnd()
    .split("\n");
  const results = lines.map((line) => JSON.parse(line) as TestResult);
  return { code, ends: results.map(({ status: end, error }) => error?.code ?? end), calls: server.calls.length };
}

const flagged = { error: { code: 403, message: "m requires moderation on OpenRouter. Your input was flagged." } };

it("a prompt that is refused for what it says costs its case, and not its target", async () => {
  expect(await run(403, flagged)).toEqual({ code: 1, ends: ["content_filter", "success", "success"], calls: 3 });
});

it.each([
  [
    "a wrong key that is called a bad request",
    400,
    { code: "x", error: "Incorrect API key provided: sk***A." },
    "auth",
    4,
  ],
  ["a key whose limit is reached", 403, { error: { message: "Key limit exceeded (total limit)." } }, "quota", 1],
])("%s gives the target up", async (_, status, body, code, exit) => {
  expect(await run(status, body)).toEqual({ code: exit, ends: [code, "skipped", "skipped"], calls: 1 });
});

it("no capacity, as Groq puts it, is retried", async () => {
  const busy = { error: { message: "Flex tier capacity exceeded" } };
  expect(await run(498, busy)).toEqual({ code: 0, ends: ["success", "success", "success"], calls: 4 });
});
