import type { ApiType } from "../core/api-type.ts";

/** What is known of a provider without any configuration. */
export interface BuiltInProvider {
  readonly type: ApiType | "sim";
  readonly apiKeyEnv: string | null;
  /** The variable of the provider's own SDK that moves it elsewhere. */
  readonly baseUrlEnv: string | null;
  readonly baseUrl: string | null;
  readonly defaultModel: string;
}

export const BUILT_IN_PROVIDERS: ReadonlyMap<string, BuiltInProvider> = new Map([
  [
    "openai",
    {
      type: "openai",
      apiKeyEnv: "OPENAI_API_KEY",
      baseUrlEnv: "OPENAI_BASE_URL",
      baseUrl: "https://api.openai.com/v1",
      defaultModel: "gpt-4o-mini",
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
    },
  ],
  ["sim", { type: "sim", apiKeyEnv: null, baseUrlEnv: "SIM_BASE_URL", baseUrl: null, defaultModel: "default" }],
]);
