import { expect, it } from "vitest";
import { exampleCall as call } from "../../test/support/call.ts";
import { fakeClock } from "../../test/support/fake-clock.ts";
import { sleep } from "../core/clock.ts";
import { failure } from "../core/failure.ts";
import { aiSdkGenerate } from "./bridges/ai-sdk.ts";
import { customProvider, ProviderError, type Generated } from "./custom.ts";

it("measures a function: its start, each piece of text, its end", async () => {
  const clock = fakeClock();
  const provider = customProvider(
    "mine",
    async (request, { onText }) => {
      await sleep(clock, 100);
      onText("H");
      onText("");
      await sleep(clock, 20);
      onText("i");
      await sleep(clock, 5);
      return { content: request.prompt, usage: { prompt_tokens: 1, completion_tokens: 2 }, finish_reason: "stop" };
    },
    clock,
  );
  const attempt = provider.openChannel().send(call());
  await clock.advance(200);
  const { instants, gapsMs, outcome } = await attempt;
  expect([instants.sent, instants.firstToken, instants.lastToken, instants.done]).toEqual([0, 100, 120, 125]);
  expect(gapsMs).toEqual([20]);
  expect(outcome).toMatchObject({
    ok: true,
    response: { content: "Hi", finish_reason: "stop", usage: { completion_tokens: 2, reasoning_tokens: null } },
  });
});

it("reports what the function throws, with its code when it names one", async () => {
  const thrown = [new ProviderError("rate_limited", "slow down"), new TypeError("oops"), "text"];
  const outcomes = thrown.map(async (error) => {
    const provider = customProvider("mine", () => Promise.reject(error), fakeClock());
    return (await provider.openChannel().send(call())).outcome;
  });
  expect(await Promise.all(outcomes)).toMatchObject([
    { ok: false, failure: { code: "rate_limited", message: "slow down" } },
    { ok: false, failure: { code: "server_error", message: "oops" } },
    { ok: false, failure: { code: "server_error", message: "text" } },
  ]);
});

it("fails an answer that was given up by its finish reason, and takes none for a reason that says nothing", async () => {
  const ended = async (finish_reason: string): Promise<unknown> => {
    const usage = { prompt_tokens: 1, completion_tokens: 2 };
    const provider = customProvider("mine", async () => ({ content: "Hi", usage, finish_reason }), fakeClock());
    return (await provider.openChannel().send(call())).outcome;
  };
  expect(await ended("cancelled")).toMatchObject({
    failure: { code: "stream_error" },
    usage: { completion_tokens: 2 },
  });
  expect(await ended("insufficient_system_resource")).toMatchObject({ failure: { code: "overloaded" } });
  expect(await ended("null")).toMatchObject({ ok: true, response: { finish_reason: null } });
  expect(await ended("length")).toMatchObject({ ok: true, response: { finish_reason: "length" } });
});

it("reads off the causes of what is thrown why a server was not reached", async () => {
  const caused = (code: string): Error =>
    new TypeError("fetch failed", { cause: Object.assign(new Error(`connect ${code}`), { code }) });
  const refusal = new ProviderError("rate_limited", "slow", { httpStatus: 429, retryAfterMs: 20 });
  const thrown = [caused("ECONNREFUSED"), caused("ENOTFOUND"), caused("CERT_HAS_EXPIRED"), caused("ENOENT"), refusal];
  const outcomes = thrown.map(async (error) => {
    const provider = customProvider("mine", () => Promise.reject(error), fakeClock());
    return (await provider.openChannel().send(call())).outcome;
  });
  expect(await Promise.all(outcomes)).toMatchObject([
    { failure: { code: "refused", message: "fetch failed: connect ECONNREFUSED" } },
    { failure: { code: "dns" } },
    { failure: { code: "tls" } },
    { failure: { code: "server_error", message: "fetch failed" } },
    { failure: { code: "rate_limited", http_status: 429, retry_after_ms: 20 } },
  ]);
});

it("ends with the abort's reason, though the function ignores its signal", async () => {
  const ending = new AbortController();
  const provider = customProvider("mine", () => new Promise(() => {}), fakeClock());
  const attempt = provider.openChannel().send(call({ signal: ending.signal }));
  ending.abort(failure("timeout_total", "too long"));
  expect((await attempt).outcome).toMatchObject({ ok: false, failure: { code: "timeout_total" } });
  const late = await provider.openChannel().send(call({ signal: ending.signal }));
  expect(late.outcome.ok).toBe(false);
});

it("takes what is no answer for a failed attempt, and adds up the tokens of one", async () => {
  const returned = [undefined, { content: 3 }, null];
  for (const value of returned) {
    const provider = customProvider("mine", async () => value as never, fakeClock());
    const { outcome } = await provider.openChannel().send(call());
    expect(outcome).toMatchObject({ ok: false, failure: { code: "stream_malformed" } });
  }
  const usage = { prompt_tokens: 3, completion_tokens: 4 };
  const provider = customProvider("mine", async () => ({ content: "x", usage }), fakeClock());
  expect((await provider.openChannel().send(call())).outcome).toMatchObject({
    response: { usage: { total_tokens: 7 } },
  });
});

it("knows no usage that it was not told", async () => {
  const provider = customProvider("mine", async () => ({ content: "x" }), fakeClock());
  const { outcome } = await provider.openChannel().send(call());
  expect(outcome).toMatchObject({ ok: true, response: { usage: null } });
});

it.each([3.5, -1, NaN, Infinity, 2 ** 53, "7", {}])(
  "a count of %s costs an answer that count, with a warning",
  async (count) => {
    const warnings: string[] = [];
    const usage = { prompt_tokens: 3, completion_tokens: count as number };
    const provider = customProvider("mine", async () => ({ content: "x", usage }), fakeClock());
    const observer = { sent() {}, tokens() {}, warning: (message: string) => void warnings.push(message) };
    const { outcome } = await provider.openChannel().send(call({ observer }));
    expect(outcome).toMatchObject({ response: { content: "x", usage: { prompt_tokens: 3, completion_tokens: null } } });
    expect(warnings).toEqual(["its usage.completion_tokens is not a valid figure, and is left out"]);
  },
);

it("passes on the cost that a function states, unless it is none", async () => {
  const outcomes = [0.25, -1, NaN].map(async (stated_cost_usd) => {
    const provider = customProvider("mine", async () => ({ content: "x", usage: { stated_cost_usd } }), fakeClock());
    const { outcome } = await provider.openChannel().send(call());
    return outcome.ok ? outcome.response.usage?.stated_cost_usd : "failed";
  });
  expect(await Promise.all(outcomes)).toEqual([0.25, undefined, undefined]);
});

it.each([NaN, Infinity, -1, "soon"])("a pause of %s is none, and a status of it neither", (figure) => {
  const more = { httpStatus: figure as number, retryAfterMs: figure as number };
  expect(new ProviderError("overloaded", "busy", { ...more, httpStatus: 500.5 }).httpStatus).toBeNull();
  expect(new ProviderError("overloaded", "busy", more).retryAfterMs).toBeNull();
});

it("is simulated from the first answer on that says so, also through the AI SDK", async () => {
  let says = false;
  const own = customProvider("mine", async () => ({ content: "x", simulated: says }), fakeClock());
  const response = { headers: { "x-simulated": "true" } };
  const part = { type: "finish", finishReason: "stop" };
  const sdk = aiSdkGenerate({
    specificationVersion: "v2",
    provider: "p",
    modelId: "m",
    doGenerate: async () => ({ content: [{ type: "text", text: "x" }], finishReason: "stop", response }),
    doStream: async () => ({ stream: ReadableStream.from([part]), response }),
  });
  await own.openChannel().send(call());
  expect(own.simulated).toBe(false);
  says = true;
  await own.openChannel().send(call());
  expect(own.simulated).toBe(true);
  for (const stream of [true, false]) {
    const through = customProvider("sdk", sdk, fakeClock(), "ai-sdk");
    await through.openChannel().send(call({ request: { model: "m", prompt: "Hi", stream } }));
    expect(through.simulated).toBe(true);
  }
});

it("takes a function's tool calls with arguments as an object, and its usage as a server's", async () => {
  const generated = {
    content: "",
    usage: { prompt_tokens: 9, completion_tokens: 2, total_tokens: 20, modality_tokens: { prompt_audio: 3 } },
    tool_calls: [
      { function: { name: "f", arguments: { x: 1 } } },
      { id: "b", type: "function", function: { name: "g", arguments: "{" } },
    ],
  };
  const provider = customProvider("mine", async () => generated as unknown as Generated, fakeClock());
  const { outcome } = await provider.openChannel().send(call());
  expect(outcome).toMatchObject({
    ok: true,
    response: {
      usage: { prompt_tokens: 9, completion_tokens: 11, total_tokens: 20, modality_tokens: { prompt_audio: 3 } },
      tool_calls: [
        { id: null, type: "function", function: { name: "f", arguments: '{"x":1}' } },
        { id: "b", type: "function", function: { name: "g", arguments: "{" } },
      ],
    },
  });
});
