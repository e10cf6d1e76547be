import fc from "fast-check";
import { expect, test } from "vitest";
import { caseKeyOf, readChatRequest } from "./chat-request.ts";
import { anthropicWire } from "./wire-anthropic.ts";
import { openaiWire } from "./wire-openai.ts";

const messages = [{ role: "user", content: "12345" }];
const read = (body: unknown, wire = openaiWire): object => readChatRequest(JSON.stringify(body), wire);

test("a request is read with everything that shapes its answer", () => {
  expect(read({ model: "m", messages, stream: true, stream_options: { include_usage: true }, max_tokens: 9 })).toEqual({
    model: "m",
    messages,
    stream: true,
    includeUsage: true,
    maxTokens: 9,
    promptTokens: 2,
  });
  expect(read({ model: "m", messages })).toMatchObject({ stream: false, includeUsage: false, maxTokens: null });
  expect(read({ model: "m", messages, max_completion_tokens: 4 })).toMatchObject({ maxTokens: 4 });
});

test("prompt tokens count the text of all messages, of content parts and of the system prompt", () => {
  const parts = [
    {
      role: "user",
      content: [
        { type: "text", text: "1234" },
        { type: "image", source: {} },
      ],
    },
  ];
  expect(read({ model: "m", messages: parts, system: "1234" })).toMatchObject({ promptTokens: 2 });
  expect(read({ model: "m", messages: parts, system: [{ type: "text", text: "12345" }] })).toMatchObject({
    promptTokens: 3,
  });
});

test.each([
  ["{", undefined],
  ["[]", undefined],
  [JSON.stringify({ messages }), "model"],
  [JSON.stringify({ model: "", messages }), "model"],
  [JSON.stringify({ model: "m" }), "messages"],
  [JSON.stringify({ model: "m", messages: [] }), "messages"],
  [JSON.stringify({ model: "m", messages, max_tokens: 0 }), "max_tokens"],
  [JSON.stringify({ model: "m", messages, max_tokens: "9" }), "max_tokens"],
])("%s is refused and names the member", (text, param) => {
  expect(readChatRequest(text, openaiWire)).toMatchObject({ message: expect.any(String), ...(param ? { param } : {}) });
});

test("a limit is demanded where the wire demands one", () => {
  expect(read({ model: "m", messages }, anthropicWire)).toMatchObject({ param: "max_tokens" });
  expect(read({ model: "m", messages, max_tokens: 1 }, anthropicWire)).toMatchObject({ maxTokens: 1 });
});

test("whatever comes is read or refused, never thrown at", () => {
  const body = fc.record({ model: fc.string(), messages: fc.array(fc.jsonValue()), system: fc.jsonValue() });
  fc.assert(
    fc.property(
      fc.oneof(
        fc.string(),
        fc.json(),
        body.map((value) => JSON.stringify(value)),
      ),
      (text) => {
        const found = readChatRequest(text, openaiWire);
        expect("model" in found ? found.promptTokens >= 0 : found.message.length > 0).toBe(true);
      },
    ),
  );
});

test("a case is known by its model and messages alone", () => {
  const keyOf = (more: object): string => {
    const found = readChatRequest(JSON.stringify({ model: "m", messages, ...more }), openaiWire);
    if (!("model" in found)) throw new Error(found.message);
    return caseKeyOf(found);
  };
  expect(keyOf({ stream: true, max_tokens: 5 })).toBe(keyOf({}));
  expect(keyOf({ model: "n" })).not.toBe(keyOf({}));
  expect(keyOf({ messages: [{ role: "user", content: "other" }] })).not.toBe(keyOf({}));
});
