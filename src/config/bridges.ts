import type { Bridge } from "../core/bridge.ts";
import { BenchError } from "../core/errors.ts";
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
 * Throws `BenchError("usage")` where a part is missing.
 */
export function bridgeIn({ provider, model }: TargetSpec, flagModel: string | null): BridgeTarget | null {
  if (provider === "exec") {
    if (model === null) throw incomplete("exec names no command", "Write it as exec:./ask.sh.");
    return { bridge: "exec", what: model, model };
  }
  if (/^(\.{1,2})?[/\\]/.test(provider)) {
    return { bridge: "module", what: provider, model: model ?? flagModel ?? "default" };
  }
  if (provider !== "ai-sdk") return null;
  const [, what, asked] = /^((?:@[^/:]+\/)?[^/:]+):(.+)$/s.exec(model ?? "") ?? [];
  if (what === undefined || asked === undefined) {
    throw incomplete("ai-sdk names no package and model", "Write it as ai-sdk:@ai-sdk/amazon-bedrock:MODEL.");
  }
  return { bridge: "ai-sdk", what, model: asked };
}

const incomplete = (what: string, hint: string): BenchError => new BenchError("usage", what, { hint });
