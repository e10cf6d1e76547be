import { existsSync } from "node:fs";
import { secretsOf } from "../../benchmark/secrets-of.ts";
import { builtInFor } from "../../config/built-in.ts";
import type { Environment } from "../../config/environment.ts";
import type { ProviderStatus } from "../../config/provider-status.ts";
import { proxyFor } from "../../config/proxy.ts";
import { fromHome, isKeyForName, keysInPath } from "../../config/keys.ts";
import { apiKeyOf, homeOf } from "../../config/resolve.ts";
import { BenchError } from "../../core/errors.ts";
import type { Config, ProviderConfig } from "../../config/schema.ts";

/** Every secret that a configuration leads to. */
export function configuredSecrets(config: Config, statuses: readonly ProviderStatus[], env: Environment): string[] {
  const entries = new Map(Object.entries(config.providers ?? {}));
  return statuses.flatMap(({ name, baseUrl }) => {
    const entry = entries.get(name) ?? {};
    const builtIn = builtInFor(name, entry);
    const proxy = baseUrl === null ? null : orNull(() => proxyFor(env, baseUrl));
    return [
      ...misplacedKeys(entry, env),
      ...secretsOf([
        {
          apiKey: orNull(() => apiKeyOf(name, entry, builtIn, { env })),
          headers: entry.headers ?? {},
          baseUrl,
          network: { proxy, ca: null },
        },
      ]),
    ];
  });
}

/** Keys that were written where the file or the variable that holds them belongs. */
function misplacedKeys({ api_key_file: file, api_key_env: variable }: ProviderConfig, env: Environment): string[] {
  const isFile = file === undefined || existsSync(fromHome(file, homeOf(env)));
  return [
    ...(isFile ? [] : keysInPath(file)),
    ...(variable !== undefined && env[variable] === undefined && isKeyForName(variable) ? [variable] : []),
  ];
}

/** What is missing or wrong holds no secret, and is told of where it is needed. */
function orNull<T>(read: () => T): T | null {
  try {
    return read();
  } catch (error) {
    if (error instanceof BenchError) return null;
    throw error;
  }
}
