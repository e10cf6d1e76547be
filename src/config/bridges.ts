import type { Bridge } from "../core/bridge.ts";
import { BenchError } from "../core/errors.ts";
import { holdsKey } from "../core/looks-like-key.ts";
import { setVariable, type Environment } from "./environment.ts";
import type { TargetSpec } from "./targets.ts";

/** A target that is reached through something of the user's own. */
export interface BridgeTarget {
  readonly bridge: Bridge;
  /** The command, the path of the module, or the name of the package. */
  readonly what: string;
  /** What is asked for there. */
  readonly model: string;
}

/**
 * Reads `exec:COMMAND`, `./module.ts[:MODEL]` and `ai-sdk:PACKAGE:MODEL`; null for a target that is none of these.
 * Throws `BenchError("usage")` where a part is missing or a command holds a key.
 */
export function bridgeIn({ provider, model }: TargetSpec, flagModel: string | null): BridgeTarget | null {
  if (provider === "exec") {
    if (model === null) throw incomplete("exec names no command", "Write it as exec:./ask.sh.");
    // It is the name of the target, which every output repeats, and must still run when it is read from there.
    if (holdsKey(model)) {
      throw new BenchError("usage", "the command of exec has a key in it, and is written into every file of a run", {
        hint: "Put the key into an environment variable, and name that in the command: $MY_API_KEY.",
      });
    }
    return { bridge: "exec", what: model, model };
  }
  if (provider !== "ai-sdk" && isBridgeName(provider)) {
    return { bridge: "module", what: provider, model: model ?? flagModel ?? "default" };
  }
  if (provider !== "ai-sdk") return null;
  const [, what, asked] = /^((?:@[^/:]+\/)?[^/:]+):(.+)$/s.exec(model ?? "") ?? [];
  if (what === undefined || asked === undefined) {
    throw incomplete("ai-sdk names no package and model", "Write it as ai-sdk:@ai-sdk/amazon-bedrock:MODEL.");
  }
  return { bridge: "ai-sdk", what, model: asked };
}

/** Whether a provider's name is that of a bridge: `exec`, `ai-sdk`, or the path of a module. */
export const isBridgeName = (name: string): boolean =>
  name === "exec" || name === "ai-sdk" || /^(\.{1,2})?[/\\]/.test(name);

/** What the price data call whom these packages ask; others ask whoever they are told to. */
const PRICE_IDS: Readonly<Record<string, string>> = {
  "@ai-sdk/amazon-bedrock": "aws",
  "@ai-sdk/anthropic": "anthropic",
  "@ai-sdk/azure": "azure",
  "@ai-sdk/cerebras": "cerebras",
  "@ai-sdk/cohere": "cohere",
  "@ai-sdk/deepseek": "deepseek",
  "@ai-sdk/fireworks": "fireworks",
  "@ai-sdk/google": "google",
  "@ai-sdk/google-vertex": "google",
  "@ai-sdk/groq": "groq",
  "@ai-sdk/mistral": "mistral",
  "@ai-sdk/openai": "openai",
  "@ai-sdk/perplexity": "perplexity",
  "@ai-sdk/togetherai": "together",
  "@ai-sdk/xai": "x-ai",
  "@openrouter/ai-sdk-provider": "openrouter",
};

/** What the price data call the provider behind a bridge; null where nobody knows who that is. */
export function bridgePriceId({ bridge, what }: BridgeTarget, env: Environment): string | null {
  if (bridge !== "ai-sdk" || setVariable(env, "AI_SDK_BASE_URL") !== null) return null;
  return PRICE_IDS[what] ?? null;
}

const incomplete = (what: string, hint: string): BenchError => new BenchError("usage", what, { hint });
