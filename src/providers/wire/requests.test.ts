import { describe, expect, it } from "vitest";
import { WIRES } from "../../../test/support/wires.ts";
import { requestParametersSchema, type ModelRequest } from "../../core/request.ts";
import { unknownParameters } from "./parameters.ts";

// What each API is sent, and nothing more.

const asked = { system: "Be terse", temperature: 0, top_p: 0.5, max_tokens: 9, stop: ["\n"] };
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
    body: { model: "m", messages, temperature: 0, top_p: 0.5, max_tokens: 9, stop: ["\n"] },
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
    },
    bare: { model: "m", input: "Hi", stream: true },
    unknown: ["stop"],
  },
  "openai-completions": {
    path: "/completions",
    headers: bearer,
    body: { model: "m", prompt: "Hi", temperature: 0, top_p: 0.5, max_tokens: 9, stop: ["\n"] },
    bare: { model: "m", prompt: "Hi", ...usage },
    unknown: ["system"],
  },
  "openai-embeddings": {
    path: "/embeddings",
    headers: bearer,
    body: { model: "m", input: "Hi" },
    bare: { model: "m", input: "Hi" },
    unknown: ["max_tokens", "stop", "system", "temperature", "top_p"],
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
    },
    bare: { model: "m", messages: bareMessages, max_tokens: 1024, stream: true },
    unknown: [],
  },
  "google-gemini": {
    path: "/models/m:generateContent",
    streamPath: "/models/m:streamGenerateContent?alt=sse",
    headers: { "x-goog-api-key": "key" },
    body: {
      contents: [{ role: "user", parts: [{ text: "Hi" }] }],
      systemInstruction: { parts: [{ text: "Be terse" }] },
      generationConfig: { temperature: 0, topP: 0.5, maxOutputTokens: 9, stopSequences: ["\n"] },
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
      options: { temperature: 0, top_p: 0.5, num_predict: 9, stop: ["\n"] },
    },
    bare: { model: "m", messages: bareMessages, stream: true },
    unknown: [],
  },
  "cohere-chat": {
    path: "/chat",
    headers: bearer,
    body: { model: "m", messages, stream: false, temperature: 0, p: 0.5, max_tokens: 9, stop_sequences: ["\n"] },
    bare: { model: "m", messages: bareMessages, stream: true },
    unknown: [],
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
    expect(Object.keys(wire.parameters).toSorted()).toEqual(Object.keys(requestParametersSchema.shape).toSorted());
  });
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
