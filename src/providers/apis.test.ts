import { expect, it } from "vitest";
import { API_TYPES } from "../core/api-type.ts";
import { endpointOf, parametersUnknownTo, wireOf } from "./apis.ts";

it.each([
  ["openai", "http://h/v1/chat/completions"],
  ["anthropic", "http://h/v1/messages"],
  ["openai-responses", "http://h/v1/responses"],
  ["google", "http://h/v1/models/m:generateContent"],
  ["sim", "http://h/v1/chat/completions"],
] as const)("requests of %s go to %s", (type, url) => {
  expect(endpointOf(type, "http://h/v1/", "m")).toBe(url);
});

it("only OpenAI itself is told the token limit by its new name", () => {
  const bodyAt = (baseUrl: string): object =>
    wireOf("openai", baseUrl).body({ model: "m", prompt: "p", stream: false, max_tokens: 9 });
  expect(bodyAt("https://api.openai.com/v1")).toMatchObject({ max_completion_tokens: 9 });
  expect(bodyAt("https://example.com/v1")).toMatchObject({ max_tokens: 9 });
});

it("what each API does not know is told", () => {
  const unknown = Object.fromEntries(API_TYPES.map((type) => [type, parametersUnknownTo(type).length]));
  expect(unknown).toMatchObject({ openai: 0, anthropic: 0, google: 0, ollama: 0, cohere: 0, "openai-responses": 1 });
});
