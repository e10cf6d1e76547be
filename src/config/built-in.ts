import { OPENAI_QUIRKS, type Quirks } from "../core/quirks.ts";
import type { BuiltInProvider } from "./built-in-provider.ts";
import { PRESETS } from "./presets.ts";
import type { ProviderConfig } from "./schema.ts";

/** They keep their types: no entry of a configuration makes another provider of them. */
export const CORE_PROVIDERS: ReadonlySet<string> = new Set(["openai", "anthropic", "sim"]);

export const BUILT_IN_PROVIDERS: ReadonlyMap<string, BuiltInProvider> = new Map<string, BuiltInProvider>([
  [
    "openai",
    {
      type: "openai",
      apiKeyEnv: "OPENAI_API_KEY",
      baseUrlEnv: "OPENAI_BASE_URL",
      baseUrl: "https://api.openai.com/v1",
      defaultModel: "gpt-4o-mini",
      priceId: "openai",
      quirks: OPENAI_QUIRKS,
      docs: "https://platform.openai.com/docs/api-reference/chat",
      confirmed: true,
    },
  ],
  [
    "anthropic",
    {
      type: "anthropic",
      apiKeyEnv: "ANTHROPIC_API_KEY",
      baseUrlEnv: "ANTHROPIC_BASE_URL",
      baseUrl: "https://api.anthropic.com",
      defaultModel: "claude-haiku-4-5",
      priceId: "anthropic",
      quirks: {},
      docs: "https://docs.anthropic.com/en/api/messages",
      confirmed: true,
    },
  ],
  [
    "sim",
    {
      type: "sim",
      apiKeyEnv: null,
      baseUrlEnv: "SIM_BASE_URL",
      baseUrl: null,
      defaultModel: "default",
      priceId: null,
      quirks: {},
      docs: "docs/simulator.md",
      confirmed: true,
    },
  ],
  ...Object.entries(PRESETS),
]);

/**
 * What is known of a provider under its name. An entry of the configuration completes it; an entry that states a type is
 * a provider of its own, whatever it is called.
 */
export function builtInFor(name: string, entry: ProviderConfig): BuiltInProvider | null {
  if (entry.type !== undefined && !CORE_PROVIDERS.has(name)) return null;
  return BUILT_IN_PROVIDERS.get(name) ?? null;
}

/**
 * How a server departs from its API. `openai` is also the name under which any compatible server is reached, so it has
 * OpenAI's quirks at OpenAI only; and whoever is at a known address has the quirks of that address.
 */
export function quirksAt(name: string, builtIn: BuiltInProvider | null, baseUrl: string | null): Quirks {
  if (builtIn !== null && name !== "openai") return builtIn.quirks;
  if (baseUrl === null) return {};
  const { host } = new URL(baseUrl);
  const known = [...BUILT_IN_PROVIDERS.values()].find(
    (one) => one.baseUrl !== null && one.apiKeyEnv !== null && new URL(one.baseUrl).host === host,
  );
  return known?.quirks ?? {};
}
