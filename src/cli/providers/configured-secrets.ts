import { secretsOf } from "../../benchmark/secrets-of.ts";
import { setVariable, type Environment } from "../../config/environment.ts";
import type { ProviderStatus } from "../../config/provider-status.ts";
import type { Config } from "../../config/schema.ts";

/** Every secret that a configuration leads to. */
export function configuredSecrets(config: Config, statuses: readonly ProviderStatus[], env: Environment): string[] {
  const entries = new Map(Object.entries(config.providers ?? {}));
  return statuses.flatMap(({ name, keyVariable }) =>
    secretsOf([
      {
        apiKey: keyVariable === null ? null : setVariable(env, keyVariable),
        headers: entries.get(name)?.headers ?? {},
        baseUrl: null,
      },
    ]),
  );
}
