import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { exampleCall } from "../../test/support/call.ts";
import { runInProcess, type InProcess } from "../../test/support/in-process.ts";
import { systemClock } from "../core/clock.ts";
import { failure } from "../core/failure.ts";
import { execGenerate } from "../providers/bridges/exec.ts";
import { customProvider } from "../providers/custom.ts";

let cwd: string;
beforeEach(() => void (cwd = mkdtempSync(join(tmpdir(), "bridges-"))));
afterEach(() => rmSync(cwd, { recursive: true }));

const PATH = process.env["PATH"] ?? "";
const test = (target: string, ...args: string[]): Promise<InProcess> =>
  runInProcess(["test", target, "--prompt", "Grüße 😀", ...args], { cwd, env: { PATH } });

describe("exec:COMMAND", () => {
  it("has the prompt on its standard input, the options in its environment, the answer on its standard output", async () => {
    writeFileSync(join(cwd, "ask.sh"), 'cat\necho " $LLM_TEST_BENCH_TEMPERATURE $LLM_TEST_BENCH_REQUEST"\n');
    const { code, stdout } = await test("exec:sh ./ask.sh", "--temperature", "0.5");
    expect(code).toBe(0);
    expect(stdout).toBe('Grüße 😀 0.5 {"temperature":0.5,"model":"sh ./ask.sh","stream":true}\n');
  });

  it("has failed with an exit code other than 0, with the end of its standard error", async () => {
    const { code, stderr } = await test("exec:echo out of memory >&2; exit 3");
    expect(code).toBe(1);
    expect(stderr).toContain("the command ended with exit code 3: out of memory");
  });

  it("that writes without end is ended, and fills no memory", async () => {
    const { code, stderr } = await test("exec:yes");
    expect([code, stderr]).toEqual([1, expect.stringContaining("what the command writes is longer than 8 MiB")]);
  });

  it("is ended by a time limit with everything that it started", async () => {
    const pids = join(cwd, "pid");
    const provider = customProvider(
      "exec",
      execGenerate({ command: `sleep 60 & echo $! > ${pids}; echo started; wait`, cwd, env: { PATH } }),
      systemClock,
      "exec",
    );
    const ending = new AbortController();
    const observer = { sent() {}, tokens: () => ending.abort(failure("timeout_total", "too long")) };
    const { outcome } = await provider.openChannel().send(exampleCall({ signal: ending.signal, observer }));
    expect(outcome).toMatchObject({ ok: false, failure: { code: "timeout_total" } });
    const pid = readFileSync(pids, "utf8").trim();
    // A process that ended may stay a zombie until somebody asks for it.
    const state = (): string =>
      existsSync(`/proc/${pid}/stat`) ? (readFileSync(`/proc/${pid}/stat`, "utf8").split(" ")[2] ?? "") : "gone";
    await expect.poll(state).toMatch(/^(Z|X|gone)$/);
  });

  it("needs a command", async () => {
    expect(await test("exec")).toMatchObject({ code: 2, stderr: expect.stringContaining("exec:./ask.sh") });
  });
});

describe("a module of one's own", () => {
  it.each([
    [
      "a generate function",
      "export const generate = async ({ prompt, model }) => ({ content: `${model}: ${prompt}` });",
    ],
    ["a default export", "export default async ({ prompt, model }) => ({ content: `${model}: ${prompt}` });"],
    [
      "a provider of the AI SDK",
      `export const provider = { languageModel: (id: string) => ({ specificationVersion: "v3", provider: "p", modelId: id, doGenerate() {},
        doStream: async ({ prompt }: any) => ({ stream: ReadableStream.from([
          { type: "text-delta", delta: id + ": " + prompt[0].content[0].text },
          { type: "finish", usage: {}, finishReason: "stop" } ]) }) }) };`,
    ],
  ])("may export %s, in TypeScript", async (_what, text) => {
    writeFileSync(join(cwd, "mine.ts"), text);
    const { code, stdout } = await test("./mine.ts:my:model");
    expect([code, stdout.trim()]).toEqual([0, "my:model: Grüße 😀"]);
  });

  it("may export a provider, whose channels are used as they are", async () => {
    const attempt = `{ instants: { connectStarted: null, connected: null, sent: 1, headers: null, firstByte: 2, firstToken: 2,
      firstText: 2, lastToken: 2, done: 3 }, gapsMs: [], deltasPerRead: [1], reasoningStreamed: false,
      outcome: { ok: true, response: { id: null, model: null, content: "mine", reasoning: null, tool_calls: null,
      finish_reason: null, usage: null, created_at: null } }, requestId: null, systemFingerprint: null, raw: null }`;
    const channel = `{ send: async () => (${attempt}), close: async () => {} }`;
    writeFileSync(
      join(cwd, "mine.mjs"),
      `export const provider = { name: "x", simulated: false, openChannel: () => (${channel}) };`,
    );
    const { stdout } = await test("./mine.mjs");
    expect(stdout.trim()).toBe("mine");
  });

  it.each([
    ["./missing.ts", "missing.ts cannot be loaded"],
    ["./empty.ts", "./empty.ts exports no provider, generate function or model of the AI SDK"],
  ])("%s that is of no use says so", async (target, message) => {
    writeFileSync(join(cwd, "empty.ts"), "export const nothing = 1;");
    const { code, stderr } = await test(target);
    expect([code, stderr.replaceAll(/\s+/g, " ")]).toEqual([2, expect.stringContaining(message)]);
  });
});

it("a run through a bridge says so in its summary, and can be gone on with from another folder", async () => {
  writeFileSync(join(cwd, "ask.sh"), "cat\n");
  const run = join(cwd, "run");
  const env = { PATH };
  const bench = ["bench", "-d", "coding-tasks", "--limit", "2", "-p", "exec:sh ask.sh", "-o", run];
  const { code, stdout } = await runInProcess(bench, { cwd, env });
  expect(code).toBe(0);
  expect(stdout.replaceAll(/\s+/g, " ")).toContain(
    "through a third-party client, whose time is in theirs: exec:sh ask.sh",
  );
  const lines = readFileSync(join(run, "results.jsonl"), "utf8").split("\n");
  writeFileSync(join(run, "results.jsonl"), `${lines[0]}\n`);
  expect(await runInProcess(["resume", run], { cwd: tmpdir(), env })).toMatchObject({ code: 0 });
  expect(readFileSync(join(run, "results.jsonl"), "utf8").trim().split("\n")).toHaveLength(2);
});
