import { describe, expect, it } from "vitest";
import { BenchError } from "../core/errors.ts";
import { NO_PART_LIMITS } from "../core/part-limits.ts";
import type { Environment } from "./environment.ts";
import { OPENAI_QUIRKS } from "../core/quirks.ts";
import { resolveTargets } from "./resolve.ts";
import type { ResolvedTarget } from "./resolve.ts";
import type { Config, ProviderConfig } from "./schema.ts";
import { parseTargets } from "./targets.ts";

const KEYS = { OPENAI_API_KEY: "sk-o", ANTHROPIC_API_KEY: "sk-a" };

function resolved(
  text: string,
  config: Config = {},
  env: Environment = KEYS,
  model: string | null = null,
): ResolvedTarget[] {
  return resolveTargets(parseTargets(text), { config, env, model });
}

function one(text: string, config?: Config, env?: Environment, model?: string): ResolvedTarget {
  const [first] = resolved(text, config, env, model);
  if (first === undefined) throw new Error("no target");
  return first;
}

function failure(text: string, config?: Config, env?: Environment): Pick<BenchError, "code" | "message" | "hint"> {
  try {
    resolved(text, config, env);
  } catch (error) {
    if (error instanceof BenchError) return { code: error.code, message: error.message, hint: error.hint };
  }
  throw new Error("nothing was thrown");
}

const local = (more: ProviderConfig = {}): Config => ({
  providers: { local: { type: "openai", base_url: "http://127.0.0.1:8000", default_model: "m", ...more } },
});

describe("a target", () => {
  it("of a built-in provider needs nothing but its key", () => {
    expect(resolved("openai,anthropic:claude-x")).toEqual([
      {
        label: "openai:gpt-4o-mini",
        provider: "openai",
        type: "openai",
        bridge: null,
        model: "gpt-4o-mini",
        baseUrl: "https://api.openai.com/v1",
        apiKey: "sk-o",
        headers: {},
        network: { proxy: null, ca: null },
        parameters: {},
        timeoutMs: null,
        partLimits: NO_PART_LIMITS,
        retries: null,
        maxConcurrency: null,
        limits: { requestsPerMinute: null, tokensPerMinute: null },
        ignoreEos: false,
        prices: null,
        priceId: "openai",
        quirks: OPENAI_QUIRKS,
        notices: [],
      },
      expect.objectContaining({ label: "anthropic:claude-x", apiKey: "sk-a", baseUrl: "https://api.anthropic.com/v1" }),
    ]);
  });

  it("of the simulator needs no key and has no address", () => {
    expect(one("sim:fast", {}, {})).toMatchObject({ label: "sim:fast", type: "sim", baseUrl: null, apiKey: null });
    expect(one("sim", {}, {}).model).toBe("default");
  });

  it("of a configured provider has everything that the configuration says", () => {
    const more: ProviderConfig = {
      timeout: "2s",
      connect_timeout: "300ms",
      idle_timeout: 5000,
      ignore_eos: true,
      max_retries: 0,
      max_concurrency: 64,
      requests_per_minute: 600,
      tokens_per_minute: 90_000,
      headers: { "X-Team": "a" },
      parameters: { temperature: 0.5 },
      prices: { input_per_million: 1, output_per_million: 2 },
    };
    expect(one("fast=local", local(more))).toEqual({
      label: "fast",
      provider: "local",
      type: "openai",
      bridge: null,
      model: "m",
      baseUrl: "http://127.0.0.1:8000/v1",
      apiKey: null,
      headers: { "X-Team": "a" },
      network: { proxy: null, ca: null },
      parameters: { temperature: 0.5 },
      timeoutMs: 2000,
      partLimits: { connectMs: 300, firstTokenMs: null, idleMs: 5000 },
      retries: 0,
      maxConcurrency: 64,
      limits: { requestsPerMinute: 600, tokensPerMinute: 90_000 },
      ignoreEos: true,
      prices: { input_per_million: 1, output_per_million: 2 },
      priceId: null,
      quirks: {},
      notices: [],
    });
  });

  it("takes its model from itself, then the flag, then the configuration", () => {
    expect(one("local:own", local(), {}, "flag").model).toBe("own");
    expect(one("local", local(), {}, "flag").model).toBe("flag");
    expect(one("local", local(), {}).model).toBe("m");
    expect(one("openai", { providers: { openai: { default_model: "d" } } }).model).toBe("d");
  });

  it("of a built-in provider goes where the configuration says, else where the SDK's variable says", () => {
    const env = { ...KEYS, OPENAI_BASE_URL: "http://env:1" };
    expect(one("openai", {}, env).baseUrl).toBe("http://env:1/v1");
    expect(one("openai", { providers: { openai: { base_url: "http://file:1/x/" } } }, env).baseUrl).toBe(
      "http://file:1/x",
    );
    expect(one("openai", {}, { ...KEYS, OPENAI_BASE_URL: " " }).baseUrl).toBe("https://api.openai.com/v1");
  });

  it.each([
    ["http://h:8000", "http://h:8000/v1"],
    ["http://h:8000/", "http://h:8000/v1"],
    ["http://h/openai", "http://h/openai"],
    ["https://h/v1/", "https://h/v1"],
  ])("with the base URL %s is called at %s", (text, full) => {
    expect(one("local", local({ base_url: text })).baseUrl).toBe(full);
    expect(one("anthropic", {}, { ...KEYS, ANTHROPIC_BASE_URL: text }).baseUrl).toBe(full);
  });
});

it.each([
  ["openai-responses", "http://h/v1"],
  ["openai-completions", "http://h/v1"],
  ["openai-embeddings", "http://h/v1"],
  ["google", "http://h/v1beta"],
  ["ollama", "http://h/api"],
  ["cohere", "http://h/v2"],
] as const)("a target of the type %s is called at %s, when its base URL has no path", (type, full) => {
  expect(one("local", local({ type, base_url: "http://h" }))).toMatchObject({ type, baseUrl: full });
  expect(one("local", local({ type, base_url: "http://h/other" })).baseUrl).toBe("http://h/other");
});

describe("a target cannot be used", () => {
  it("without its key", () => {
    expect(failure("openai", {}, {})).toEqual({
      code: "auth",
      message: "openai needs a key, and OPENAI_API_KEY is not set",
      hint: "Set it: export OPENAI_API_KEY=…, or take the simulator, sim, which needs none",
    });
    expect(failure("anthropic", {}, { ANTHROPIC_API_KEY: " " }).message).toContain("ANTHROPIC_API_KEY is blank");
    expect(failure("local", local({ api_key_env: "LOCAL_KEY" })).message).toContain("LOCAL_KEY is not set");
    expect(failure("openai", { providers: { openai: { api_key_env: "MINE" } } }).message).toContain("MINE is not set");
  });

  it.each(["sk\no", "sk-ö", "sk-\u0000", "sk-“x”"])("with the key %j, which is not repeated", (key) => {
    const { code, message, hint } = failure("openai", {}, { OPENAI_API_KEY: key });
    expect(code).toBe("auth");
    expect(`${message} ${hint}`).not.toContain("sk-");
  });

  it("when its provider is unknown", () => {
    expect(failure("opnai", local())).toEqual({
      code: "usage",
      message: 'unknown provider "opnai"',
      hint: "Did you mean openai? Known: openai, anthropic, sim, local, and those of llm-test-bench providers; others go under providers in llm-test-bench.config.yaml.",
    });
    expect(failure("constructor").message).toBe('unknown provider "constructor"');
  });

  it("without a model, a type or an address", () => {
    const config: Config = {
      providers: { local: { type: "openai", base_url: "http://h" }, x: {}, y: { type: "openai" } },
    };
    expect(failure("local", config)).toMatchObject({ code: "usage", message: "no model is named for local" });
    expect(failure("x:m", config)).toMatchObject({ code: "config", message: "the provider x has no type" });
    expect(failure("y:m", config)).toMatchObject({ code: "config", message: "the provider y has no base_url" });
  });

  it.each([
    ["localhost:8000", "providers.local.base_url has no scheme"],
    ["my-host.lan:8000/v1", "providers.local.base_url has no scheme"],
    ["not a url", 'providers.local.base_url is not a URL: "not a url"'],
    ["ftp://h", "providers.local.base_url has the scheme ftp"],
    ["http://u:p@h", "providers.local.base_url holds a user name or password"],
    ["http://h/v1?k=1", "providers.local.base_url has a query or fragment"],
  ])("with the base URL %s", (text, message) => {
    expect(failure("local", local({ base_url: text }))).toMatchObject({ code: "config", message });
  });

  it("from a bad variable, which is named", () => {
    expect(failure("openai", {}, { ...KEYS, OPENAI_BASE_URL: "nope" }).message).toBe(
      'OPENAI_BASE_URL is not a URL: "nope"',
    );
  });

  it("twice under one label, also when only its default model makes it the same", () => {
    expect(failure("openai,openai:gpt-4o-mini")).toEqual({
      code: "usage",
      message: "the target openai:gpt-4o-mini is named twice",
      hint: "Give each an alias of its own: --providers a=openai:gpt-4o-mini,b=openai:gpt-4o-mini",
    });
  });
});

describe("what the configuration says of every target", () => {
  const benchmarks = { timeout: "7s", idle_timeout: 500, max_retries: 1, max_concurrency: 9, tokens_per_minute: 1000 };

  it("rules where its provider says nothing, a bridge's target too", () => {
    const expected = {
      timeoutMs: 7000,
      partLimits: { ...NO_PART_LIMITS, idleMs: 500 },
      retries: 1,
      maxConcurrency: 9,
      limits: { requestsPerMinute: null, tokensPerMinute: 1000 },
    };
    expect(one("openai", { benchmarks })).toMatchObject(expected);
    expect(one("exec:cat", { benchmarks })).toMatchObject(expected);
    const own = local({ timeout: "3s", max_retries: 0 });
    expect(one("local", { ...own, benchmarks })).toMatchObject({ ...expected, timeoutMs: 3000, retries: 0 });
  });
});

it.each([
  ["vllm:m", {}, true],
  ["sglang:m", {}, true],
  ["vllm:m", { providers: { vllm: { ignore_eos: false } } }, false],
  ["openai", {}, false],
  ["local", local({ ignore_eos: true }), true],
])("%s with %j is told not to end early: %s", (text, config, ignoreEos) => {
  expect(one(text, config).ignoreEos).toBe(ignoreEos);
});
