import { LLMock } from "@copilotkit/aimock";
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from "vitest";
import { systemClock } from "../../src/core/clock.ts";
import { exampleCall } from "../support/call.ts";
import type { Attempt, Channel, Provider } from "../../src/core/provider.ts";
import type { ModelRequest } from "../../src/core/request.ts";
import { anthropicProvider, openaiProvider, type ApiOptions } from "../../src/providers/apis.ts";

// A server that nobody here wrote: what our wires understand of it is not what we believe of ourselves.

const TEXT = "Hi there, dear friend of mine! 🙂 ümläut";
const USAGE = { prompt_tokens: 11, completion_tokens: 7, input_tokens: 11, output_tokens: 7 };
/** A pause between chunks, so that each leaves in a write of its own. */
const PACE = { chunkSize: 5, latency: 3 };

let mock: LLMock;
beforeAll(async () => {
  mock = new LLMock({ port: 0, logLevel: "silent" });
  mock.onMessage(/^say$/, { content: TEXT, usage: USAGE }, PACE);
  mock.onMessage(/^think$/, { content: "Paris", reasoning: "a capital, so", usage: USAGE }, PACE);
  mock.onMessage(/^call$/, { toolCalls: [{ name: "f", arguments: '{"a":1,"b":"two"}' }], usage: USAGE }, PACE);
  mock.onMessage(/^too long$/, { content: TEXT, finishReason: "length", usage: USAGE }, PACE);
  mock.onMessage(/^cut$/, { content: TEXT }, { ...PACE, truncateAfterChunks: 4 });
  mock.onMessage(/^hang up$/, { content: TEXT }, { chunkSize: 1, latency: 20, disconnectAfterMs: 100 });
  mock.onMessage(/^vanish$/, { content: TEXT }, { chaos: { disconnectRate: 1 } });
  mock.onMessage(/^garbage$/, { content: TEXT }, { chaos: { malformedRate: 1 } });
  mock.onMessage(/^wait$/, { error: { message: "too fast" }, status: 429, retryAfter: 7 });
  for (const status of [400, 401, 403, 404, 429, 500, 503, 529]) {
    mock.onMessage(new RegExp(`^status ${status}$`), { error: { message: `this is a ${status}` }, status });
  }
  await mock.start();
});
afterAll(() => mock.stop());

const APIS = [
  {
    name: "openai",
    make: openaiProvider,
    model: "gpt-4o",
    ends: { stop: "stop", tool: "tool_calls", length: "length" },
  },
  {
    name: "anthropic",
    make: anthropicProvider,
    model: "claude-haiku-4-5",
    ends: { stop: "end_turn", tool: "tool_use", length: "max_tokens" },
  },
] satisfies {
  name: string;
  make: (options: ApiOptions, clock: typeof systemClock) => Provider;
  model: string;
  ends: object;
}[];

describe.each(APIS)("$name against aimock", ({ name, make, model, ends }) => {
  const openChannel = (): Channel => {
    const options = { name, baseUrl: `${mock.url}/v1`, apiKey: "any", userAgent: "test" };
    const channel = make(options, systemClock).openChannel();
    onTestFinished(() => channel.close());
    return channel;
  };
  const send = (channel: Channel, request: Partial<ModelRequest>): Promise<Attempt> =>
    channel.send(exampleCall({ request: { model, prompt: "say", stream: true, ...request } }));
  const ask = (prompt: string, stream: boolean): Promise<Attempt> => send(openChannel(), { prompt, stream });

  describe.each([
    { how: "plain", stream: false },
    { how: "streamed", stream: true },
  ])("$how", ({ stream }) => {
    test("an answer has its content, usage and finish reason", async () => {
      const { outcome, requestId } = await ask("say", stream);
      expect(outcome).toMatchObject({
        ok: true,
        response: {
          model,
          content: TEXT,
          reasoning: null,
          tool_calls: null,
          finish_reason: ends.stop,
          usage: { prompt_tokens: 11, completion_tokens: 7, total_tokens: 18, reasoning_tokens: null },
        },
      });
      expect(requestId).toMatch(/^req-/);
    });

    test("reasoning is kept apart from the answer", async () => {
      const { outcome, reasoningStreamed } = await ask("think", stream);
      expect(outcome).toMatchObject({ ok: true, response: { content: "Paris", reasoning: "a capital, so" } });
      expect(reasoningStreamed).toBe(stream);
    });

    test("a tool call arrives whole", async () => {
      const { outcome } = await ask("call", stream);
      const call = { type: "function", function: { name: "f", arguments: '{"a":1,"b":"two"}' } };
      expect(outcome).toMatchObject({
        ok: true,
        response: { content: null, tool_calls: [call], finish_reason: ends.tool },
      });
    });

    test("an answer at its token limit says so", async () => {
      const { outcome } = await ask("too long", stream);
      expect(outcome).toMatchObject({ ok: true, response: { content: TEXT, finish_reason: ends.length } });
    });

    test.each([
      [400, "invalid_request"],
      [401, "auth"],
      [403, "permission"],
      [404, "not_found"],
      [429, "rate_limited"],
      [500, "server_error"],
      [503, "overloaded"],
      [529, "overloaded"],
    ])("status %i is %s, in the server's words", async (status, code) => {
      const { outcome } = await ask(`status ${status}`, stream);
      const message = `this is a ${status}`;
      expect(outcome).toMatchObject({ ok: false, failure: { code, message, http_status: status }, usage: null });
    });

    test("a 429 says how long to wait", async () => {
      const { outcome } = await ask("wait", stream);
      expect(outcome).toMatchObject({ ok: false, failure: { code: "rate_limited", retry_after_ms: 7000 } });
    });

    test("a success with a body that is no JSON is malformed", async () => {
      const { outcome } = await ask("garbage", stream);
      expect(outcome).toMatchObject({ ok: false, failure: { code: "stream_malformed", http_status: 200 } });
    });

    test("a server that hangs up without a word is a broken connection", async () => {
      const { outcome } = await ask("vanish", stream);
      const failure = { code: "connection", http_status: null, stale_connection: false };
      expect(outcome).toMatchObject({ ok: false, failure });
    });

    test("the same on a kept-alive connection may have been an idle one closed, and the next request gets a fresh one", async () => {
      const channel = openChannel();
      expect((await send(channel, { prompt: "say", stream })).instants.connected).not.toBeNull();
      const again = await send(channel, { prompt: "vanish", stream });
      expect(again.instants.connected).toBeNull();
      expect(again.outcome).toMatchObject({ ok: false, failure: { code: "connection", stale_connection: true } });
      const after = await send(channel, { prompt: "say", stream });
      expect(after.instants.connected).not.toBeNull();
      expect(after.outcome.ok).toBe(true);
    });
  });

  test("a stream's instants are in order, and its reads carry every delta", async () => {
    const { instants, gapsMs, deltasPerRead } = await ask("say", true);
    const inOrder = [
      instants.connectStarted,
      instants.connected,
      instants.sent,
      instants.headers,
      instants.firstByte,
      instants.firstToken,
      instants.firstText,
      instants.lastToken,
      instants.done,
    ];
    expect(inOrder).not.toContain(null);
    expect(inOrder).toEqual([...inOrder].sort((a, b) => Number(a) - Number(b)));
    const chunks = Math.ceil(TEXT.length / PACE.chunkSize);
    expect(deltasPerRead.reduce((sum, deltas) => sum + deltas, 0)).toBe(chunks);
    expect(gapsMs).toHaveLength(deltasPerRead.length - 1);
  });

  test("a plain answer has no token instants", async () => {
    const { instants, gapsMs } = await ask("say", false);
    expect(instants).toMatchObject({ firstToken: null, firstText: null, lastToken: null });
    expect(gapsMs).toEqual([]);
  });

  test("a stream cut off after some chunks is cut, whatever came", async () => {
    const { outcome, instants } = await ask("cut", true);
    expect(outcome).toMatchObject({ ok: false, failure: { code: "stream_cut", http_status: 200 } });
    expect(instants.firstToken).not.toBeNull();
  });

  test("a stream whose server disconnects after a time is cut", async () => {
    const { outcome } = await ask("hang up", true);
    expect(outcome).toMatchObject({ ok: false, failure: { code: "stream_cut", http_status: 200 } });
  });

  test("the server understands model, sampling, limit and system prompt", async () => {
    await send(openChannel(), { temperature: 0.5, max_tokens: 33, system: "be terse" });
    expect(mock.getLastRequest()?.body).toMatchObject({
      model,
      temperature: 0.5,
      max_tokens: 33,
      stream: true,
      messages: [{ role: "system" }, { role: "user" }],
    });
  });
});
