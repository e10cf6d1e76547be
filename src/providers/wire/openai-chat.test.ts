import { describe, expect, it } from "vitest";
import { openaiChat } from "./openai-chat.ts";
import { openaiCompletions } from "./openai-completions.ts";
import { openaiResponses } from "./openai-responses.ts";
import type { Delta } from "./wire-format.ts";

const wire = openaiChat({ maxTokensField: "max_tokens" });
const request = { model: "m", prompt: "Hi", stream: true } as const;
const rendered = (body: unknown): unknown => JSON.parse(JSON.stringify(body));

/** Feeds chunks (objects, or text as it is) and returns what each brought, with the reader. */
function streamed(...chunks: unknown[]): {
  deltas: Delta[];
  reader: ReturnType<typeof wire.startStream>;
  text: string;
} {
  let text = "";
  const reader = wire.startStream((delta) => (text += delta));
  const deltas = chunks.map((chunk) =>
    reader.take({ name: "message", data: typeof chunk === "string" ? chunk : JSON.stringify(chunk) }),
  );
  return { deltas, reader, text };
}
const delta = (fields: object, finish: string | null = null): object => ({
  id: "c1",
  model: "m-2026",
  created: 1_700_000_000,
  choices: [{ index: 0, delta: fields, finish_reason: finish }],
});

describe("a chat completions request", () => {
  it("holds nothing that nobody asked for, apart from the usage of a stream", () => {
    expect(rendered(wire.body(request))).toEqual({
      model: "m",
      messages: [{ role: "user", content: "Hi" }],
      stream: true,
      stream_options: { include_usage: true },
    });
    expect(rendered(wire.body({ ...request, stream: false }))).toEqual({
      model: "m",
      messages: [{ role: "user", content: "Hi" }],
    });
  });

  it("names the token limit as the server knows it", () => {
    const renamed = openaiChat({ maxTokensField: "max_completion_tokens" });
    expect(rendered(renamed.body({ ...request, max_tokens: 9 }))).toMatchObject({ max_completion_tokens: 9 });
  });

  it("sends the key as a bearer token, and no header without a key", () => {
    expect(wire.headers("sk-1")).toEqual({ authorization: "Bearer sk-1" });
    expect(wire.headers(null)).toEqual({});
  });
});

describe("a chat completions stream", () => {
  it("counts text as tokens, but not role-only, empty or usage-only chunks", () => {
    const usage = { prompt_tokens: 5, completion_tokens: 2, total_tokens: 7 };
    const { deltas, reader, text } = streamed(
      delta({ role: "assistant", content: "" }),
      delta({ content: "He" }),
      delta({ content: "llo" }),
      delta({}, "stop"),
      { ...delta({}), choices: [], usage },
      "[DONE]",
    );
    expect(deltas).toEqual(["none", "text", "text", "none", "none", "none"]);
    expect(text).toBe("Hello");
    expect(reader.ended).toBe(true);
    expect(reader.response()).toEqual({
      id: "c1",
      model: "m-2026",
      content: "Hello",
      reasoning: null,
      tool_calls: null,
      finish_reason: "stop",
      usage: { ...usage, reasoning_tokens: null, cached_tokens: null, cache_write_tokens: null },
      created_at: "2023-11-14T22:13:20.000Z",
    });
  });

  it("tells reasoning from text, under either of its names", () => {
    const { deltas, reader } = streamed(
      delta({ reasoning_content: "think" }),
      delta({ reasoning: "ing" }),
      delta({ content: "42" }),
    );
    expect(deltas).toEqual(["reasoning", "reasoning", "text"]);
    expect(reader.response()).toMatchObject({ reasoning: "thinking", content: "42" });
  });

  it("takes content in parts, with thoughts among them, as Mistral's reasoning models stream it", () => {
    const { deltas, reader, text } = streamed(
      delta({ role: "assistant", content: "" }),
      delta({ content: [{ type: "thinking", thinking: [{ type: "text", text: "Hm" }] }] }),
      delta({
        content: [
          { type: "text", text: "4" },
          { type: "reference", reference_ids: [1] },
        ],
      }),
      delta({ content: "2" }, "stop"),
    );
    expect(deltas).toEqual(["none", "reasoning", "text", "text"]);
    expect(reader.response()).toMatchObject({ reasoning: "Hm", content: "42", finish_reason: "stop" });
    expect(text).toBe("42");
  });

  it("takes reasoning from the one of its names that is not empty", () => {
    expect(streamed(delta({ reasoning_content: "", reasoning: "Hm" })).reader.response().reasoning).toBe("Hm");
  });

  it("puts the pieces of tool calls together by index", () => {
    const piece = (index: number, fields: object): object => delta({ tool_calls: [{ index, ...fields }] });
    const { deltas, reader } = streamed(
      piece(0, { id: "t0", function: { name: "add", arguments: "" } }),
      piece(0, { function: { arguments: '{"a":' } }),
      piece(1, { id: "t1", function: { name: "sub", arguments: "{}" } }),
      piece(0, { function: { arguments: "1}" } }),
    );
    expect(deltas).toEqual(["none", "other", "other", "other"]);
    expect(reader.response().tool_calls).toEqual([
      { id: "t0", type: "function", function: { name: "add", arguments: '{"a":1}' } },
      { id: "t1", type: "function", function: { name: "sub", arguments: "{}" } },
    ]);
  });

  it("is complete with a finish reason alone, and not without one", () => {
    expect(streamed(delta({ content: "a" }), delta({}, "length")).reader).toMatchObject({
      complete: true,
      ended: false,
    });
    expect(streamed(delta({ content: "a" })).reader.complete).toBe(false);
  });

  it("fails on an error event and on what is no event of this API", () => {
    expect(streamed({ error: { message: "boom" } }).reader.failure).toEqual({ code: "stream_error", message: "boom" });
    expect(streamed({ error: "out of memory" }, "[DONE]").reader.failure?.message).toBe("out of memory");
    expect(streamed("<html>").reader.failure?.code).toBe("stream_malformed");
  });

  it.each([
    ["OpenRouter", { error: { code: 502, message: "gone" }, choices: [{ delta: {}, finish_reason: "error" }] }, "gone"],
    [
      "OpenRouter in the choice",
      { choices: [{ delta: {}, finish_reason: "error", error: { message: "gone" } }] },
      "gone",
    ],
    ["Mistral", delta({}, "error"), 'the server gave up on the answer: its finish reason is "error"'],
    ["vLLM", { error: { message: "died", type: "InternalServerError", code: 500 } }, "died"],
    ["earlier vLLM", { object: "error", message: "died", type: "InternalServerError", code: 500 }, "died"],
    ["TGI", { error: "Request failed", error_type: "generation" }, "Request failed"],
    ["Groq", { ...delta({}), x_groq: { id: "r", error: "over capacity" } }, "over capacity"],
  ])("is no success when %s breaks it off, even with an end marker behind it", (_of, event, message) => {
    const { reader } = streamed(delta({ content: "a" }), event, "[DONE]");
    expect(reader.failure).toEqual({ code: "stream_error", message });
  });

  it("keeps the usage of the event that breaks it off, since that is billed", () => {
    const { reader } = streamed({ ...delta({}, "error"), usage: { prompt_tokens: 5, completion_tokens: 2 } });
    expect(reader.response().usage).toMatchObject({ prompt_tokens: 5, completion_tokens: 2 });
  });

  it("takes whatever a server leaves out for unknown, never for zero", () => {
    const { reader } = streamed({ choices: [{ delta: null }] }, { choices: "x" }, { usage: { prompt_tokens: -1 } });
    expect(reader.response()).toMatchObject({
      id: null,
      content: null,
      usage: null,
    });
  });

  it("ignores what follows the end marker", () => {
    expect(streamed(delta({ content: "a" }), "[DONE]", delta({ content: "b" })).reader.response().content).toBe("a");
  });
});

describe("a plain chat completion", () => {
  const message = { role: "assistant", content: "Hi" };
  it("keeps cached and reasoning tokens apart", () => {
    const read = wire.readBody({
      id: "c",
      model: "m",
      system_fingerprint: "fp",
      choices: [{ message, finish_reason: "stop" }],
      usage: {
        prompt_tokens: 10,
        completion_tokens: 20,
        prompt_tokens_details: { cached_tokens: 4 },
        completion_tokens_details: { reasoning_tokens: 15 },
      },
    });
    expect(read).toMatchObject({
      systemFingerprint: "fp",
      response: {
        content: "Hi",
        usage: { prompt_tokens: 10, completion_tokens: 20, total_tokens: 30, reasoning_tokens: 15, cached_tokens: 4 },
      },
    });
  });

  it("finds reasoning tokens that SGLang counts beside the details", () => {
    const usage = { prompt_tokens: 5, completion_tokens: 9, total_tokens: 14, reasoning_tokens: 6 };
    expect(wire.readBody({ choices: [{ message }], usage })).toMatchObject({
      response: { usage: { completion_tokens: 9, total_tokens: 14, reasoning_tokens: 6 } },
    });
  });

  it.each([
    ["OpenRouter", { cost: 0.0037756 }],
    ["Perplexity", { cost: { total_cost: 0.0037756 } }],
    ["xAI, in ticks of which 10^10 are a dollar,", { cost_in_usd_ticks: 37_756_000 }],
  ])("has the cost that %s states", (_server, cost) => {
    const tokens = { prompt_tokens: 5, completion_tokens: 9 };
    expect(wire.readBody({ choices: [{ message }], usage: { ...tokens, ...cost } })).toMatchObject({
      response: { usage: { stated_cost_usd: 0.0037756 } },
    });
    const answered = {
      output: [{ type: "message", content: [] }],
      usage: { input_tokens: 5, output_tokens: 9, ...cost },
    };
    expect(openaiResponses.readBody(answered)).toMatchObject({ response: { usage: { stated_cost_usd: 0.0037756 } } });
  });

  it("takes content in parts", () => {
    const content = [
      { type: "thinking", thinking: [{ type: "text", text: "Hm" }] },
      { type: "text", text: "Hi" },
    ];
    expect(wire.readBody({ choices: [{ message: { role: "assistant", content } }] })).toMatchObject({
      response: { content: "Hi", reasoning: "Hm" },
    });
  });

  it("is no success when its choice ended with an error", () => {
    const choice = { message, finish_reason: "error", error: { code: 502, message: "upstream gone" } };
    expect(wire.readBody({ choices: [choice] })).toEqual({
      failure: { code: "stream_error", message: "upstream gone" },
    });
  });

  it.each([[null], ["text"], [{}], [{ choices: [] }], [{ choices: [{}] }]])("is not what %j is", (body) => {
    expect(wire.readBody(body)).toBeNull();
  });
});

describe("a refusal by a chat completions server", () => {
  it.each([
    [401, { message: "no", code: "invalid_api_key" }, "auth"],
    [429, { message: "slow down", type: "requests" }, "rate_limited"],
    [429, { message: "You exceeded your current quota", code: "insufficient_quota" }, "quota"],
    [404, { message: "no such model", code: "model_not_found" }, "not_found"],
    [400, { message: "This model's maximum context length is 8192 tokens" }, "context_length"],
    [400, { message: "bad", code: "content_filter" }, "content_filter"],
    [400, { message: "temperature is too high" }, "invalid_request"],
    [
      413,
      {
        message: "Request too large for model `m` on tokens per minute (TPM): Limit 6000, Requested 7901",
        code: "rate_limit_exceeded",
      },
      "context_length",
    ],
    [
      429,
      {
        message: "Request too large for gpt-4o on tokens per min (TPM): Limit 30000, Requested 40000.",
        code: "rate_limit_exceeded",
      },
      "context_length",
    ],
    [429, { message: "Rate limit reached for m on tokens per minute", code: "rate_limit_exceeded" }, "rate_limited"],
    [500, { message: "oops" }, "server_error"],
    [503, { message: "busy" }, "overloaded"],
  ])("with status %i and %j is %s", (status, error, code) => {
    expect(wire.readFailure(status, { error }, "")).toMatchObject({ code, message: error.message });
  });

  it.each([
    ["vLLM", 400, { object: "error", message: "maximum context length is 4096 tokens", code: 400 }, "context_length"],
    ["Mistral", 401, { message: "Unauthorized", request_id: "r" }, "auth"],
    ["Cerebras", 429, { message: "Requests per minute exceeded", code: "request_quota_exceeded" }, "rate_limited"],
    ["TGI", 422, { error: "`inputs` tokens + `max_new_tokens` must be <= 4096. Given: 5000" }, "context_length"],
    ["TGI", 424, { error: "CUDA out of memory", error_type: "generation" }, "server_error"],
    ["xAI", 400, { code: "Client error", error: "This model's maximum prompt length is 9 tokens" }, "context_length"],
  ])("of %s, with its own shape of a body and status %i, is understood", (_of, status, body: object, code) => {
    const message: unknown = "error" in body ? body.error : "message" in body ? body.message : null;
    expect(wire.readFailure(status, body, JSON.stringify(body))).toEqual({ code, message });
  });

  it("without a body of the API's shape says the status, or the text on one line", () => {
    expect(wire.readFailure(502, undefined, "")).toEqual({
      code: "server_error",
      message: "HTTP 502 without a message",
    });
    expect(wire.readFailure(502, undefined, "<h1>Bad\n gateway</h1>").message).toBe("<h1>Bad gateway</h1>");
    expect(wire.readFailure(422, { error: "nope" }, "").message).toBe("nope");
  });
});

describe("what Azure says of its filters", () => {
  const first = {
    id: "",
    object: "",
    created: 0,
    model: "",
    choices: [],
    prompt_filter_results: [{ prompt_index: 0, content_filter_results: {} }],
  };

  it("comes in a first chunk that sets no id, model or date", () => {
    const { reader } = streamed(first, delta({ content: "Hi" }), delta({}, "stop"));
    expect(reader.response()).toMatchObject({ id: "c1", model: "m-2026", created_at: "2023-11-14T22:13:20.000Z" });
    const { reader: nothingElse } = streamed(first, { choices: [{ index: 0, delta: {}, finish_reason: "stop" }] });
    expect(nothingElse.response()).toMatchObject({ id: null, model: null, created_at: null });
  });

  it("can be an answer without a message, which is a success without content, streamed or not", () => {
    const choice = { index: 0, finish_reason: "content_filter", content_filter_results: { hate: { filtered: true } } };
    const expected = { content: null, finish_reason: "content_filter", id: "c1" };
    for (const api of [wire, openaiCompletions]) {
      const read = api.readBody({ id: "c1", model: "m", choices: [choice] });
      expect(read).toMatchObject({ response: expected });
      const reader = api.startStream();
      reader.take({ name: "message", data: JSON.stringify({ id: "c1", choices: [choice] }) });
      expect(reader).toMatchObject({ complete: true, failure: null });
      expect(reader.response()).toMatchObject(expected);
    }
    expect(wire.readBody({ id: "c1", choices: [{ index: 0, finish_reason: "stop" }] })).toBeNull();
  });
});

describe("thinking in reasoning_details", () => {
  const details = [
    { type: "reasoning.text", text: "Hm, ", format: "MiniMax-response-v1", index: 0 },
    { type: "reasoning.summary", summary: "so" },
    { type: "reasoning.encrypted", data: "x" },
  ];

  it("is read where it is stated nowhere else, streamed or not", () => {
    const { deltas, reader } = streamed(
      delta({ reasoning_details: details }),
      delta({ reasoning: null, reasoning_details: [{ text: "!" }] }),
      delta({ content: "Hi" }, "stop"),
    );
    expect(deltas).toEqual(["reasoning", "reasoning", "text"]);
    expect(reader.response().reasoning).toBe("Hm, so!");
    const message = { content: "Hi", reasoning_content: "", reasoning_details: details };
    expect(wire.readBody({ choices: [{ message, finish_reason: "stop" }] })).toMatchObject({
      response: { reasoning: "Hm, so" },
    });
  });

  it("is not read twice where it stands beside the same text", () => {
    const { reader } = streamed(
      delta({ reasoning: "Hm", reasoning_details: [{ type: "reasoning.text", text: "Hm" }] }),
    );
    expect(reader.response().reasoning).toBe("Hm");
  });
});
