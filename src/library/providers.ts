import { checkOptions, notWanted } from "./check-call.ts";
import { checkProvider } from "./check-target.ts";
import { TARGET_OPTIONS } from "./target-options.ts";
import { completeBaseUrl } from "../config/base-url.ts";
import type { BuiltInProvider } from "../config/built-in-provider.ts";
import { BUILT_IN_PROVIDERS, quirksAt } from "../config/built-in.ts";
import { sendableKey } from "../config/keys.ts";
import { PRESETS, type PresetName } from "../config/presets.ts";
import { API_TYPES, type ApiType } from "../core/api-type.ts";
import { systemClock, type Clock } from "../core/clock.ts";
import { BenchError } from "../core/errors.ts";
import { DIRECT, type Network } from "../core/network.ts";
import type { Provider } from "../core/provider.ts";
import type { Quirks } from "../core/quirks.ts";
import { apiProvider, parametersLeftOut, simulatedProvider, takenBy } from "../providers/apis.ts";
import { aiSdkGenerate, aiSdkLeftOut, isAiSdkModel, type AiSdkModel } from "../providers/bridges/ai-sdk.ts";
import { checkedProvider } from "../providers/checked-provider.ts";
import { customProvider, type Generated, type GenerateContext } from "../providers/custom.ts";
import { fixedPrices, publishedPrices } from "../providers/prices.ts";
import type { ModelRequest } from "../core/request.ts";
import { targetOf, type TargetOptions } from "../benchmark/target-of.ts";
import { secretsOf } from "../benchmark/secrets-of.ts";
import type { BenchTarget } from "../benchmark/targets.ts";

const USER_AGENT = "llm-test-bench";

/** Where an API is. */
export interface ApiTargetOptions extends TargetOptions {
  readonly model?: string;
  /** Null sends none. */
  readonly apiKey: string | null;
  /** `/v1` is added when it has no path; the API's own address unless given. */
  readonly baseUrl?: string;
  readonly headers?: Readonly<Record<string, string>>;
  /** A proxy, authorities to trust; a direct connection unless given. The environment is not read. */
  readonly network?: Network;
}

/** What is known of a server before anything is said of it. */
type KnownServer = Pick<BuiltInProvider, "baseUrl" | "apiPath" | "defaultModel" | "priceId"> & {
  readonly type: ApiType;
};

async function apiTarget(
  name: string,
  known: KnownServer,
  options: ApiTargetOptions,
  quirksFor: (baseUrl: string) => Quirks,
): Promise<BenchTarget> {
  const { type, priceId } = known;
  const address = options.baseUrl ?? known.baseUrl;
  if (address === null) throw new BenchError("config", `${name} needs a baseUrl: the address of your own`);
  const notices: string[] = [];
  const notice = (message: string): void => void notices.push(message);
  const baseUrl = completeBaseUrl(address, "baseUrl", { type, apiPath: known.apiPath, notice });
  const model = options.model ?? known.defaultModel;
  if (model === null) throw new BenchError("usage", `no model is named for ${name}`);
  const { headers = {}, network = DIRECT } = options;
  const apiKey = options.apiKey === null ? null : sendableKey(options.apiKey, "apiKey");
  const quirks = quirksFor(baseUrl);
  const provider = apiProvider(
    type,
    { name, baseUrl, apiKey, headers, network, quirks, userAgent: USER_AGENT },
    systemClock,
  );
  const priceOf = options.prices === undefined ? await publishedPrices({ model, providerId: priceId, baseUrl }) : null;
  const secrets = secretsOf([{ ...options, apiKey, headers, baseUrl, network }]);
  return {
    ...targetOf(provider, model, baseUrl, options, priceOf, secrets),
    proxy: network.proxy?.url ?? null,
    leftOut: parametersLeftOut(type, quirks),
    takes: takenBy(type),
    notices,
  };
}

/** A provider that is known by name. */
async function builtInTarget(
  name: "openai" | "anthropic" | PresetName,
  options: ApiTargetOptions & { readonly apiVersion?: string },
): Promise<BenchTarget> {
  checkOptions(
    `providers.${name === "openai" || name === "anthropic" ? name : "preset"}`,
    TARGET_OPTIONS.builtIn,
    options,
  );
  const builtIn = BUILT_IN_PROVIDERS.get(name);
  if (builtIn === undefined || builtIn.type === "sim") {
    const hint = `Known: ${Object.keys(PRESETS).join(", ")}. providers.api reaches any other.`;
    throw new BenchError("usage", `no provider is known as ${JSON.stringify(name)}`, { hint });
  }
  const { type } = builtIn;
  return apiTarget(name, { ...builtIn, type }, options, (baseUrl) => {
    const quirks = quirksAt(name, builtIn, baseUrl);
    const { apiVersion } = options;
    return quirks.azureApiVersion === undefined || apiVersion === undefined
      ? quirks
      : { ...quirks, azureApiVersion: apiVersion };
  });
}

/**
 * Makers of targets, for `BenchmarkRunner.run`.
 *
 * @example
 * const target = await providers.openai({ apiKey: process.env["OPENAI_API_KEY"] ?? null, model: "gpt-4o-mini" });
 */
export const providers = {
  /**
   * OpenAI chat completions, at OpenAI or at any compatible server.
   * Throws `BenchError`: `config` for a bad URL, `auth` for a key that cannot be sent.
   *
   * @example
   * const local = await providers.openai({ apiKey: null, baseUrl: "http://127.0.0.1:8000/v1", model: "my-model" });
   */
  openai: (options: ApiTargetOptions): Promise<BenchTarget> => builtInTarget("openai", options),

  /**
   * Anthropic messages, at Anthropic or at any compatible server.
   * Throws `BenchError`: `config` for a bad URL, `auth` for a key that cannot be sent.
   *
   * @example
   * const apiKey = process.env["ANTHROPIC_API_KEY"] ?? null;
   * const target = await providers.anthropic({ apiKey, parameters: { max_tokens: 512 } });
   */
  anthropic: (options: ApiTargetOptions): Promise<BenchTarget> => builtInTarget("anthropic", options),

  /**
   * A provider that is known by name, as docs/providers.md lists them, with its address and its quirks. `azure` needs a
   * `baseUrl`. Rejects with `BenchError`: `config` for a bad URL, `auth` for a key that cannot be sent, `usage` for a
   * model that is missing.
   *
   * @example
   * const groq = await providers.preset("groq", { apiKey: process.env["GROQ_API_KEY"] ?? null, model: "my-model" });
   * const vllm = await providers.preset("vllm", { apiKey: null, model: "my-model", parameters: { max_tokens: 64 } });
   */
  preset: (name: PresetName, options: ApiTargetOptions & { readonly apiVersion?: string }): Promise<BenchTarget> =>
    builtInTarget(name, options),

  /**
   * Any server that speaks an API, under a name of one's own. Rejects with `BenchError` as `preset` does.
   *
   * @example
   * const options = { name: "mine", apiKey: null, baseUrl: "http://127.0.0.1:8000/v1", model: "my-model" };
   * const target = await providers.api("openai-responses", options);
   */
  async api(
    type: ApiType,
    options: ApiTargetOptions & { readonly name?: string; readonly baseUrl: string; readonly model: string },
  ): Promise<BenchTarget> {
    checkOptions("providers.api", TARGET_OPTIONS.api, options);
    if (!API_TYPES.includes(type)) throw notWanted("providers.api", "an API", type, `Known: ${API_TYPES.join(", ")}.`);
    const { name = type, baseUrl } = options;
    const known = { type, baseUrl, defaultModel: null, priceId: null };
    return apiTarget(name, known, options, (address) => quirksAt(name, null, address));
  },

  /**
   * A running simulator (`spawnSimulator`); the models `fast` and `slow` have schedules of their own. Free of charge.
   * Throws `BenchError("config")` for a bad URL.
   *
   * @example
   * const simulator = await spawnSimulator({});
   * const target = providers.sim({ url: simulator.url, model: "fast" });
   */
  sim(options: TargetOptions & { readonly url: string; readonly model?: string }): BenchTarget {
    checkOptions("providers.sim", TARGET_OPTIONS.sim, options);
    const baseUrl = completeBaseUrl(options.url, "url", { type: "sim" });
    const provider = simulatedProvider({ baseUrl, userAgent: USER_AGENT }, systemClock);
    const free = fixedPrices({ input_per_million: 0, output_per_million: 0 });
    return targetOf(provider, options.model ?? "default", baseUrl, options, free);
  },

  /**
   * Whatever a function can reach. Times are taken around the function, so they include whatever client it uses.
   * It may throw a `ProviderError` to say which failure it met.
   *
   * @example
   * const echo = providers.custom("echo", async (request) => ({ content: request.prompt }), { model: "echo-1" });
   */
  custom(
    name: string,
    generate: (request: ModelRequest, context: GenerateContext) => Promise<Generated>,
    options: TargetOptions & { readonly model: string; readonly clock?: Clock },
  ): BenchTarget {
    if (typeof name !== "string" || name === "") throw notWanted("providers.custom", "a name", name);
    if (typeof generate !== "function") throw notWanted("providers.custom", "a function that answers", generate);
    checkOptions("providers.custom", TARGET_OPTIONS.custom, options);
    return targetOf(customProvider(name, generate, options.clock ?? systemClock), options.model, null, options, null);
  },

  /**
   * A language model of the AI SDK (specification v2 or v3), from any package of that ecosystem. Times are taken around its
   * client and labelled so: they are longer than those of our own. Its headers and retries are its own affair.
   *
   * @example
   * const ofAiSdk = (model: AiSdkModel): BenchTarget => providers.aiSdk(model, { retries: 0 });
   */
  aiSdk(model: AiSdkModel, options: TargetOptions = {}): BenchTarget {
    if (!isAiSdkModel(model) || typeof model.modelId !== "string" || typeof model.provider !== "string") {
      const hint = 'Give a model of its, such as openai("gpt-4o-mini") of @ai-sdk/openai.';
      throw notWanted("providers.aiSdk", "a language model of the AI SDK", model, hint);
    }
    checkOptions("providers.aiSdk", TARGET_OPTIONS.aiSdk, options);
    const provider = customProvider(`ai-sdk:${model.provider}`, aiSdkGenerate(model), systemClock, "ai-sdk");
    return { ...targetOf(provider, model.modelId, null, options, null), leftOut: aiSdkLeftOut };
  },

  /**
   * A `Provider` object of one's own, where a function is not enough: it opens a channel for each slot.
   *
   * @example
   * const ofOwnProvider = (provider: Provider): BenchTarget => providers.of(provider, { model: "my-model", retries: 0 });
   */
  of(provider: Provider, options: TargetOptions & { readonly model: string }): BenchTarget {
    checkProvider("providers.of", provider);
    checkOptions("providers.of", TARGET_OPTIONS.of, options);
    return targetOf(checkedProvider(provider, systemClock), options.model, null, options, null);
  },
};
