import type { Millis } from "../core/clock.ts";
import { normal, seededRandom, type Random } from "../core/random.ts";
import type { Profile } from "./profile.ts";

/** When each token of an answer is due. */
export interface Schedule {
  /** Milliseconds after the request's arrival, one entry a token, rising. */
  readonly dueMs: readonly Millis[];
  /** `length` when the answer was cut at the token limit. */
  readonly finish: "stop" | "length";
}

/**
 * What a case will get: a pure function of seed, case and profile. Length, time to first token and every gap are
 * lognormal with the profile's means and a standard deviation of `jitter` × mean; the length is rounded, at least 1.
 * `maxTokens` cuts the answer and changes nothing else.
 */
export function scheduleOf(seed: number, caseKey: string, profile: Profile, maxTokens: number | null): Schedule {
  const random = seededRandom(`${seed} schedule ${caseKey}`);
  const length = Math.max(1, Math.round(lognormal(random, profile.tokens, profile.jitter)));
  const sent = maxTokens === null ? length : Math.min(length, maxTokens);
  let due = lognormal(random, profile.ttftMs, profile.jitter);
  const dueMs = [due];
  while (dueMs.length < sent) {
    due += lognormal(random, profile.tpotMs, profile.jitter);
    dueMs.push(due);
  }
  return { dueMs, finish: sent < length ? "length" : "stop" };
}

/** A lognormal draw by its mean m and coefficient of variation v: σ² = ln(1 + v²), μ = ln m − σ²/2. */
function lognormal(random: Random, mean: number, variation: number): number {
  const variance = Math.log1p(variation * variation);
  return mean * Math.exp(Math.sqrt(variance) * normal(random) - variance / 2);
}
