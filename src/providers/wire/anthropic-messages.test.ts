import { describe, expect, it } from "vitest";
import { anthropicMessages as wire } from "./anthropic-messages.ts";
import type { Delta } from "./wire-format.ts";

const request = { model: "c", prompt: "Hi", stream: true } as const;
const rendered = (body: unknown): unknown => JSON.parse(JSON.stringify(body));

function streamed(...events: { type: string; [key: string]: unknown }[]): {
  deltas: Delta[];
  reader: ReturnType<typeof wire.startStream>;
} {
  const reader = wire.startStream();
  const deltas = events.map((event) => reader.take({ name: event.type, data: JSON.stringify(event) }));
  return { deltas, reader };
}
const start = (usage?: object): { type: string } & Record<string, unknown> => ({
  type: "message_start",
  message: { id: "msg_1", model: "c-1", usage },
});
const piece = (delta: object, index = 0): { type: string } & Record<string, unknown> => ({
  type: "content_block_delta",
  index,
  delta,
});
const block = (content_block: object, index = 0): { type: string } & Record<string, unknown> => ({
  type: "content_block_start",
  index,
  content_block,
});

describe("a messages request", () => {
  it("sets the mandatory max_tokens when nobody did, and nothing else", () => {
    expect(rendered(wire.body(request))).toEqual({
      model: "c",
      max_tokens: 1024,
      messages: [{ role: "user", content: "Hi" }],
      stream: true,
    });
  });

  it("sends the key in its own header, and none without a key", () => {
    expect(wire.headers("k")).toEqual({ "anthropic-version": "2023-06-01", "x-api-key": "k" });
    expect(wire.headers(null)).toEqual({ "anthropic-version": "2023-06-01" });
  });
});

describe("temperature and top_p", () => {
  const sampled = (model: string): unknown => {
    const asked = { model, prompt: "Hi", stream: false, temperature: 0, top_p: 0.5 };
    const { temperature, top_p } = wire.body(asked);
    return { temperature, top_p, refused: wire.refuses?.(asked) };
  };

  it.each(["claude-haiku-4-5", "claude-opus-4-20250514", "claude-opus-4-6", "claude-sonnet-4-5-20250929", "mine"])(
    "are sent to %s",
    (model) => expect(sampled(model)).toEqual({ temperature: 0, top_p: 0.5, refused: [] }),
  );

  it.each(["claude-opus-4-7", "claude-opus-4-8-20260601", "claude-opus-5-5", "claude-sonnet-5", "claude-opus-4-7@1"])(
    "are left out for %s, which refuses them, and that is said",
    (model) => expect(sampled(model)).toEqual({ refused: ["temperature", "top_p"] }),
  );
});

describe("a messages stream", () => {
  it("takes the last cumulative usage and counts cache reads and writes into the prompt", () => {
    const { deltas, reader } = streamed(
      start({ input_tokens: 10, cache_read_input_tokens: 3, cache_creation_input_tokens: 2, output_tokens: 1 }),
      block({ type: "text", text: "" }),
      { type: "ping" },
      piece({ type: "text_delta", text: "Hel" }),
      piece({ type: "text_delta", text: "lo" }),
      { type: "content_block_stop", index: 0 },
      { type: "message_delta", delta: { stop_reason: "end_turn" }, usage: { output_tokens: 5 } },
      { type: "message_delta", delta: {}, usage: { output_tokens: 7 } },
      { type: "message_stop" },
    );
    expect(deltas).toEqual(["none", "none", "none", "text", "text", "none", "none", "none", "none"]);
    expect(reader.complete).toBe(true);
    expect(reader.response()).toMatchObject({
      id: "msg_1",
      model: "c-1",
      content: "Hello",
      finish_reason: "end_turn",
      usage: { prompt_tokens: 15, completion_tokens: 7, total_tokens: 22, cached_tokens: 3, cache_write_tokens: 2 },
    });
  });

  it("counts thinking apart, and within the output", () => {
    const { reader } = streamed(
      start({ input_tokens: 1, output_tokens: 1, output_tokens_details: { thinking_tokens: 0 } }),
      {
        type: "message_delta",
        delta: { stop_reason: "end_turn" },
        usage: { output_tokens: 30, output_tokens_details: { thinking_tokens: 25 } },
      },
      { type: "message_delta", delta: {}, usage: { output_tokens: 30, output_tokens_details: null } },
    );
    expect(reader.response().usage).toMatchObject({ completion_tokens: 30, total_tokens: 31, reasoning_tokens: 25 });
  });

  it("tells thinking from text and joins a tool's input", () => {
    const { deltas, reader } = streamed(
      start({ input_tokens: 1, output_tokens: 1 }),
      block({ type: "thinking", thinking: "" }),
      piece({ type: "thinking_delta", thinking: "hm" }),
      piece({ type: "signature_delta", signature: "x" }),
      block({ type: "tool_use", id: "t", name: "add", input: {} }, 1),
      piece({ type: "input_json_delta", partial_json: '{"a"' }, 1),
      piece({ type: "input_json_delta", partial_json: ":1}" }, 1),
      { type: "message_stop" },
    );
    expect(deltas.filter((delta) => delta !== "none")).toEqual(["reasoning", "other", "other"]);
    expect(reader.response()).toMatchObject({
      reasoning: "hm",
      content: null,
      tool_calls: [{ type: "function", id: "t", function: { name: "add", arguments: '{"a":1}' } }],
    });
  });

  it("reads a tool call without arguments as the plain answer has it", () => {
    const tool = { type: "tool_use", id: "t", name: "now", input: {} };
    const { deltas, reader } = streamed(start(), block(tool), piece({ type: "input_json_delta", partial_json: "" }));
    expect(deltas).toEqual(["none", "none", "none"]);
    expect(reader.response().tool_calls).toEqual([
      { id: "t", type: "function", function: { name: "now", arguments: "{}" } },
    ]);
  });

  it("is not complete without its end marker, whatever came before", () => {
    const { reader } = streamed(start(), { type: "message_delta", delta: { stop_reason: "end_turn" }, usage: {} });
    expect(reader).toMatchObject({ complete: false, ended: false });
    expect(reader.response().usage).toBeNull();
  });

  it("fails on an error event and on what is no event of this API", () => {
    const { reader } = streamed({ type: "error", error: { type: "overloaded_error", message: "Overloaded" } });
    expect(reader.failure).toEqual({ code: "overloaded", message: "Overloaded" });
    const other = wire.startStream();
    other.take({ name: "message", data: "no json" });
    expect(other.failure?.code).toBe("stream_malformed");
  });

  it("passes text on as it comes, also that of a block's start", () => {
    const heard: string[] = [];
    const reader = wire.startStream((text) => heard.push(text));
    for (const event of [block({ type: "text", text: "A" }), piece({ type: "text_delta", text: "B" })]) {
      reader.take({ name: "message", data: JSON.stringify(event) });
    }
    expect(heard).toEqual(["A", "B"]);
  });
});

describe("a plain message", () => {
  it("joins its text blocks and keeps its tool calls", () => {
    const tool = { type: "tool_use", id: "t", name: "f", input: {} };
    const read = wire.readBody({
      id: "m",
      model: "c",
      stop_reason: "max_tokens",
      content: [{ type: "text", text: "a" }, { type: "text", text: "b" }, tool],
      usage: { input_tokens: 2, output_tokens: 3 },
    });
    expect(read).toMatchObject({
      response: {
        content: "ab",
        tool_calls: [{ id: "t", type: "function", function: { name: "f", arguments: "{}" } }],
        finish_reason: "max_tokens",
        usage: { prompt_tokens: 2, completion_tokens: 3, total_tokens: 5, cached_tokens: null },
      },
    });
  });

  it.each([
    [{ output_tokens_details: { thinking_tokens: 2 } }, 2],
    [{ output_tokens_details: { thinking_tokens: 0 } }, 0],
    [{ output_tokens_details: null }, null],
    [{}, null],
  ])("whose usage has %j has %j tokens of reasoning", (details, reasoning) => {
    const usage = { input_tokens: 2, output_tokens: 3, ...details };
    expect(wire.readBody({ content: [], usage })).toMatchObject({
      response: { usage: { completion_tokens: 3, reasoning_tokens: reasoning } },
    });
  });

  it.each([[null], [[]], [{ type: "message" }]])("is not what %j is", (body) => {
    expect(wire.readBody(body)).toBeNull();
  });
});

describe("a refusal by a messages server", () => {
  it.each([
    [401, "authentication_error", "bad key", "auth"],
    [403, "permission_error", "no", "permission"],
    [404, "not_found_error", "model: x", "not_found"],
    [429, "rate_limit_error", "slow", "rate_limited"],
    [529, "overloaded_error", "Overloaded", "overloaded"],
    [500, "api_error", "oops", "server_error"],
    [400, "invalid_request_error", "prompt is too long: 300000 tokens", "context_length"],
    [400, "invalid_request_error", "Your credit balance is too low", "quota"],
    [400, "invalid_request_error", "max_tokens: required", "invalid_request"],
  ])("with status %i, %s and %j is %s", (status, type, message, code) => {
    expect(wire.readFailure(status, { type: "error", error: { type, message } }, "")).toEqual({ code, message });
  });

  it("without a body of the API's shape says the status", () => {
    expect(wire.readFailure(503, undefined, "").code).toBe("overloaded");
  });
});
