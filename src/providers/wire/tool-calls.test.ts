import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { ToolCall } from "../../core/response.ts";
import { wireOf } from "../apis.ts";
import type { ApiType } from "../../core/api-type.ts";
import type { Delta } from "./wire-format.ts";

interface Named {
  readonly id: string | null;
  readonly name: string;
  readonly arguments: string;
}

interface Read {
  readonly calls: readonly Named[] | null;
  readonly deltas: readonly Delta[];
  readonly content: string | null;
  readonly response: unknown;
}

const shown = (calls: readonly unknown[] | null): Read["calls"] =>
  (calls as ToolCall[] | null)?.map(({ id, function: { name, arguments: json } }) => ({ id, name, arguments: json })) ??
  null;

function streamed(type: ApiType, ...events: object[]): Read {
  const reader = wireOf(type, "https://example.com/v1").startStream?.();
  const deltas = events.map((event) => reader?.take({ name: "message", data: JSON.stringify(event) }) ?? "none");
  const response = reader?.response();
  return { calls: shown(response?.tool_calls ?? null), deltas, content: response?.content ?? null, response };
}

function plain(type: ApiType, body: object): Read["calls"] {
  const answer = wireOf(type, "https://example.com/v1").readBody(body);
  if (answer === null || answer.failure !== undefined) throw new Error("no answer");
  return shown(answer.response.tool_calls);
}

const call = (id: string | null, name: string, args: string): object => ({ id, name, arguments: args });
const chunk = (delta: object): object => ({ choices: [{ index: 0, delta, finish_reason: null }] });
const message = (more: object): object => ({ choices: [{ index: 0, message: { content: null, ...more } }] });

describe("tool calls of chat completions", () => {
  it("are told apart by their places where a chunk brings several without an index", () => {
    const { calls } = streamed(
      "openai",
      chunk({ tool_calls: [{ function: { name: "f" } }, { function: { name: "f" } }] }),
      chunk({ tool_calls: [{ function: { arguments: '{"x":1}' } }, { function: { arguments: '{"y":2}' } }] }),
    );
    expect(calls).toEqual([call(null, "f", '{"x":1}'), call(null, "f", '{"y":2}')]);
  });

  it("count as output when their arguments come as an object", () => {
    const tool_calls = [{ index: 0, id: "a", function: { name: "f", arguments: { x: 1 } } }];
    const read = streamed("openai", chunk({ tool_calls }));
    expect(read).toMatchObject({ deltas: ["other"], calls: [call("a", "f", '{"x":1}')] });
    expect(plain("openai", message({ tool_calls }))).toEqual([call("a", "f", '{"x":1}')]);
  });

  it("may be one without a list around it", () => {
    const tool_calls = { index: 0, id: "a", function: { name: "f", arguments: "{}" } };
    expect(streamed("openai", chunk({ tool_calls })).calls).toEqual([call("a", "f", "{}")]);
    expect(plain("openai", message({ tool_calls }))).toEqual([call("a", "f", "{}")]);
    expect(plain("cohere", { message: { role: "assistant", tool_calls } })).toEqual([call("a", "f", "{}")]);
    const ollama = { message: { role: "assistant", content: "", tool_calls }, done: true };
    expect(plain("ollama", ollama)).toEqual([call("a", "f", "{}")]);
    expect(streamed("ollama", ollama).calls).toEqual([call("a", "f", "{}")]);
  });

  it("are read where a stream brings the whole message in one event, and not once more after its pieces", () => {
    const tool_calls = [{ id: "a", type: "function", function: { name: "f", arguments: "{}" } }];
    const whole = message({ content: "Hello", reasoning_content: "hm", tool_calls });
    const read = streamed("openai", whole);
    expect(read).toMatchObject({ content: "Hello", calls: [call("a", "f", "{}")], deltas: ["text"] });
    expect(streamed("openai", chunk({ content: "Hello" }), whole)).toMatchObject({ content: "Hello" });
  });

  it("may be the one call of the API before", () => {
    const { calls } = streamed(
      "openai",
      chunk({ function_call: { name: "f", arguments: "" } }),
      chunk({ function_call: { name: "f", arguments: '{"x"' } }),
      chunk({ function_call: { arguments: ":1}" } }),
    );
    expect(calls).toEqual([call(null, "f", '{"x":1}')]);
    expect(plain("openai", message({ function_call: { name: "f", arguments: '{"x":1}' } }))).toEqual(calls);
  });

  it("may be calls of custom tools, whose input is free text", () => {
    const custom = (input: string): object => ({ index: 0, id: "a", type: "custom", custom: { name: "sh", input } });
    const { calls, deltas } = streamed(
      "openai",
      chunk({ tool_calls: [custom("ls")] }),
      chunk({ tool_calls: [{ index: 0, custom: { input: " -l" } }] }),
    );
    expect(calls).toEqual([call("a", "sh", "ls -l")]);
    expect(deltas).toEqual(["other", "other"]);
    expect(plain("openai", message({ tool_calls: [custom("ls -l")] }))).toEqual(calls);
  });

  it("are not what the server ran itself", () => {
    const tool_calls = [{ index: 0, id: "a", type: "web_search", web_search: { outputs: [] } }];
    expect(streamed("openai", chunk({ tool_calls })).calls).toBeNull();
    expect(plain("openai", message({ tool_calls }))).toBeNull();
    expect(plain("openai", message({ executed_tools: [{ type: "search", arguments: "{}" }] }))).toBeNull();
  });
});

describe("tool calls of responses", () => {
  const item = (n: string, more: object = {}): object => ({
    type: "function_call",
    id: `fc_${n}`,
    call_id: n,
    ...more,
  });
  const added = (n: string, index: number, more: object = {}): object => ({
    type: "response.output_item.added",
    output_index: index,
    item: item(n, { name: "f", arguments: "", ...more }),
  });

  it("may hold arguments as an object, in any event", () => {
    const value = { x: 1 };
    const at = { item_id: "fc_a", output_index: 0 };
    for (const event of [
      { type: "response.function_call_arguments.delta", ...at, delta: value },
      { type: "response.function_call_arguments.done", ...at, arguments: value },
      { type: "response.output_item.done", output_index: 0, item: item("a", { name: "f", arguments: value }) },
    ]) {
      const read = streamed("openai-responses", added("a", 0, { arguments: {} }), event);
      expect(read).toMatchObject({ calls: [call("a", "f", '{"x":1}')], deltas: [expect.any(String), "other"] });
    }
    const output = [item("a", { name: "f", arguments: value })];
    expect(plain("openai-responses", { status: "completed", output })).toEqual([call("a", "f", '{"x":1}')]);
  });

  it("may come only when they are done", () => {
    const done = {
      type: "response.function_call_arguments.done",
      item_id: "fc_a",
      output_index: 0,
      arguments: '{"x":1}',
    };
    const read = streamed("openai-responses", added("a", 0), done);
    expect(read).toMatchObject({ calls: [call("a", "f", '{"x":1}')], deltas: ["none", "other"] });
  });

  it.each([
    [
      "the item that is done",
      { type: "response.output_item.done", output_index: 0, item: item("a", { name: "f", arguments: '{"x":1}' }) },
    ],
    [
      "the whole response",
      {
        type: "response.completed",
        response: { status: "completed", output: [item("a", { name: "f", arguments: '{"x":1}' })] },
      },
    ],
  ])("may come only in %s, announced or not", (_, event) => {
    expect(streamed("openai-responses", event).calls).toEqual([call("a", "f", '{"x":1}')]);
    expect(streamed("openai-responses", added("a", 0), event)).toMatchObject({
      calls: [call("a", "f", '{"x":1}')],
      deltas: ["none", "other"],
    });
  });

  it("are no more for being stated three times", () => {
    const whole = item("a", { name: "f", arguments: '{"x":1}' });
    const delta = {
      type: "response.function_call_arguments.delta",
      item_id: "fc_a",
      output_index: 0,
      delta: '{"x":1}',
    };
    const { calls, deltas } = streamed(
      "openai-responses",
      added("a", 0),
      delta,
      { ...delta, type: "response.function_call_arguments.done", arguments: '{"x":1}' },
      { type: "response.output_item.done", output_index: 0, item: whole },
      { type: "response.completed", response: { status: "completed", output: [whole] } },
    );
    expect(calls).toEqual([call("a", "f", '{"x":1}')]);
    expect(deltas).toEqual(["none", "other", "none", "none", "none"]);
  });

  it("stay apart with one index for all, or none", () => {
    const piece = (n: string, delta: string, index?: number): object => ({
      type: "response.function_call_arguments.delta",
      item_id: `fc_${n}`,
      ...(index === undefined ? {} : { output_index: index }),
      delta,
    });
    for (const index of [0, undefined]) {
      const { calls } = streamed(
        "openai-responses",
        { ...added("a", 0), output_index: index },
        { ...added("b", 0), output_index: index },
        piece("a", '{"x":1}', index),
        piece("b", '{"y":2}', index),
      );
      expect(calls).toEqual([call("a", "f", '{"x":1}'), call("b", "f", '{"y":2}')]);
    }
  });

  it("stay one though a gateway makes up a new item id for every event", () => {
    const delta = (id: string, text: string): object => ({
      type: "response.function_call_arguments.delta",
      item_id: id,
      output_index: 1,
      delta: text,
    });
    const { calls } = streamed(
      "openai-responses",
      added("a", 1),
      delta("n1", '{"x"'),
      delta("n2", ":1}"),
      { type: "response.function_call_arguments.done", item_id: "n3", output_index: 1, arguments: '{"x":1}' },
      {
        type: "response.output_item.done",
        output_index: 1,
        item: { ...item("a", { name: "f", arguments: '{"x":1}' }), id: "n4" },
      },
    );
    expect(calls).toEqual([call("a", "f", '{"x":1}')]);
  });

  it("may be calls of custom tools, apart from those that xAI runs itself", () => {
    const custom = { type: "custom_tool_call", id: "ct_1", call_id: "a", name: "sh", input: "ls" };
    const search = { ...custom, id: "ct_2", call_id: "b", name: "x_keyword_search" };
    const web = { type: "web_search_call", id: "ws_1", action: { type: "search", query: "q" } };
    const mcp = { type: "mcp_call", id: "mcp_1", name: "remote", arguments: "{}" };
    const output = [web, search, mcp, custom];
    expect(plain("openai-responses", { status: "completed", output })).toEqual([call("a", "sh", "ls")]);
    const { calls, deltas } = streamed(
      "openai-responses",
      { type: "response.output_item.added", output_index: 0, item: mcp },
      { type: "response.mcp_call_arguments.delta", item_id: "mcp_1", output_index: 0, delta: "{}" },
      { type: "response.output_item.added", output_index: 1, item: { ...custom, input: "" } },
      { type: "response.custom_tool_call_input.delta", item_id: "ct_1", output_index: 1, delta: "l" },
      { type: "response.custom_tool_call_input.done", item_id: "ct_1", output_index: 1, input: "ls" },
      { type: "response.completed", response: { status: "completed", output } },
    );
    expect(calls).toEqual([call("a", "sh", "ls")]);
    expect(deltas).toEqual(["none", "other", "none", "other", "none", "none"]);
  });
});

describe("tool calls of Anthropic messages", () => {
  const start = (index: number | undefined, block: object): object => ({
    type: "content_block_start",
    index,
    content_block: block,
  });
  const input = (index: number | undefined, text: string): object => ({
    type: "content_block_delta",
    index,
    delta: { type: "input_json_delta", partial_json: text },
  });
  const use = (id: string, name = "f", more: unknown = {}): object => ({ type: "tool_use", id, name, input: more });

  it("are not what the server runs itself, whose input is output all the same", () => {
    const { calls, deltas } = streamed(
      "anthropic",
      start(0, { type: "server_tool_use", id: "srv", name: "web_search", input: {} }),
      input(0, '{"query":"q"}'),
      start(1, { type: "web_search_tool_result", tool_use_id: "srv", content: [] }),
      start(2, { type: "mcp_tool_use", id: "mcp", name: "remote", input: {} }),
      input(2, "{}"),
      start(3, use("a")),
      input(3, '{"x":1}'),
    );
    expect(calls).toEqual([call("a", "f", '{"x":1}')]);
    expect(deltas).toEqual(["none", "other", "none", "none", "other", "none", "other"]);
    const none = streamed("anthropic", start(0, { type: "server_tool_use", id: "s", name: "w" }), input(0, "{}"));
    expect(none.calls).toBeNull();
  });

  it("stay apart with one index for all, or none", () => {
    for (const index of [0, undefined]) {
      const { calls } = streamed(
        "anthropic",
        start(index, use("a")),
        input(index, '{"x":1}'),
        start(index, use("b")),
        input(index, '{"y":2}'),
        start(index, { type: "text", text: "" }),
      );
      expect(calls).toEqual([call("a", "f", '{"x":1}'), call("b", "f", '{"y":2}')]);
    }
  });

  it("may bring their whole input where they start, or as an object", () => {
    const read = streamed("anthropic", start(0, use("a", "f", { x: 1 })));
    expect(read).toMatchObject({ calls: [call("a", "f", '{"x":1}')], deltas: ["other"] });
    const delta = { type: "input_json_delta", partial_json: { x: 1 } };
    const later = streamed("anthropic", start(0, use("a")), { type: "content_block_delta", index: 0, delta });
    expect(later).toMatchObject({ calls: [call("a", "f", '{"x":1}')], deltas: ["none", "other"] });
  });
});

describe("a stream that starts over", () => {
  it("of Anthropic leaves nothing of the message before", () => {
    const begin = (id: string): object => ({
      type: "message_start",
      message: { id, model: "m", usage: { input_tokens: 9 } },
    });
    const { calls, content, response } = streamed(
      "anthropic",
      begin("one"),
      { type: "content_block_start", index: 0, content_block: { type: "text", text: "Half an ans" } },
      {
        type: "content_block_start",
        index: 1,
        content_block: { type: "tool_use", id: "a", name: "f", input: { x: 1 } },
      },
      { type: "message_delta", delta: { stop_reason: "tool_use" }, usage: { output_tokens: 70 } },
      begin("two"),
      { type: "content_block_start", index: 0, content_block: { type: "text", text: "Whole" } },
      { type: "message_delta", delta: {}, usage: { output_tokens: 5 } },
    );
    expect([calls, content]).toEqual([null, "Whole"]);
    expect(response).toMatchObject({
      id: "two",
      finish_reason: null,
      usage: { prompt_tokens: 9, completion_tokens: 5 },
    });
  });

  it("of Cohere and of responses does not either", () => {
    const text = (piece: string): object => ({
      type: "content-delta",
      delta: { message: { content: { text: piece } } },
    });
    const cohere = streamed(
      "cohere",
      { type: "message-start", id: "1" },
      text("Ha"),
      { type: "message-start", id: "2" },
      text("Whole"),
    );
    expect(cohere).toMatchObject({ content: "Whole", response: { id: "2" } });
    const begin = (id: string): object => ({ type: "response.created", response: { id, model: "m" } });
    const delta = (piece: string): object => ({ type: "response.output_text.delta", delta: piece });
    const responses = streamed("openai-responses", begin("1"), delta("Ha"), begin("2"), delta("Whole"));
    expect(responses).toMatchObject({ content: "Whole", response: { id: "2" } });
  });
});

describe("tool calls of Gemini", () => {
  const parts = (...calls: object[]): object => ({
    candidates: [{ content: { parts: calls.map((one) => ({ functionCall: one })) } }],
  });

  it("stay apart, with an id or without", () => {
    const read = streamed(
      "google",
      parts({ name: "f", args: { x: 1 } }, { name: "f", args: { x: 2 } }),
      parts({ name: "f" }),
    );
    expect(read.calls).toEqual([call(null, "f", '{"x":1}'), call(null, "f", '{"x":2}'), call(null, "f", "{}")]);
  });

  it.each([false, true])("are one when Vertex streams their arguments (with the name in each: %s)", (named) => {
    const name = named ? { name: "f" } : {};
    const { calls, deltas } = streamed(
      "google",
      parts({ name: "f", willContinue: true }),
      parts({
        ...name,
        partialArgs: [{ jsonPath: "$.city", stringValue: "Zü", willContinue: true }],
        willContinue: true,
      }),
      parts({ ...name, partialArgs: [{ jsonPath: "$.city", stringValue: "rich" }], willContinue: true }),
      parts({
        ...name,
        partialArgs: [
          { jsonPath: "$.days[0].n", numberValue: 2 },
          { jsonPath: "$.days[1]['a.b']", boolValue: false },
          { jsonPath: '$["__proto__"]', nullValue: "NULL_VALUE" },
        ],
        willContinue: true,
      }),
      parts({}),
      parts({ name: "g", willContinue: true }),
      parts({}),
    );
    expect(calls).toEqual([
      call(null, "f", '{"city":"Zürich","days":[{"n":2},{"a.b":false}],"__proto__":null}'),
      call(null, "g", "{}"),
    ]);
    expect(deltas).toEqual(["none", "other", "other", "other", "none", "none", "none"]);
  });

  it("take no more room than their text when a path is endless or names no place", () => {
    const paths = ["$.a[999999999]", `$${".a".repeat(100_000)}`, "$..a", "a", "", "$[0]", "$.b"];
    const partialArgs = paths.map((jsonPath) => ({ jsonPath, stringValue: "x" }));
    expect(streamed("google", parts({ name: "f", partialArgs })).calls).toEqual([call(null, "f", '{"b":"x"}')]);
  });
});

describe("tool calls of Cohere and Ollama", () => {
  it("stay apart with one index for all, or none", () => {
    const start = (id: string, index?: number): object => ({
      type: "tool-call-start",
      ...(index === undefined ? {} : { index }),
      delta: { message: { tool_calls: { id, type: "function", function: { name: "f", arguments: "" } } } },
    });
    const more = (text: string, index?: number): object => ({
      type: "tool-call-delta",
      ...(index === undefined ? {} : { index }),
      delta: { message: { tool_calls: { function: { arguments: text } } } },
    });
    for (const index of [0, undefined]) {
      const { calls } = streamed(
        "cohere",
        start("a", index),
        more('{"x":1}', index),
        start("b", index),
        more('{"y":2}', index),
      );
      expect(calls).toEqual([call("a", "f", '{"x":1}'), call("b", "f", '{"y":2}')]);
    }
  });

  it("hold arguments as an object or as text", () => {
    const tool_calls = [
      { function: { name: "f", arguments: { x: 1 } } },
      { function: { name: "f", arguments: '{"x":2}' } },
      { id: "same", function: { name: "f", arguments: { x: 3 } } },
      { id: "same", function: { name: "f", arguments: { x: 4 } } },
    ];
    const { calls } = streamed("ollama", { message: { content: "", tool_calls } }, { done: true });
    expect(calls).toEqual(
      [1, 2].map((x) => call(null, "f", `{"x":${x}}`)).concat([3, 4].map((x) => call("same", "f", `{"x":${x}}`))),
    );
    expect(plain("ollama", { message: { tool_calls }, done: true })).toEqual(calls);
  });
});

// Whatever a server puts where a tool call could be, the answer is one that a record can hold.

const junk = fc.jsonValue({ maxDepth: 2 });
const callJunk = fc.record(
  {
    index: fc.oneof(fc.nat(2), junk),
    id: fc.oneof(fc.constantFrom("a", "b", ""), junk),
    type: fc.oneof(
      fc.constantFrom("function", "custom", "web_search", "tool_use", "function_call", "custom_tool_call"),
      junk,
    ),
    name: fc.oneof(fc.constantFrom("f", "g", ""), junk),
    call_id: fc.oneof(fc.constantFrom("a", "b"), junk),
    input: junk,
    arguments: fc.oneof(fc.constantFrom("{", '"x":1', "}"), junk),
    function: fc.oneof(fc.record({ name: fc.constantFrom("f", "g", ""), arguments: junk }, { requiredKeys: [] }), junk),
    custom: fc.oneof(fc.record({ name: fc.constantFrom("f"), input: junk }, { requiredKeys: [] }), junk),
    args: junk,
    willContinue: fc.oneof(fc.boolean(), junk),
    partialArgs: fc.array(
      fc.oneof(
        fc.record({
          jsonPath: fc.constantFrom("$.a", "$.a[0]", "$.a.b", "$[1]", "$['a']"),
          stringValue: junk,
          numberValue: junk,
        }),
        junk,
      ),
      { maxLength: 3 },
    ),
  },
  { requiredKeys: [] },
);
const calls = fc.oneof(fc.array(callJunk, { maxLength: 3 }), callJunk, junk);
const TYPES: Record<string, string[]> = {
  openai: [""],
  "openai-responses": [
    ..."response.created response.output_item.added response.output_item.done response.completed".split(" "),
    ..."response.function_call_arguments.delta response.function_call_arguments.done".split(" "),
    ..."response.custom_tool_call_input.delta response.custom_tool_call_input.done".split(" "),
  ],
  anthropic: "message_start content_block_start content_block_delta message_delta".split(" "),
  google: [""],
  cohere: "message-start tool-call-start tool-call-delta".split(" "),
  ollama: [""],
};

const eventOf =
  (type: string) =>
  ([value, one, index, text]: [unknown, object, unknown, unknown]): object => ({
    type,
    index,
    output_index: index,
    item_id: text,
    item: one,
    content_block: one,
    arguments: text,
    input: text,
    message: { tool_calls: value, function_call: one },
    response: { status: "completed", output: value },
    delta:
      typeof text === "string"
        ? text
        : { type: "input_json_delta", partial_json: text, message: { tool_calls: value } },
    choices: [{ index: 0, delta: { tool_calls: value, function_call: one } }],
    candidates: [{ content: { parts: [{ functionCall: one }] } }],
  });

describe.each(Object.keys(TYPES) as ApiType[])("whatever %s says of tool calls", (type) => {
  it("comes to calls with a name and arguments in text", () => {
    const at = fc.oneof(fc.nat(2), junk);
    const event = fc.constantFrom(...(TYPES[type] ?? [])).chain((name) => {
      return fc.tuple(calls, callJunk, at, fc.oneof(fc.constantFrom("fc_a", "{", "}"), junk)).map(eventOf(name));
    });
    fc.assert(
      fc.property(fc.array(event, { maxLength: 8 }), (events) => {
        for (const { id, name, arguments: json } of streamed(type, ...events).calls ?? []) {
          expect([id === null || typeof id, typeof name, typeof json]).toEqual([
            id === null || "string",
            "string",
            "string",
          ]);
        }
      }),
      { numRuns: 300 },
    );
  });
});
