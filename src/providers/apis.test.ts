import { expect, it } from "vitest";
import { OPENAI_QUIRKS } from "../core/quirks.ts";
import { API_TYPES } from "../core/api-type.ts";
import { endpointOf, parametersLeftOut, wireOf } from "./apis.ts";

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

it("what each API does not take is told, of what is asked for", () => {
  const tools = [{ name: "t" }];
  const request = { model: "m", prompt: "p", stream: true, stop: ["."], seed: 1, reasoning_effort: "low", tools };
  const leftOut = Object.fromEntries(API_TYPES.map((type) => [type, parametersLeftOut(type)(request)]));
  expect(leftOut).toEqual({
    openai: [],
    "openai-responses": ["stop", "seed"],
    "openai-completions": ["tools", "reasoning_effort"],
    "openai-embeddings": ["stop", "seed", "tools", "reasoning_effort"],
    anthropic: ["seed"],
    google: [],
    ollama: [],
    cohere: ["reasoning_effort"],
  });
  expect(parametersLeftOut("anthropic")({ ...request, response_format: "json" })).toContain("response_format");
  expect(parametersLeftOut("anthropic")({ ...request, response_format: { schema: {} } })).toEqual(["seed"]);
});

it("what OpenAI's reasoning models refuse is left out in every API that reaches them", () => {
  const request = { model: "o3", prompt: "p", stream: true, temperature: 0, top_p: 1 };
  for (const type of ["openai", "openai-responses"] as const) {
    const wire = wireOf(type, "https://api.openai.com/v1");
    expect(wire.body(request)).not.toHaveProperty("temperature");
    expect(wire.body(request)).not.toHaveProperty("top_p");
    expect(wire.body({ ...request, model: "gpt-4o" })).toMatchObject({ temperature: 0, top_p: 1 });
    expect(parametersLeftOut(type, OPENAI_QUIRKS)(request)).toEqual(["temperature", "top_p"]);
    // Elsewhere a name says nothing.
    expect(wireOf(type, "https://example.com/v1").body(request)).toMatchObject({ temperature: 0 });
  }
});
