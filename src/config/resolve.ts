import { API_TYPES, type ApiType } from "../core/api-type.ts";
import type { Millis } from "../core/clock.ts";
import { parseDuration } from "../core/duration.ts";
import { BenchError } from "../core/errors.ts";
import { DIRECT, type Network } from "../core/network.ts";
import type { PartLimits } from "../core/part-limits.ts";
import type { Quirks } from "../core/quirks.ts";
import type { OwnLimits } from "../core/rate-limits.ts";
import type { RequestParameters } from "../core/request.ts";
import { nearMiss } from "../documents/suggest.ts";
import { completeBaseUrl } from "./base-url.ts";
import { bridgeIn, bridgePriceId, type BridgeTarget } from "./bridges.ts";
import type { BuiltInProvider } from "./built-in-provider.ts";
import { BUILT_IN_PROVIDERS, builtInFor, CORE_PROVIDERS, quirksAt } from "./built-in.ts";
import { certificatesIn } from "./ca-file.ts";
import { setVariable } from "./environment.ts";
import type { Environment } from "./environment.ts";
import { fromHome, isKeyForName, keyInFile, sendableKey, type ReadText } from "./keys.ts";
import { proxyFor } from "./proxy.ts";
import type { Config, Prices, ProviderConfig } from "./schema.ts";
import { requireDistinct } from "./targets.ts";
import type { TargetSpec } from "./targets.ts";

/** Everything that is needed to send to a target; null where nothing was said. */
export interface ResolvedTarget {
  /** The alias, or `provider:model`; stands in every result. */
  readonly label: string;
  readonly provider: string;
  readonly type: ApiType | "sim" | "bridge";
  /** Null for what our own client speaks to. */
  readonly bridge: OpenableBridge | null;
  readonly model: string;
  /** What the API's paths are appended to; null for a simulator that is still to be started. */
  readonly baseUrl: string | null;
  readonly apiKey: string | null;
  readonly headers: Readonly<Record<string, string>>;
  readonly network: Network;
  readonly parameters: RequestParameters;
  readonly timeoutMs: Millis | null;
  readonly partLimits: PartLimits;
  readonly retries: number | null;
  readonly maxConcurrency: number | null;
  readonly limits: OwnLimits;
  /** Whether the server can be told not to end an answer before its limit. */
  readonly ignoreEos: boolean;
  readonly prices: Prices | null;
  /** What the price data calls the provider; null where they do not know it by name. */
  readonly priceId: string | null;
  readonly quirks: Quirks;
  /** What was corrected in its settings. */
  readonly notices: readonly string[];
}

/** A bridge with where it is opened from. */
export interface OpenableBridge extends BridgeTarget {
  /** Paths and packages are found from here, and commands run here. */
  readonly cwd: string;
  readonly env: Environment;
}

/** What targets are resolved against. `model` is that of the flag, for targets that name none. */
export interface ResolutionContext {
  readonly config: Config;
  readonly env: Environment;
  readonly model: string | null;
  /** Where modules and packages are found from; `.` unless given. */
  readonly cwd?: string;
  /** Reads the files of keys and certificates; from the disk unless given. */
  readonly readText?: ReadText;
}

/**
 * Resolves every target of a run. Throws `BenchError`: `usage` for an unknown provider, a missing model or one label
 * twice, `auth` for a key that is missing or cannot be sent, `config` for a bad base URL or proxy, and for a file of a
 * key or of certificates that is of no use.
 */
export function resolveTargets(specs: readonly TargetSpec[], context: ResolutionContext): ResolvedTarget[] {
  const targets = specs.map((spec) => resolveTarget(spec, context));
  requireDistinct(targets.map((target) => target.label));
  return targets;
}

function resolveTarget(spec: TargetSpec, context: ResolutionContext): ResolvedTarget {
  const { config, env, model: flagModel } = context;
  const providers = new Map(Object.entries(config.providers ?? {}));
  const entry = withDefaults(providers.get(spec.provider) ?? {}, config);
  const builtIn = builtInFor(spec.provider, entry);
  const bridge = entry.type === undefined ? bridgeIn(spec, flagModel ?? entry.default_model ?? null) : null;
  if (bridge !== null) return bridgeTarget(spec, bridge, entry, context);
  if (builtIn === null && !providers.has(spec.provider)) throw unknownProvider(spec.provider, [...providers.keys()]);
  const type = builtIn?.type ?? entry.type;
  if (type === undefined) {
    const hint = `Add the API that it speaks: type: ${API_TYPES.join(", ")}.`;
    throw new BenchError("config", `the provider ${spec.provider} has no type`, { hint });
  }
  const model = spec.model ?? flagModel ?? entry.default_model ?? builtIn?.defaultModel ?? null;
  if (model === null) {
    const hint = `Name one: --providers ${spec.provider}:MODEL, --model MODEL, or default_model in the configuration.`;
    throw new BenchError("usage", `no model is named for ${spec.provider}`, { hint });
  }
  const notices: string[] = [];
  const baseUrl = baseUrlOf(spec.provider, type, entry, builtIn, env, (message) => notices.push(message));
  return {
    label: spec.alias ?? `${spec.provider}:${model}`,
    provider: spec.provider,
    type,
    bridge: null,
    model,
    baseUrl,
    apiKey: apiKeyOf(spec.provider, entry, builtIn, context),
    headers: entry.headers ?? {},
    network: { proxy: baseUrl === null ? null : proxyFor(env, baseUrl), ca: caOf(spec.provider, entry, context) },
    ...toldBy(entry),
    ignoreEos: entry.ignore_eos ?? builtIn?.ignoreEos ?? false,
    priceId: builtIn?.priceId ?? null,
    quirks: quirksOf(spec.provider, entry, builtIn, baseUrl, env),
    notices,
  };
}

/** What a configuration may say of any target. */
const toldBy = (entry: ProviderConfig) => ({
  parameters: entry.parameters ?? {},
  timeoutMs: millisOf(entry.timeout),
  partLimits: {
    connectMs: millisOf(entry.connect_timeout),
    firstTokenMs: millisOf(entry.first_token_timeout),
    idleMs: millisOf(entry.idle_timeout),
  },
  retries: entry.max_retries ?? null,
  maxConcurrency: entry.max_concurrency ?? null,
  limits: {
    requestsPerMinute: entry.requests_per_minute ?? null,
    tokensPerMinute: entry.tokens_per_minute ?? null,
  },
  ignoreEos: entry.ignore_eos ?? false,
  prices: entry.prices ?? null,
});

/** A provider's own values over those that the configuration has for every target. */
function withDefaults(entry: ProviderConfig, { benchmarks = {} }: Config): ProviderConfig {
  const { timeout, connect_timeout, first_token_timeout, idle_timeout } = benchmarks;
  const { max_retries, max_concurrency, requests_per_minute, tokens_per_minute } = benchmarks;
  const timeouts = { timeout, connect_timeout, first_token_timeout, idle_timeout };
  const forAll = { ...timeouts, max_retries, max_concurrency, requests_per_minute, tokens_per_minute };
  const said = Object.entries(entry).filter(([, value]) => value !== undefined);
  return { ...forAll, ...Object.fromEntries(said) };
}

const millisOf = (duration: string | number | undefined): Millis | null =>
  duration === undefined ? null : parseDuration(duration);

function bridgeTarget(
  spec: TargetSpec,
  bridge: BridgeTarget,
  entry: ProviderConfig,
  { env, cwd = "." }: ResolutionContext,
): ResolvedTarget {
  // What is recorded must lead back here when the run is gone on with.
  const model = spec.model ?? bridge.model;
  const key = bridge.bridge === "ai-sdk" ? setVariable(env, "AI_SDK_API_KEY") : null;
  return {
    label: spec.alias ?? `${spec.provider}:${model}`,
    provider: spec.provider,
    type: "bridge",
    bridge: { ...bridge, cwd, env },
    model,
    baseUrl: null,
    apiKey: key === null ? null : sendableKey(key, "AI_SDK_API_KEY"),
    headers: {},
    network: DIRECT,
    ...toldBy(entry),
    priceId: bridgePriceId(bridge, env),
    quirks: {},
    notices: [],
  };
}

function unknownProvider(name: string, configured: readonly string[]): BenchError {
  const known = [...new Set([...BUILT_IN_PROVIDERS.keys(), ...configured])];
  const meant = nearMiss(name, known);
  const listed = [...new Set([...CORE_PROVIDERS, ...configured])].join(", ");
  const list = `Known: ${listed}, and those of llm-test-bench providers; others go under providers in llm-test-bench.config.yaml.`;
  return new BenchError("usage", `unknown provider ${JSON.stringify(name)}`, {
    hint: meant === null ? list : `Did you mean ${meant}? ${list}`,
  });
}

/** Where a provider's requests go; null for a simulator that is to be started. Throws `BenchError("config")`. */
export function baseUrlOf(
  name: string,
  type: ApiType | "sim",
  entry: ProviderConfig,
  builtIn: BuiltInProvider | null,
  env: Environment,
  notice?: (message: string) => void,
): string | null {
  const use = { type, apiPath: builtIn?.apiPath, notice };
  if (entry.base_url !== undefined) return completeBaseUrl(entry.base_url, `providers.${name}.base_url`, use);
  const variable = builtIn?.baseUrlEnv ?? null;
  const fromEnv = variable === null ? null : setVariable(env, variable);
  if (variable !== null && fromEnv !== null) return completeBaseUrl(fromEnv, variable, use);
  if (builtIn !== null && builtIn.baseUrl !== null) return completeBaseUrl(builtIn.baseUrl, name, use);
  if (type === "sim") return null;
  const hint =
    variable === null
      ? "Add base_url, the address of the server, such as http://127.0.0.1:8000/v1."
      : `Set ${variable}, or add base_url: the address of your own.`;
  throw new BenchError("config", `the provider ${name} has no base_url`, { hint });
}

/** A provider's key; null for one that needs none. Throws `BenchError("auth")`. */
export function apiKeyOf(
  name: string,
  entry: ProviderConfig,
  builtIn: BuiltInProvider | null,
  { env, readText }: Pick<ResolutionContext, "env" | "readText">,
): string | null {
  if (entry.api_key_file !== undefined) {
    return keyInFile(fromHome(entry.api_key_file, homeOf(env)), `providers.${name}.api_key_file`, readText);
  }
  const variable = keyVariableOf(entry, builtIn, env);
  if (variable === null) return null;
  const key = env[variable];
  if (key === undefined || key.trim() === "") {
    const state = key === undefined ? "is not set" : "is blank";
    if (isKeyForName(variable)) {
      throw new BenchError(
        "config",
        `providers.${name}.api_key_env looks like a key; the name of a variable is wanted`,
        {
          hint: "Put the key into an environment variable, such as MY_KEY, and write api_key_env: MY_KEY.",
        },
      );
    }
    throw new BenchError("auth", `${name} needs a key, and ${variable} ${state}`, {
      hint: `Set it: export ${variable}=…, or take the simulator, sim, which needs none`,
    });
  }
  return sendableKey(key, variable);
}

/** The variable that holds a provider's key; null for one that needs none, or has it in a file. */
export function keyVariableOf(entry: ProviderConfig, builtIn: BuiltInProvider | null, env: Environment): string | null {
  if (entry.api_key_file !== undefined) return null;
  const variable = entry.api_key_env ?? builtIn?.apiKeyEnv ?? null;
  const other = entry.api_key_env === undefined ? builtIn?.otherApiKeyEnv : undefined;
  const useOther =
    variable !== null && other !== undefined && setVariable(env, variable) === null && setVariable(env, other) !== null;
  return useOther ? other : variable;
}

/** A provider's quirks, with the version of Azure's API that was asked for. */
export function quirksOf(
  name: string,
  entry: ProviderConfig,
  builtIn: BuiltInProvider | null,
  baseUrl: string | null,
  env: Environment,
): Quirks {
  const quirks = quirksAt(name, builtIn, baseUrl);
  if (quirks.azureApiVersion === undefined) return quirks;
  const asked = entry.api_version ?? setVariable(env, "OPENAI_API_VERSION");
  return asked === null ? quirks : { ...quirks, azureApiVersion: asked };
}

function caOf(name: string, { ca_file }: ProviderConfig, { env, readText }: ResolutionContext): string | null {
  if (ca_file === undefined) return null;
  return certificatesIn(fromHome(ca_file, homeOf(env)), `providers.${name}.ca_file`, readText);
}

/** The home directory that the environment names. */
export const homeOf = (env: Environment): string | null => setVariable(env, "HOME") ?? setVariable(env, "USERPROFILE");
