import type { ApiType } from "../core/api-type.ts";
import { BenchError } from "../core/errors.ts";
import type { Quirks } from "../core/quirks.ts";
import { isBridgeName } from "./bridges.ts";
import { BUILT_IN_PROVIDERS, builtInFor, CORE_PROVIDERS } from "./built-in.ts";
import { setVariable } from "./environment.ts";
import type { Environment } from "./environment.ts";
import { describeProxy, proxyFor } from "./proxy.ts";
import { apiKeyOf, baseUrlOf, keyVariableOf, quirksOf } from "./resolve.ts";
import type { Config } from "./schema.ts";

/** Something that a provider lacks, and the line that gives it. */
export interface Missing {
  readonly message: string;
  readonly fix: string;
  /** Whether the line belongs into a shell, or into the configuration under the provider's name. */
  readonly where: "shell" | "configuration";
}

/** What is known of a provider, whether it can be used or not. */
export interface ProviderStatus {
  readonly name: string;
  readonly type: ApiType | "sim";
  readonly builtIn: boolean;
  readonly quirks: Quirks;
  /** Null for a simulator that is to be started, and where it is missing or wrong. */
  readonly baseUrl: string | null;
  /** Which variable moved the built-in address; null when none did. */
  readonly baseUrlVariable: string | null;
  readonly keyVariable: string | null;
  /** The file that holds the key, in place of a variable. */
  readonly keyFile: string | null;
  readonly keySet: boolean;
  readonly defaultModel: string | null;
  /** The proxy that its requests go through, in words without credentials; null for a direct connection. */
  readonly proxy: string | null;
  /** Empty when requests can be sent to it. */
  readonly missing: readonly Missing[];
  /** What was corrected in its settings. */
  readonly notices: readonly string[];
}

/** Every provider that somebody set up or is likely to: the configured ones, those with a key, and the first three. */
export function providerStatuses(config: Config, env: Environment): ProviderStatus[] {
  const unused = new Set(unusedPresets(config, env).map(({ name }) => name));
  const configured = Object.keys(config.providers ?? {}).filter((name) => !isBridgeEntry(name, config));
  const names = new Set([...BUILT_IN_PROVIDERS.keys(), ...configured]);
  return [...names].filter((name) => !unused.has(name)).map((name) => statusOf(name, config, env));
}

/** Entries that say something of a command, a module or a package, which only a run can ask. */
export const bridgeEntries = (config: Config): string[] =>
  Object.keys(config.providers ?? {}).filter((name) => isBridgeEntry(name, config));

const isBridgeEntry = (name: string, config: Config): boolean =>
  isBridgeName(name) && config.providers?.[name]?.type === undefined;

/** Built-in providers that nothing here speaks of, with what names their key; null for those that need none. */
export function unusedPresets(config: Config, env: Environment): { name: string; keyVariable: string | null }[] {
  return [...BUILT_IN_PROVIDERS].flatMap(([name, { apiKeyEnv, otherApiKeyEnv, baseUrlEnv }]) => {
    const variables = [apiKeyEnv, otherApiKeyEnv ?? null, baseUrlEnv].filter((variable) => variable !== null);
    const used =
      CORE_PROVIDERS.has(name) ||
      Object.hasOwn(config.providers ?? {}, name) ||
      variables.some((variable) => setVariable(env, variable) !== null);
    return used ? [] : [{ name, keyVariable: apiKeyEnv }];
  });
}

function statusOf(name: string, config: Config, env: Environment): ProviderStatus {
  const entry = new Map(Object.entries(config.providers ?? {})).get(name) ?? {};
  const builtIn = builtInFor(name, entry);
  // A loaded configuration names the type of every provider that is not built in.
  const type = builtIn?.type ?? entry.type ?? "openai";
  const missing: Missing[] = [];
  const notices: string[] = [];
  const orMissing = <T>(read: () => T, fix: Pick<Missing, "fix" | "where">): T | null => {
    try {
      return read();
    } catch (error) {
      if (!(error instanceof BenchError)) throw error;
      missing.push({ message: error.message, ...fix });
      return null;
    }
  };
  const keyFile = entry.api_key_file ?? null;
  const keyVariable = keyVariableOf(entry, builtIn, env);
  const key = orMissing(() => apiKeyOf(name, entry, builtIn, { env }), {
    fix: keyFile === null ? `export ${keyVariable ?? ""}=…` : `printf %s "$KEY" > ${keyFile}`,
    where: "shell",
  });
  const variable = builtIn?.baseUrlEnv ?? null;
  const moved = entry.base_url === undefined && variable !== null && setVariable(env, variable) !== null;
  const exampleUrl = builtIn?.baseUrl ?? (variable === null ? "http://127.0.0.1:8000/v1" : "https://…");
  const baseUrl = orMissing(
    () => baseUrlOf(name, type, entry, builtIn, env, (message) => notices.push(message)),
    moved
      ? { fix: `export ${variable}=${exampleUrl}`, where: "shell" }
      : { fix: `base_url: ${exampleUrl}`, where: "configuration" },
  );
  const proxy =
    baseUrl === null
      ? null
      : orMissing(() => proxyFor(env, baseUrl), { fix: "export HTTPS_PROXY=http://host:port", where: "shell" });
  const defaultModel = entry.default_model ?? builtIn?.defaultModel ?? null;
  if (defaultModel === null) {
    const message = `${name} has no default model, so it must be named each time (${name}:MODEL)`;
    missing.push({ message, fix: "default_model: MODEL", where: "configuration" });
  }
  return {
    name,
    type,
    builtIn: builtIn !== null,
    quirks: quirksOf(name, entry, builtIn, baseUrl, env),
    baseUrl,
    baseUrlVariable: moved ? variable : null,
    keyVariable,
    keyFile,
    keySet: key !== null,
    defaultModel,
    proxy: proxy === null ? null : describeProxy(proxy),
    missing,
    notices,
  };
}
