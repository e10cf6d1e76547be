import { OPENAI_QUIRKS, type Quirks } from "../core/quirks.ts";
import type { BuiltInProvider } from "./built-in-provider.ts";

/** What most presets share: OpenAI chat completions at a fixed address, with a key. */
function hosted(
  baseUrl: string,
  apiKeyEnv: string,
  more: Pick<BuiltInProvider, "docs" | "confirmed"> & Partial<BuiltInProvider>,
): BuiltInProvider {
  return {
    type: "openai",
    apiKeyEnv,
    baseUrlEnv: null,
    baseUrl,
    defaultModel: null,
    priceId: null,
    quirks: {},
    ...more,
  };
}

/** A server on this machine, at the port that it takes unless told otherwise. It needs no key and states no price. */
const local = (baseUrl: string, docs: string, more: Partial<BuiltInProvider> = {}): BuiltInProvider => ({
  ...hosted(baseUrl, "", { docs, confirmed: true, ...more }),
  apiKeyEnv: null,
});

/** Their streams bring the usage unasked; to be asked for it is refused or of no effect. */
const USAGE_UNASKED: Quirks = { usageUnasked: true };

/**
 * Providers that are known by name. One entry is all that an OpenAI-compatible one takes, with a row in
 * docs/providers.md. `confirmed` tells whether documentation or a recorded answer shows what the entry says.
 */
export const PRESETS = {
  google: hosted("https://generativelanguage.googleapis.com/v1beta", "GEMINI_API_KEY", {
    type: "google",
    otherApiKeyEnv: "GOOGLE_API_KEY",
    priceId: "google",
    docs: "https://ai.google.dev/api/generate-content",
    confirmed: true,
  }),
  azure: {
    type: "openai",
    apiKeyEnv: "AZURE_OPENAI_API_KEY",
    baseUrlEnv: "AZURE_OPENAI_ENDPOINT",
    baseUrl: null,
    apiPath: "/openai",
    defaultModel: null,
    priceId: "azure",
    quirks: { ...OPENAI_QUIRKS, keyHeader: "api-key", azureApiVersion: "2024-10-21" },
    docs: "https://learn.microsoft.com/azure/ai-foundry/openai/reference",
    // That the dated API takes `max_completion_tokens` for every deployment is not shown anywhere.
    confirmed: false,
  },
  mistral: hosted("https://api.mistral.ai/v1", "MISTRAL_API_KEY", {
    priceId: "mistral",
    // A recorded 422: https://github.com/openai/openai-agents-python/issues/442
    quirks: { ...USAGE_UNASKED, seedField: "random_seed" },
    docs: "https://docs.mistral.ai/api/",
    confirmed: true,
  }),
  groq: hosted("https://api.groq.com/openai/v1", "GROQ_API_KEY", {
    priceId: "groq",
    docs: "https://console.groq.com/docs/openai",
    confirmed: true,
  }),
  together: hosted("https://api.together.xyz/v1", "TOGETHER_API_KEY", {
    priceId: "together",
    docs: "https://docs.together.ai/docs/openai-api-compatibility",
    confirmed: true,
  }),
  fireworks: hosted("https://api.fireworks.ai/inference/v1", "FIREWORKS_API_KEY", {
    priceId: "fireworks",
    docs: "https://docs.fireworks.ai/tools-sdks/openai-compatibility",
    confirmed: false,
  }),
  openrouter: hosted("https://openrouter.ai/api/v1", "OPENROUTER_API_KEY", {
    priceId: "openrouter",
    quirks: USAGE_UNASKED,
    docs: "https://openrouter.ai/docs/use-cases/usage-accounting",
    confirmed: true,
  }),
  deepseek: hosted("https://api.deepseek.com/v1", "DEEPSEEK_API_KEY", {
    priceId: "deepseek",
    docs: "https://api-docs.deepseek.com/",
    confirmed: true,
  }),
  xai: hosted("https://api.x.ai/v1", "XAI_API_KEY", {
    priceId: "x-ai",
    docs: "https://docs.x.ai/docs/api-reference",
    confirmed: false,
  }),
  perplexity: hosted("https://api.perplexity.ai", "PERPLEXITY_API_KEY", {
    apiPath: "",
    priceId: "perplexity",
    docs: "https://docs.perplexity.ai/guides/chat-completions-guide",
    confirmed: false,
  }),
  cerebras: hosted("https://api.cerebras.ai/v1", "CEREBRAS_API_KEY", {
    priceId: "cerebras",
    quirks: { maxTokensField: "max_completion_tokens" },
    docs: "https://inference-docs.cerebras.ai/api-reference/chat-completions",
    confirmed: false,
  }),
  nvidia: hosted("https://integrate.api.nvidia.com/v1", "NVIDIA_API_KEY", {
    docs: "https://docs.api.nvidia.com/nim/reference/",
    confirmed: true,
  }),
  huggingface: hosted("https://router.huggingface.co/v1", "HF_TOKEN", {
    docs: "https://huggingface.co/docs/inference-providers/index",
    confirmed: true,
  }),
  ollama: local("http://127.0.0.1:11434/api", "https://github.com/ollama/ollama/blob/main/docs/api.md", {
    type: "ollama",
  }),
  lmstudio: local("http://127.0.0.1:1234/v1", "https://lmstudio.ai/docs/app/api/endpoints/openai"),
  vllm: local("http://127.0.0.1:8000/v1", "https://docs.vllm.ai/en/latest/serving/openai_compatible_server.html", {
    ignoreEos: true,
  }),
  sglang: local("http://127.0.0.1:30000/v1", "https://docs.sglang.ai/backend/openai_api_completions.html", {
    ignoreEos: true,
  }),
  llamacpp: local("http://127.0.0.1:8080/v1", "https://github.com/ggml-org/llama.cpp/tree/master/tools/server"),
  tgi: local("http://127.0.0.1:8080/v1", "https://huggingface.co/docs/text-generation-inference/messages_api", {
    defaultModel: "tgi",
  }),
} satisfies Readonly<Record<string, BuiltInProvider>>;

/** A provider that is known by name; docs/providers.md lists them, beside `openai`, `anthropic` and `sim`. */
export type PresetName = keyof typeof PRESETS;
