import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { runInProcess, type InProcess, type InProcessOptions } from "../../../test/support/in-process.ts";
import type { ModelReply } from "../../../test/support/model-server.ts";
import { plainResponse, rawServer } from "../../../test/support/raw-server.ts";
import { addresses, answering, closedAfterTest, simulator } from "../../../test/support/servers.ts";
import { testResultSchema } from "../../core/result.ts";

let cwd: string;
beforeEach(() => void (cwd = mkdtempSync(join(tmpdir(), "test-command-"))));
afterEach(() => rmSync(cwd, { recursive: true }));

const test = (args: readonly string[], options: Partial<InProcessOptions> = {}): Promise<InProcess> =>
  runInProcess(["test", ...args], { cwd, ...options });

describe("test", () => {
  it("sends one request, shows the answer on stdout and what it took on stderr", async () => {
    const server = await answering(() => ({ text: "Hello there" }));
    const flags = ["--prompt", "Say {{hello}}", "--system", "Be brief", "--temperature", "0.5", "--max-tokens", "9"];
    const { code, stdout, stderr } = await test(["openai:gpt-4o-mini", ...flags], { env: addresses(server.url) });
    expect([code, stdout]).toEqual([0, "Hello there"]);
    // In one line: where it is broken depends on how long the times are.
    const said = stderr.replaceAll(/\s+/g, " ");
    expect(said).toMatch(/^openai:gpt-4o-mini connected in .*TTFT [\d.]+ (µs|ms|s), duration/);
    expect(said).toMatch(/3 prompt \+ 4 answer tokens, [\d.k]+ tokens\/s, cost \$0\.0+\d+/);
    expect(server.calls.map(({ body }) => body)).toEqual([
      {
        model: "gpt-4o-mini",
        messages: [
          { role: "system", content: "Be brief" },
          { role: "user", content: "Say {{hello}}" },
        ],
        temperature: 0.5,
        max_tokens: 9,
        stream: true,
        stream_options: { include_usage: true },
      },
    ]);
  });

  it("says that there is no TTFT where nothing is streamed, and no cost where there is no price", async () => {
    const server = await answering(() => ({ text: "All at once" }));
    const { stdout, stderr } = await test(["anthropic", "-m", "mine", "--no-stream", "--prompt", "Hi"], {
      env: addresses(server.url),
    });
    expect(stdout).toBe("All at once");
    expect(stderr).toContain("anthropic:mine");
    expect(stderr).toContain("not streamed, so no TTFT");
    expect(stderr.replaceAll(/\s+/g, " ")).toContain("cost unknown (no price for this model)");
  });

  it("gives the whole record as JSON in place of the answer", async () => {
    const server = await simulator({ ttftMs: 2, tpotMs: 1, tokens: 3 });
    const { code, stdout, stderr } = await test(["sim", "--prompt", "Hi", "--json"], {
      env: { SIM_BASE_URL: server.url },
    });
    expect([code, stderr]).toEqual([0, ""]);
    const result = testResultSchema.parse(JSON.parse(stdout));
    expect(result).toMatchObject({
      target: "sim:default",
      test_id: "prompt",
      status: "success",
      attempts: 1,
      cost_usd: 0,
    });
    expect(result.timing.ttft_ms).toBeGreaterThan(0);
  });

  it("marks what is simulated, and warns of an answer that was cut", async () => {
    const server = await simulator({ ttftMs: 2, tpotMs: 1, tokens: 50 });
    const { stdout, stderr } = await test(["sim", "--prompt", "Hi", "--max-tokens", "3"], {
      env: { SIM_BASE_URL: server.url },
      terminal: 80,
    });
    expect(stdout).toMatch(/\n$/);
    expect(stderr).toContain("sim:default (simulated)");
    expect(stderr).toContain("the answer was cut at its limit of tokens");
  });

  it.each<[string, Partial<InProcessOptions>]>([
    ["-", { stdin: "From afar\n" }],
    ["-", { stdin: "From afar\r\n", terminal: 80 }],
    ["From afar", {}],
  ])("takes the prompt from where %j says", async (prompt, options) => {
    const server = await answering(() => ({ text: "ok" }));
    const { stderr } = await test(["openai:m", "--prompt", prompt], { env: addresses(server.url), ...options });
    expect(server.calls[0]?.body).toMatchObject({ messages: [{ role: "user", content: "From afar" }] });
    expect(stderr.includes("Ctrl-D")).toBe(options.terminal !== undefined);
  });

  it("takes the prompt from a file, without its last line end", async () => {
    writeFileSync(join(cwd, "task.txt"), "Line 1\nLine 2\n\n");
    const server = await answering(() => ({ text: "ok" }));
    await test(["openai:m", "--prompt-file", "task.txt"], { env: addresses(server.url) });
    expect(server.calls[0]?.body).toMatchObject({ messages: [{ content: "Line 1\nLine 2\n" }] });
  });

  it.each<[string, string[], Partial<InProcessOptions>, string]>([
    ["no prompt", ["sim"], {}, "there is no prompt"],
    ["an empty prompt", ["sim", "--prompt", " "], {}, "the prompt is empty"],
    ["an empty standard input", ["sim", "--prompt", "-"], { stdin: "" }, "the prompt is empty"],
    [
      "bytes that are no text",
      ["sim", "--prompt", "-"],
      { stdin: Buffer.from([0x61, 0xff]) },
      "standard input is not UTF-8",
    ],
    ["two prompts", ["sim", "--prompt", "a", "--prompt-file", "b"], {}, "cannot be combined with"],
    ["a file that is not there", ["sim", "--prompt-file", "nowhere.txt"], {}, "nowhere.txt does not exist"],
    ["two targets", ["sim,openai", "--prompt", "a"], {}, "one target is wanted"],
    ["two models", ["sim:fast", "-m", "slow", "--prompt", "a"], {}, "two models are named: fast and slow"],
    ["a model that is missing", ["sim:", "--prompt", "a"], {}, "has a colon but no model"],
    ["an unknown provider", ["opneai", "--prompt", "a"], {}, "Did you mean openai?"],
  ])("with %s ends with one message and code 2", async (_what, args, options, message) => {
    const { code, stdout, stderr } = await test(args, options);
    expect([code, stdout]).toEqual([2, ""]);
    expect(stderr).toContain(message);
    expect(stderr).toMatch(/^hint: /m);
  });

  it.each<[string, ModelReply, number, RegExp]>([
    [
      "a key that is not accepted",
      { status: 401, body: { error: { message: "no" } } },
      4,
      /failed \(auth, HTTP 401\): no\nhint: check/,
    ],
    [
      "a model that is not there",
      { status: 404, body: { error: { message: "no m" } } },
      1,
      /not_found, HTTP 404\): no m/,
    ],
    [
      "too many requests, at once",
      { status: 429, body: { error: { message: "\u001b[2Jslow" } } },
      1,
      /HTTP 429\): ␛\[2Jslow\nhint/,
    ],
  ])("tells of %s, once, with advice", async (_what, reply, expected, message) => {
    const server = await answering(() => reply);
    const { code, stdout, stderr } = await test(["openai", "--prompt", "Hi"], { env: addresses(server.url) });
    expect([code, stdout, server.calls.length]).toEqual([expected, "", 1]);
    expect(stderr).toMatch(message);
  });

  it("gives the record of a failure too, with its exit code", async () => {
    const server = await answering(() => ({ status: 403, body: { error: { message: "not yours" } } }));
    const { code, stdout, stderr } = await test(["openai", "--prompt", "Hi", "--json"], { env: addresses(server.url) });
    expect(code).toBe(4);
    expect(JSON.parse(stdout)).toMatchObject({ status: "failure", error: { code: "permission", http_status: 403 } });
    expect(
      stderr
        .trim()
        .split("\n")
        .map((line) => (JSON.parse(line) as { type: string }).type),
    ).toEqual(["error", "hint"]);
  });

  it("says that an answer is empty", async () => {
    const server = await answering(() => ({ text: "" }));
    const { code, stderr } = await test(["openai", "--prompt", "Hi"], { env: addresses(server.url) });
    expect(code).toBe(0);
    expect(stderr).toContain("warning: the answer is empty");
  });

  it("does not miss a text in the answer of an embeddings API", async () => {
    const body = JSON.stringify({ data: [{ embedding: [0.1] }], usage: { prompt_tokens: 1, total_tokens: 1 } });
    const server = closedAfterTest(await rawServer((socket) => socket.end(plainResponse(200, body))));
    const providers = { e: { type: "openai-embeddings", base_url: server.url, default_model: "m" } };
    writeFileSync(join(cwd, "llm-test-bench.config.json"), JSON.stringify({ providers }));
    const { code, stderr } = await test(["e", "--prompt", "Hi"]);
    expect(code).toBe(0);
    expect(stderr).toContain("it answered with an embedding");
    expect(stderr).not.toContain("warning");
  });

  it("shows once what the client behind a bridge warns of", async () => {
    const module =
      'export const generate = (_, { onWarning }) => (onWarning("no\\nseed"), onWarning("no seed"), { content: "ok" });';
    writeFileSync(join(cwd, "mine.mjs"), module);
    const { stderr } = await test(["./mine.mjs:m", "--prompt", "Hi"]);
    expect(stderr.match(/warning: .*/g)).toEqual(["warning: ./mine.mjs:m: its client says: no seed"]);
  });

  it("ends with 130 at a signal, and at once at the second", async () => {
    const server = await answering(() => null);
    const exits: number[] = [];
    let handler = (): void => {};
    const ended = test(["openai", "--prompt", "Hi"], {
      env: addresses(server.url),
      onSignal: (_signal, given) => (handler = given),
      exit: (code) => exits.push(code),
    });
    await expect.poll(() => server.calls.length).toBe(1);
    handler();
    handler();
    const { code, stderr } = await ended;
    expect([code, exits]).toEqual([130, [130]]);
    expect(stderr).toContain("stopped before the answer was complete");
  });
});
