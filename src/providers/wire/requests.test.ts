import { describe, expect, it } from "vitest";
import { WIRES } from "../../../test/support/wires.ts";
import { requestParametersSchema, type ModelRequest } from "../../core/request.ts";
import { unknownParameters } from "./parameters.ts";

// What each API is sent, and nothing more.

const schema = { type: "object", properties: { days: { type: "integer" } } };
const tool = { name: "weather", description: "Tells the weather", parameters: schema };
const asked = {
  system: "Be terse",
  temperature: 0,
  top_p: 0.5,
  max_tokens: 9,
  stop: ["\n"],
  seed: 7,
  response_format: { schema, name: "forecast", strict: true },
  tools: [tool],
  tool_choice: "required" as const,
  reasoning_effort: "low",
};
const named = { name: "forecast", schema, strict: true };
const chatTools = [{ type: "function", function: tool }];
const messages = [
  { role: "system", content: "Be terse" },
  { role: "user", content: "Hi" },
];

interface Expected {
  readonly path: string;
  readonly streamPath?: string;
  readonly headers: Readonly<Record<string, string>>;
  /** Of a plain request that asks for every parameter. */
  readonly body: object;
  /** Of a streamed one that asks for none. */
  readonly bare: object;
  readonly unknown: readonly string[];
}

const bearer = { authorization: "Bearer key" };
const bareMessages = [{ role: "user", content: "Hi" }];
const usage = { stream: true, stream_options: { include_usage: true } };

const EXPECTED: Readonly<Record<string, Expected>> = {
  "openai-chat": {
    path: "/chat/completions",
    headers: bearer,
    body: {
      model: "m",
      messages,
      temperature: 0,
      top_p: 0.5,
      max_tokens: 9,
      stop: ["\n"],
      seed: 7,
      response_format: { type: "json_schema", json_schema: named },
      tools: chatTools,
      tool_choice: "required",
      reasoning_effort: "low",
    },
    bare: { model: "m", messages: bareMessages, ...usage },
    unknown: [],
  },
  "openai-responses": {
    path: "/responses",
    headers: bearer,
    body: {
      model: "m",
      input: "Hi",
      instructions: "Be terse",
      temperature: 0,
      top_p: 0.5,
      max_output_tokens: 9,
      text: { format: { type: "json_schema", ...named } },
      tools: [{ type: "function", ...tool }],
      tool_choice: "required",
      reasoning: { effort: "low" },
    },
    bare: { model: "m", input: "Hi", stream: true },
    unknown: ["seed", "stop"],
  },
  "openai-completions": {
    path: "/completions",
    headers: bearer,
    body: { model: "m", prompt: "Hi", temperature: 0, top_p: 0.5, max_tokens: 9, stop: ["\n"], seed: 7 },
    bare: { model: "m", prompt: "Hi", ...usage },
    unknown: ["reasoning_effort", "response_format", "system", "tool_choice", "tools"],
  },
  "openai-embeddings": {
    path: "/embeddings",
    headers: bearer,
    body: { model: "m", input: "Hi" },
    bare: { model: "m", input: "Hi" },
    unknown: [
      "max_tokens",
      "reasoning_effort",
      "response_format",
      "seed",
      "stop",
      "system",
      "temperature",
      "tool_choice",
      "tools",
      "top_p",
    ],
  },
  "anthropic-messages": {
    path: "/messages",
    headers: { "anthropic-version": "2023-06-01", "x-api-key": "key" },
    body: {
      model: "m",
      messages: bareMessages,
      system: "Be terse",
      temperature: 0,
      top_p: 0.5,
      max_tokens: 9,
      stop_sequences: ["\n"],
      output_config: { format: { type: "json_schema", schema }, effort: "low" },
      tools: [{ name: "weather", description: "Tells the weather", input_schema: schema }],
      tool_choice: { type: "any" },
    },
    bare: { model: "m", messages: bareMessages, max_tokens: 1024, stream: true },
    unknown: ["seed"],
  },
  "google-gemini": {
    path: "/models/m:generateContent",
    streamPath: "/models/m:streamGenerateContent?alt=sse",
    headers: { "x-goog-api-key": "key" },
    body: {
      contents: [{ role: "user", parts: [{ text: "Hi" }] }],
      systemInstruction: { parts: [{ text: "Be terse" }] },
      generationConfig: {
        temperature: 0,
        topP: 0.5,
        maxOutputTokens: 9,
        stopSequences: ["\n"],
        seed: 7,
        responseMimeType: "application/json",
        responseJsonSchema: schema,
        thinkingConfig: { thinkingLevel: "low" },
      },
      tools: [
        {
          functionDeclarations: [{ name: "weather", description: "Tells the weather", parametersJsonSchema: schema }],
        },
      ],
      toolConfig: { functionCallingConfig: { mode: "ANY" } },
    },
    bare: { contents: [{ role: "user", parts: [{ text: "Hi" }] }] },
    unknown: [],
  },
  "ollama-chat": {
    path: "/chat",
    headers: bearer,
    body: {
      model: "m",
      messages,
      stream: false,
      options: { temperature: 0, top_p: 0.5, num_predict: 9, stop: ["\n"], seed: 7 },
      format: schema,
      tools: chatTools,
      think: "low",
    },
    bare: { model: "m", messages: bareMessages, stream: true },
    unknown: ["tool_choice"],
  },
  "cohere-chat": {
    path: "/chat",
    headers: bearer,
    body: {
      model: "m",
      messages,
      stream: false,
      temperature: 0,
      p: 0.5,
      max_tokens: 9,
      stop_sequences: ["\n"],
      seed: 7,
      response_format: { type: "json_object", json_schema: schema },
      tools: chatTools,
      tool_choice: "REQUIRED",
    },
    bare: { model: "m", messages: bareMessages, stream: true },
    unknown: ["reasoning_effort"],
  },
};

describe.each(WIRES)("a request to $name", ({ name, wire }) => {
  const expected = EXPECTED[name];
  if (expected === undefined) throw new Error(`nothing is expected of ${name}`);
  const bare: ModelRequest = { model: "m", prompt: "Hi", stream: true };
  const full: ModelRequest = { ...bare, ...asked, stream: false };

  it("goes to the API's path with its headers", () => {
    expect(wire.path(full)).toBe(expected.path);
    expect(wire.path(bare)).toBe(expected.streamPath ?? expected.path);
    expect(wire.headers("key")).toEqual(expected.headers);
    expect(Object.values(wire.headers(null))).not.toContain("key");
  });

  it("carries every parameter that was asked for and that the API knows, in its words", () => {
    expect(wire.body(full)).toEqual(expected.body);
    expect(unknownParameters(wire.parameters).toSorted()).toEqual(expected.unknown);
  });

  it("holds nothing that nobody asked for", () => {
    expect(wire.body(bare)).toEqual(expected.bare);
  });

  it("says of each parameter there is whether the API knows it", () => {
    const { extra_body: _everywhere, headers: _too, ...known } = requestParametersSchema.shape;
    expect(Object.keys(wire.parameters).toSorted()).toEqual(Object.keys(known).toSorted());
  });

  it("takes extra members of the body over its own, objects key by key", () => {
    const body = wire.body({ ...full, extra_body: { model: "other", mine: { a: [1] } } });
    expect(body).toEqual({ ...expected.body, model: "other", mine: { a: [1] } });
  });

  it("asks for JSON without a schema where the API can", () => {
    const { response_format: _schema, ...rest } = full;
    const changed = JSON.stringify(wire.body({ ...rest, response_format: "json" })) !== JSON.stringify(wire.body(rest));
    const cannot = wire.refuses?.({ ...rest, response_format: "json" }) ?? [];
    expect(changed).toBe(wire.parameters.response_format !== null && cannot.length === 0);
  });
});

/** What of the body says which tool, where the choice is left, forbidden, and one tool; null where it is refused before. */
const CHOICES: Readonly<Record<string, readonly [object, object, object | null]>> = {
  "openai-chat": [
    { tool_choice: "auto" },
    { tool_choice: "none" },
    { tool_choice: { type: "function", function: { name: "weather" } } },
  ],
  "openai-responses": [
    { tool_choice: "auto" },
    { tool_choice: "none" },
    { tool_choice: { type: "function", name: "weather" } },
  ],
  "anthropic-messages": [
    { tool_choice: { type: "auto" } },
    { tool_choice: { type: "none" } },
    { tool_choice: { type: "tool", name: "weather" } },
  ],
  "google-gemini": [
    { toolConfig: { functionCallingConfig: { mode: "AUTO" } } },
    { toolConfig: { functionCallingConfig: { mode: "NONE" } } },
    { toolConfig: { functionCallingConfig: { mode: "ANY", allowedFunctionNames: ["weather"] } } },
  ],
  "cohere-chat": [{}, { tool_choice: "NONE" }, null],
};

it.each(WIRES)("which tool is called is said in the words of $name", ({ name, wire }) => {
  const expected = CHOICES[name];
  expect(wire.parameters.tool_choice === null).toBe(expected === undefined);
  const bare: ModelRequest = { model: "m", prompt: "Hi", stream: true };
  for (const [i, tool_choice] of (["auto", "none", { name: "weather" }] as const).entries()) {
    const request = { ...bare, tool_choice };
    const said = expected?.[i] ?? null;
    if (said === null) {
      expect(wire.parameters.tool_choice === null || wire.refuses?.(request).includes("tool_choice")).toBe(true);
    } else {
      expect(wire.body(request)).toEqual({ ...wire.body(bare), ...said });
    }
  }
});

const picture = { type: "image", media_type: "image/png", data: "aGk=" } as const;
const link = { type: "image", url: "https://x/y.png" } as const;
const ask = { type: "text", text: "What?" } as const;
const imageUrls = [{ type: "image_url", image_url: { url: "data:image/png;base64,aGk=" } }];
const openaiTurns = [
  { role: "user", content: "Hi" },
  { role: "assistant", content: "Yes?" },
  { role: "user", content: [{ type: "text", text: "What?" }, ...imageUrls] },
];

/** What holds the turns of a conversation, and what an image by address becomes; null where it is refused before. */
const TURNS: Readonly<Record<string, { readonly body: object; readonly link: object | null }>> = {
  "openai-chat": { body: { messages: openaiTurns }, link: { type: "image_url", image_url: { url: link.url } } },
  "cohere-chat": { body: { messages: openaiTurns }, link: { type: "image_url", image_url: { url: link.url } } },
  "openai-responses": {
    body: {
      input: [
        openaiTurns[0],
        openaiTurns[1],
        {
          role: "user",
          content: [
            { type: "input_text", text: "What?" },
            { type: "input_image", image_url: "data:image/png;base64,aGk=" },
          ],
        },
      ],
    },
    link: { type: "input_image", image_url: link.url },
  },
  "anthropic-messages": {
    body: {
      messages: [
        openaiTurns[0],
        openaiTurns[1],
        {
          role: "user",
          content: [ask, { type: "image", source: { type: "base64", media_type: "image/png", data: "aGk=" } }],
        },
      ],
    },
    link: { type: "image", source: { type: "url", url: link.url } },
  },
  "google-gemini": {
    body: {
      contents: [
        { role: "user", parts: [{ text: "Hi" }] },
        { role: "model", parts: [{ text: "Yes?" }] },
        { role: "user", parts: [{ text: "What?" }, { inlineData: { mimeType: "image/png", data: "aGk=" } }] },
      ],
    },
    link: null,
  },
  "ollama-chat": {
    body: { messages: [openaiTurns[0], openaiTurns[1], { role: "user", content: "What?", images: ["aGk="] }] },
    link: null,
  },
};

describe.each(WIRES)("a conversation with images to $name", ({ name, wire }) => {
  const request = (...content: readonly (typeof ask | typeof picture | typeof link)[]): ModelRequest => ({
    model: "m",
    prompt: "What?",
    stream: false,
    messages: [
      { role: "user", content: "Hi" },
      { role: "assistant", content: "Yes?" },
      { role: "user", content },
    ],
  });

  it("is in the API's words, where it takes one", () => {
    const expected = TURNS[name];
    expect(wire.takes).toEqual(
      expected === undefined
        ? { turns: false, images: "none" }
        : { turns: true, images: expected.link === null ? "data" : "any" },
    );
    if (expected === undefined) return;
    expect(wire.body(request(ask, picture))).toMatchObject(expected.body);
    if (expected.link !== null) {
      const [found, wanted] = [wire.body(request(link)), expected.link];
      expect(JSON.stringify(found)).toContain(JSON.stringify(wanted));
    }
  });
});

it("a model of Gemini may be tuned, or name its own path", () => {
  const gemini = WIRES.find(({ name }) => name === "google-gemini");
  const pathOf = (model: string): string | undefined => gemini?.wire.path({ model, prompt: "Hi", stream: false });
  expect(pathOf("tunedModels/my-model")).toBe("/tunedModels/my-model:generateContent");
  expect(pathOf("a b?")).toBe("/models/a%20b%3F:generateContent");
});

it("extra members go into what is there, such as Gemini's own nest of parameters", () => {
  const gemini = WIRES.find(({ name }) => name === "google-gemini");
  const extra_body = { generationConfig: { topK: 3, temperature: 1 } };
  const body = gemini?.wire.body({ model: "m", prompt: "Hi", stream: false, temperature: 0, top_p: 0.5, extra_body });
  expect(body).toMatchObject({ generationConfig: { temperature: 1, topP: 0.5, topK: 3 } });
});
