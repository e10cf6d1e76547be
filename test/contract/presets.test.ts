import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { BUILT_IN_PROVIDERS } from "../../src/config/built-in.ts";
import { PRESETS } from "../../src/config/presets.ts";
import { resolveTargets, type ResolvedTarget } from "../../src/config/resolve.ts";
import { systemClock } from "../../src/core/clock.ts";
import { API_TYPES } from "../../src/core/api-type.ts";
import { apiProvider, parametersLeftOut } from "../../src/providers/apis.ts";
import { exampleCall } from "../support/call.ts";
import { ROOT } from "../support/cli.ts";
import type { ModelCall } from "../support/model-server.ts";
import { answering } from "../support/servers.ts";

const KEY = "a-key-of-the-test";

function resolved(target: string, env: Readonly<Record<string, string>> = {}, config = {}): ResolvedTarget {
  const [one] = resolveTargets([{ alias: null, provider: target, model: null }], { config, env, model: "m" });
  if (one === undefined) throw new Error(`${target} was not resolved`);
  return one;
}

/** What a server at the target's address gets of a streamed request that asks for everything. */
async function sentTo(target: ResolvedTarget, model = "m"): Promise<ModelCall> {
  const server = await answering(() => ({ text: "ok" }));
  const { pathname } = new URL(target.baseUrl ?? "");
  if (target.type === "sim" || target.type === "bridge") throw new Error("no preset");
  const provider = apiProvider(
    target.type,
    {
      name: target.provider,
      baseUrl: server.url + pathname.replace(/\/$/, ""),
      apiKey: target.apiKey,
      quirks: target.quirks,
      userAgent: "test",
    },
    systemClock,
  );
  const channel = provider.openChannel();
  await channel.send(
    exampleCall({
      request: {
        model,
        prompt: "Hi",
        stream: true,
        system: "S",
        temperature: 0,
        top_p: 0.5,
        max_tokens: 9,
        stop: ["."],
      },
    }),
  );
  await channel.close();
  const [call] = server.calls;
  if (call === undefined) throw new Error("nothing was sent");
  return call;
}

const bearer = { authorization: `Bearer ${KEY}` };
const messages = [
  { role: "system", content: "S" },
  { role: "user", content: "Hi" },
];
const chat = { model: "m", messages, stream: true, temperature: 0, top_p: 0.5, stop: ["."] };
const asksUsage = { stream_options: { include_usage: true } };
const usual = { ...chat, ...asksUsage, max_tokens: 9 };

/** For each preset: the host, the path, the key's header, and the whole body. */
const EXPECTED: Readonly<Record<string, readonly [string, string, object, object]>> = {
  openai: ["api.openai.com", "/v1/chat/completions", bearer, { ...chat, ...asksUsage, max_completion_tokens: 9 }],
  anthropic: [
    "api.anthropic.com",
    "/v1/messages",
    { "x-api-key": KEY, "anthropic-version": "2023-06-01" },
    {
      model: "m",
      max_tokens: 9,
      messages: messages.slice(1),
      stream: true,
      system: "S",
      temperature: 0,
      top_p: 0.5,
      stop_sequences: ["."],
    },
  ],
  google: [
    "generativelanguage.googleapis.com",
    "/v1beta/models/m:streamGenerateContent?alt=sse",
    { "x-goog-api-key": KEY },
    {
      contents: [{ role: "user", parts: [{ text: "Hi" }] }],
      systemInstruction: { parts: [{ text: "S" }] },
      generationConfig: { temperature: 0, topP: 0.5, maxOutputTokens: 9, stopSequences: ["."] },
    },
  ],
  azure: [
    "mine.openai.azure.com",
    "/openai/deployments/m/chat/completions?api-version=2024-10-21",
    { "api-key": KEY },
    { ...chat, ...asksUsage, max_completion_tokens: 9 },
  ],
  mistral: ["api.mistral.ai", "/v1/chat/completions", bearer, { ...chat, max_tokens: 9 }],
  groq: ["api.groq.com", "/openai/v1/chat/completions", bearer, usual],
  together: ["api.together.xyz", "/v1/chat/completions", bearer, usual],
  fireworks: ["api.fireworks.ai", "/inference/v1/chat/completions", bearer, usual],
  openrouter: ["openrouter.ai", "/api/v1/chat/completions", bearer, { ...chat, max_tokens: 9 }],
  deepseek: ["api.deepseek.com", "/v1/chat/completions", bearer, usual],
  xai: ["api.x.ai", "/v1/chat/completions", bearer, usual],
  perplexity: ["api.perplexity.ai", "/chat/completions", bearer, usual],
  cerebras: ["api.cerebras.ai", "/v1/chat/completions", bearer, { ...chat, ...asksUsage, max_completion_tokens: 9 }],
  nvidia: ["integrate.api.nvidia.com", "/v1/chat/completions", bearer, usual],
  huggingface: ["router.huggingface.co", "/v1/chat/completions", bearer, usual],
  ollama: [
    "127.0.0.1:11434",
    "/api/chat",
    {},
    { model: "m", messages, stream: true, options: { temperature: 0, top_p: 0.5, num_predict: 9, stop: ["."] } },
  ],
  lmstudio: ["127.0.0.1:1234", "/v1/chat/completions", {}, usual],
  vllm: ["127.0.0.1:8000", "/v1/chat/completions", {}, usual],
  sglang: ["127.0.0.1:30000", "/v1/chat/completions", {}, usual],
  llamacpp: ["127.0.0.1:8080", "/v1/chat/completions", {}, usual],
  tgi: ["127.0.0.1:8080", "/v1/chat/completions", {}, usual],
};

/** A preset without quirks needs no entry above: it is asked as most are, where it says that it is. */
function expectedOf(name: string): readonly [string, string, object, object] {
  const named = EXPECTED[name];
  if (named !== undefined) return named;
  const { type, baseUrl, apiKeyEnv, quirks } = BUILT_IN_PROVIDERS.get(name) ?? raise();
  if (type !== "openai" || baseUrl === null || Object.keys(quirks).length > 0) {
    throw new Error(`say above what the server of ${name} is sent, since it departs from what most are`);
  }
  const { host, pathname } = new URL(baseUrl);
  return [host, `${pathname}/chat/completions`, apiKeyEnv === null ? {} : bearer, usual];
}

/** Only the key's variable, and the address where each user has one of their own. */
function environmentOf(name: string): Record<string, string> {
  const { apiKeyEnv, baseUrlEnv, baseUrl } = BUILT_IN_PROVIDERS.get(name) ?? raise();
  return {
    ...(apiKeyEnv === null ? {} : { [apiKeyEnv]: KEY }),
    ...(baseUrlEnv !== null && baseUrl === null ? { [baseUrlEnv]: "https://mine.openai.azure.com/" } : {}),
  };
}

function raise(): never {
  throw new Error("there is no such preset");
}

const names = [...BUILT_IN_PROVIDERS.keys()].filter((name) => name !== "sim");

describe.each(names)("the preset %s", (name) => {
  it("sends to its address, with its key, in its words, and nothing that nobody asked for", async () => {
    const [host, path, headers, body] = expectedOf(name);
    const target = resolved(name, environmentOf(name));
    expect(new URL(target.baseUrl ?? "").host).toBe(host);
    const call = await sentTo(target);
    expect(call.path).toBe(path);
    expect(call.headers).toMatchObject(headers);
    expect(JSON.stringify(call.headers).includes(KEY)).toBe(target.apiKey !== null);
    expect(call.body).toEqual(body);
  });

  it("has a page of documentation, and a row in ours", () => {
    const { docs, confirmed, apiKeyEnv } = BUILT_IN_PROVIDERS.get(name) ?? raise();
    expect(docs).toMatch(/^https:\/\//);
    const rows = readFileSync(join(ROOT, "docs/providers.md"), "utf8").split("\n");
    const row = rows.find((line) => line.startsWith(`| [\`${name}\`](${docs})`)) ?? "";
    expect(row).toContain(apiKeyEnv === null ? "none" : `\`${apiKeyEnv}\``);
    expect(row).toContain(`\`-p ${name}`);
    expect(row.includes("unconfirmed")).toBe(!confirmed);
  });
});

it("docs/providers.md has a row for each preset and for no other", () => {
  const rows = readFileSync(join(ROOT, "docs/providers.md"), "utf8").matchAll(/^\| \[`(\w+)`\]\(/gm);
  expect([...rows].map(([, name = ""]) => name).toSorted()).toEqual(names.toSorted());
});

describe("a reasoning model at OpenAI or Azure", () => {
  it.each(["o3-mini", "gpt-5", "gpt-5-mini-2025-08-07"])(
    "%s is sent no temperature, and a developer",
    async (model) => {
      const { body } = await sentTo(resolved("openai", environmentOf("openai")), model);
      expect(body).toEqual({
        model,
        messages: [{ role: "developer", content: "S" }, messages[1]],
        stream: true,
        ...asksUsage,
        max_completion_tokens: 9,
        stop: ["."],
      });
      const { type, quirks } = resolved("azure", environmentOf("azure"));
      if (type === "sim" || type === "bridge") throw new Error("azure is no simulator");
      expect(
        parametersLeftOut(type, quirks)({ model, prompt: "Hi", stream: true, temperature: 1, top_p: 1, seed: 1 }),
      ).toEqual(["temperature", "top_p"]);
    },
  );

  it.each(["gpt-4o", "gpt-5.2", "gpt-5-chat-latest", "omni-1"])("%s is none", async (model) => {
    const { body } = await sentTo(resolved("openai", environmentOf("openai")), model);
    expect(body).toMatchObject({ temperature: 0, messages: [{ role: "system" }, {}] });
  });
});

describe("azure", () => {
  const env = { AZURE_OPENAI_API_KEY: KEY, OPENAI_API_VERSION: "2025-04-01-preview" };
  const pathAt = async (base_url: string, more = {}): Promise<string> =>
    (await sentTo(resolved("azure", env, { providers: { azure: { base_url, ...more } } }))).path;

  it("takes the API's version from the configuration, else from the variable of OpenAI's client", async () => {
    expect(await pathAt("https://x.openai.azure.com")).toContain("?api-version=2025-04-01-preview");
    expect(await pathAt("https://x.openai.azure.com", { api_version: "2025-01-01" })).toContain("=2025-01-01");
  });

  it("takes a base URL that names its deployment, or the undated API, as it is", async () => {
    expect(await pathAt("https://x.openai.azure.com/openai/deployments/d")).toMatch(
      /^\/openai\/deployments\/d\/chat\/completions\?api/,
    );
    expect(await pathAt("https://x.openai.azure.com/openai/v1")).toBe("/openai/v1/chat/completions");
  });

  it("says which variable its address belongs in", () => {
    expect(() => resolved("azure", { AZURE_OPENAI_API_KEY: KEY })).toThrow(
      expect.objectContaining({ hint: expect.stringContaining("AZURE_OPENAI_ENDPOINT") }),
    );
  });
});

describe("an entry of the configuration", () => {
  it("completes a preset when it states no type", () => {
    const config = { providers: { groq: { default_model: "x", timeout: "5s" } } };
    expect(resolved("groq", { GROQ_API_KEY: KEY }, config)).toMatchObject({
      type: "openai",
      apiKey: KEY,
      timeoutMs: 5000,
      baseUrl: "https://api.groq.com/openai/v1",
      priceId: "groq",
    });
  });

  it("is a provider of its own when it states one, whatever it is called", () => {
    const config = { providers: { ollama: { type: "openai", base_url: "http://127.0.0.1:1" } } };
    expect(resolved("ollama", {}, config)).toMatchObject({ type: "openai", apiKey: null, priceId: null });
    const moved = { providers: { mine: { type: "openai", base_url: "https://api.mistral.ai/v1" } } };
    expect(resolved("mine", {}, moved).quirks).toEqual(PRESETS["mistral"]?.quirks);
  });
});

it("google takes its key from the second variable where the first is not set", () => {
  expect(resolved("google", { GOOGLE_API_KEY: KEY }).apiKey).toBe(KEY);
  expect(resolved("google", { GOOGLE_API_KEY: "other-key", GEMINI_API_KEY: KEY }).apiKey).toBe(KEY);
  expect(API_TYPES).toContain(PRESETS["google"]?.type);
});
