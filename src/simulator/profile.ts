import type { Millis } from "../core/clock.ts";

/** How a simulated model behaves on average. */
export interface Profile {
  /** Mean time from a request's arrival to its first token, in milliseconds. */
  readonly ttftMs: Millis;
  /** Mean time between two tokens, in milliseconds. */
  readonly tpotMs: Millis;
  /** Mean length of an answer, in tokens. */
  readonly tokens: number;
  /** Spread of all three: standard deviation as a share of the mean; 0 makes every answer alike. */
  readonly jitter: number;
}

/** The named profiles; `fast` and `slow` are model names of their own, at every endpoint. */
export const PROFILES = {
  default: { ttftMs: 200, tpotMs: 20, tokens: 64, jitter: 0.2 },
  fast: { ttftMs: 100, tpotMs: 8, tokens: 32, jitter: 0.2 },
  slow: { ttftMs: 250, tpotMs: 20, tokens: 32, jitter: 0.2 },
} as const satisfies Record<string, Profile>;

/** The profile that a model name stands for; any name but `fast` and `slow` has the endpoint's own. */
export function profileOf(model: string, own: Profile): Profile {
  return model === "fast" || model === "slow" ? PROFILES[model] : own;
}
