import { createOpenAICompatible } from "@ai-sdk/openai-compatible";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { exampleCall } from "../support/call.ts";
import { ROOT, tempDir } from "../support/cli.ts";
import { runInProcess } from "../support/in-process.ts";
import { plainResponse, rawServer, STREAM_END, STREAM_HEAD } from "../support/raw-server.ts";
import { answering } from "../support/servers.ts";
import { providers } from "../../src/library/providers.ts";
import type { Attempt } from "../../src/core/provider.ts";
import type { ModelRequest } from "../../src/core/request.ts";
import type { AiSdkModel } from "../../src/providers/bridges/ai-sdk.ts";

// The bridge with a package of the AI SDK that nobody here wrote, against a server on this machine.

const modelAt = (url: string): AiSdkModel =>
  createOpenAICompatible({ name: "mine", baseURL: `${url}/v1`, includeUsage: true, supportsStructuredOutputs: true })(
    "m",
  );

async function asked(model: AiSdkModel, request: Partial<ModelRequest> = {}): Promise<Attempt> {
  const channel = providers.aiSdk(model).provider.openChannel();
  return channel.send(exampleCall({ request: { model: "m", prompt: "Hi", stream: true, ...request } }));
}

describe("a model of the AI SDK", () => {
  it.each([true, false])("is asked and answers, with its usage (stream: %s)", async (stream) => {
    const server = await answering(() => ({ text: "Grüße 😀" }));
    const { outcome, instants } = await asked(modelAt(server.url), { stream });
    expect(outcome).toMatchObject({
      ok: true,
      response: {
        content: "Grüße 😀",
        finish_reason: "stop",
        usage: { prompt_tokens: 3, completion_tokens: 4, total_tokens: 7 },
      },
    });
    expect(instants.firstToken === null).toBe(!stream);
    expect(server.calls[0]?.path).toBe("/v1/chat/completions");
  });

  it("is told every request option that the SDK has", async () => {
    const server = await answering(() => ({ text: "{}" }));
    const schema = { type: "object", properties: {} };
    await asked(modelAt(server.url), {
      system: "S",
      temperature: 0,
      top_p: 0.5,
      max_tokens: 9,
      stop: ["."],
      seed: 7,
      response_format: { schema, name: "n" },
      tools: [{ name: "look", description: "Looks", parameters: schema }],
    });
    expect(server.calls[0]?.body).toMatchObject({
      model: "m",
      messages: [{ role: "system", content: "S" }, { role: "user" }],
      temperature: 0,
      top_p: 0.5,
      max_tokens: 9,
      stop: ["."],
      seed: 7,
      response_format: { type: "json_schema", json_schema: { name: "n", schema } },
      tools: [{ type: "function", function: { name: "look", parameters: schema } }],
    });
  });

  it.each([true, false])("hands on what the package warns of (stream: %s)", async (stream) => {
    const server = await answering(() => ({ text: "{}" }));
    const model = createOpenAICompatible({ name: "mine", baseURL: `${server.url}/v1` })("m");
    const heard: string[] = [];
    const channel = providers.aiSdk(model).provider.openChannel();
    const { observer, ...call } = exampleCall({
      request: { model: "m", prompt: "Hi", stream, response_format: { schema: { type: "object" }, name: "n" } },
    });
    await channel.send({ ...call, observer: { ...observer, warning: (message) => heard.push(message) } });
    expect(heard).toEqual([expect.stringMatching(/^responseFormat is not supported: JSON response format schema/)]);
  });

  it.each([
    [
      { type: "unsupported-setting", setting: "seed", details: "ignored" },
      { type: "unsupported", feature: "seed", details: "ignored" },
      "seed is not supported: ignored",
    ],
    [
      { type: "unsupported-tool", tool: { type: "function", name: "look" } },
      { type: "unsupported", feature: "look" },
      "look is not supported",
    ],
    [{ type: "other", message: "old model" }, { type: "compatibility", feature: "old model" }, "old model"],
  ])("has its warnings read in either version of the specification: %j", async (second, third, text) => {
    const model: AiSdkModel = {
      specificationVersion: "v3",
      provider: "own",
      modelId: "m",
      doGenerate: async () => ({ content: [], finishReason: "stop", warnings: [second, third, null] }),
      doStream: async () => ({}),
    };
    const heard: string[] = [];
    const { observer, ...call } = exampleCall({ request: { model: "m", prompt: "Hi", stream: false } });
    const channel = providers.aiSdk(model).provider.openChannel();
    await channel.send({ ...call, observer: { ...observer, warning: (message) => heard.push(message) } });
    expect(heard).toEqual([text, text]);
  });

  it.each([
    [401, "auth"],
    [429, "rate_limited"],
    [400, "invalid_request"],
    [503, "overloaded"],
  ])("fails with an HTTP %i as %s", async (status, code) => {
    const server = await answering(() => ({ status, body: { error: { message: "no" } } }));
    expect((await asked(modelAt(server.url))).outcome).toMatchObject({ ok: false, failure: { code, message: "no" } });
  });

  it("fails as what its client met: a prompt too long, a wait, no server, a connection that broke, no JSON", async () => {
    const server = await rawServer((socket, { number }) => {
      const says = '{"error":{"message":"the maximum context length is 10 tokens"}}';
      if (number === 0) socket.write(plainResponse(400, says));
      else if (number === 1) socket.write(plainResponse(429, '{"error":{"message":"slow"}}', { "retry-after": "2" }));
      else if (number === 2) socket.destroy();
      else if (number === 3) socket.write(plainResponse(200, "<html>"));
      else if (number === 4) socket.write(STREAM_HEAD, () => socket.destroy());
      else socket.end(STREAM_HEAD + STREAM_END);
    });
    const codes: unknown[] = [];
    for (const stream of [false, false, false, false, true, true]) {
      const { outcome } = await asked(modelAt(server.url), { stream });
      codes.push(
        outcome.ok ? null : [outcome.failure.code, outcome.failure.http_status, outcome.failure.retry_after_ms],
      );
    }
    await server.close();
    const { outcome } = await asked(modelAt(server.url));
    codes.push(outcome.ok ? null : outcome.failure.code);
    expect(codes).toEqual([
      ["context_length", 400, null],
      ["rate_limited", 429, 2000],
      ["connection", null, null],
      ["stream_malformed", 200, null],
      ["stream_cut", 200, null],
      ["stream_cut", null, null],
      "refused",
    ]);
  });

  it("states reasoning, tool calls and usage of either version of the specification", async () => {
    const finishes = [
      {
        usage: { inputTokens: 5, outputTokens: 6, totalTokens: 11, reasoningTokens: 2, cachedInputTokens: 1 },
        finishReason: "tool-calls",
      },
      {
        usage: {
          inputTokens: { total: 5, noCache: 4, cacheRead: 1, cacheWrite: undefined },
          outputTokens: { total: 6, text: 4, reasoning: 2 },
        },
        finishReason: { unified: "tool-calls", raw: "tool_use" },
      },
    ];
    for (const finish of finishes) {
      const { outcome, reasoningStreamed } = await asked(
        scripted([
          { type: "stream-start", warnings: [] },
          { type: "reasoning-delta", id: "r", delta: "Hm" },
          { type: "text-delta", id: "t", delta: "Hi" },
          { type: "tool-call", toolCallId: "c", toolName: "look", input: "{}" },
          { type: "tool-call", toolCallId: "s", toolName: "web_search", input: "{}", providerExecuted: true },
          { type: "finish", ...finish },
        ]),
      );
      expect(reasoningStreamed).toBe(true);
      expect(outcome).toMatchObject({
        response: {
          content: "Hi",
          reasoning: "Hm",
          finish_reason: "tool-calls",
          tool_calls: [{ id: "c", type: "function", function: { name: "look", arguments: "{}" } }],
          usage: { prompt_tokens: 5, completion_tokens: 6, reasoning_tokens: 2, cached_tokens: 1 },
        },
      });
    }
  });

  it("that stops in the middle, or says an error, has failed", async () => {
    const cut = await asked(scripted([{ type: "text-delta", id: "t", delta: "H" }]));
    expect(cut.outcome).toMatchObject({ ok: false, failure: { code: "stream_cut" } });
    const error = await asked(scripted([{ type: "error", error: new Error("overheated") }]));
    expect(error.outcome).toMatchObject({ failure: { code: "stream_error", message: "overheated" } });
  });

  it("has the code that an error in it states, and keeps the usage of an answer that was given up", async () => {
    const failing = async (error: unknown): Promise<object> =>
      (await asked(scripted([{ type: "error", error }]))).outcome;
    const http = Object.assign(new Error("busy"), { statusCode: 503 });
    const named = Object.assign(new Error("slow down"), { data: { error: { type: "rate_limit_error" } } });
    expect(await failing(http)).toMatchObject({ failure: { code: "overloaded", message: "busy" } });
    expect(await failing(named)).toMatchObject({ failure: { code: "rate_limited", message: "slow down" } });
    expect(await failing({ type: "overloaded_error", message: "busy" })).toMatchObject({
      failure: { code: "overloaded", message: "busy" },
    });
    expect(await failing("oops")).toMatchObject({ failure: { code: "stream_error" } });
    const usage = { inputTokens: 5, outputTokens: 6 };
    for (const finishReason of ["error", { unified: "error", raw: "error" }, { unified: "other", raw: "abort" }]) {
      const { outcome } = await asked(scripted([{ type: "finish", finishReason, usage }]));
      expect(outcome).toMatchObject({ failure: { code: "stream_error" }, usage: { prompt_tokens: 5 } });
    }
  });
});

/** A model whose stream is these parts. */
function scripted(parts: readonly object[]): AiSdkModel {
  const stream = (): ReadableStream<object> =>
    new ReadableStream({
      start(controller) {
        for (const part of parts) controller.enqueue(part);
        controller.close();
      },
    });
  const doStream = async (): Promise<object> => ({ stream: stream() });
  return { specificationVersion: "v3", provider: "scripted", modelId: "m", doGenerate: doStream, doStream };
}

describe("ai-sdk:PACKAGE:MODEL", () => {
  it("asks for usage and passes a schema on, which the package leaves out by itself", async () => {
    const server = await answering(() => ({ text: "ok" }));
    const schema = join(tempDir(), "schema.json");
    writeFileSync(schema, '{"type":"object"}');
    const args = ["test", "ai-sdk:@ai-sdk/openai-compatible:m", "--prompt", "Hi"];
    const { stderr } = await runInProcess([...args, "--response-format", schema], {
      cwd: ROOT,
      env: { AI_SDK_BASE_URL: `${server.url}/v1` },
    });
    expect(stderr).toContain("3 prompt + 4 answer tokens");
    expect(server.calls[0]?.body).toMatchObject({
      stream_options: { include_usage: true },
      response_format: { type: "json_schema" },
    });
  });

  it("says what of a request the SDK has no option for", async () => {
    const server = await answering(() => ({ text: "ok" }));
    const { stderr } = await runInProcess(
      ["test", "ai-sdk:@ai-sdk/openai-compatible:m", "--prompt", "Hi", "--reasoning-effort", "low"],
      { cwd: ROOT, env: { AI_SDK_BASE_URL: `${server.url}/v1` } },
    );
    expect(stderr).toContain("its API or model does not take reasoning_effort: left out");
  });

  it("loads the package from the working directory; times are marked as a third-party client's", async () => {
    const server = await answering(() => ({ text: "ok" }));
    const env = { AI_SDK_BASE_URL: `${server.url}/v1`, AI_SDK_API_KEY: "a-secret-key" };
    const args = ["-d", "coding-tasks", "--limit", "1", "-p", "ai-sdk:@ai-sdk/openai-compatible:my/model", "--json"];
    const { code, stdout } = await runInProcess(["bench", ...args, "-o", tempDir(), "--force"], { cwd: ROOT, env });
    expect(code).toBe(0);
    expect(server.calls[0]).toMatchObject({
      headers: { authorization: "Bearer a-secret-key" },
      body: { model: "my/model" },
    });
    expect(JSON.parse(stdout)).toMatchObject({ run: { plan: { targets: [{ bridge: "ai-sdk" }] } } });
  });

  it.each([
    ["ai-sdk:@ai-sdk/amazon-bedrock:m", "npm install @ai-sdk/amazon-bedrock"],
    ["ai-sdk:@ai-sdk/openai-compatible:m", "AI_SDK_BASE_URL"],
    ["ai-sdk:@ai-sdk/openai", "ai-sdk:@ai-sdk/amazon-bedrock:MODEL"],
  ])("%s that cannot be used says what to do", async (target, hint) => {
    const { code, stderr } = await runInProcess(["test", target, "--prompt", "Hi"], { cwd: ROOT });
    expect([code, stderr.replaceAll(/\s+/g, " ")]).toEqual([2, expect.stringContaining(hint)]);
  });
});
