import type { Usage } from "../../core/response.ts";

/** The sum of token counts, or null when one is unknown. */
export function sumOf(...counts: readonly (number | null)[]): number | null {
  let sum = 0;
  for (const count of counts) {
    if (count === null) return null;
    sum += count;
  }
  return sum;
}

/** A usage of what a server said; the total is the sum, and unknown when either part is. */
export function usageOf(said: {
  readonly prompt: number | null;
  readonly completion: number | null;
  readonly reasoning?: number | null;
  readonly cached?: number | null;
  readonly cacheWrite?: number | null;
  readonly statedCostUsd?: number | null;
}): Usage {
  const cost = said.statedCostUsd ?? null;
  return {
    prompt_tokens: said.prompt,
    completion_tokens: said.completion,
    total_tokens: sumOf(said.prompt, said.completion),
    reasoning_tokens: said.reasoning ?? null,
    cached_tokens: said.cached ?? null,
    cache_write_tokens: said.cacheWrite ?? null,
    ...(cost === null ? {} : { stated_cost_usd: cost }),
  };
}

const COUNTS = [
  "prompt_tokens",
  "completion_tokens",
  "reasoning_tokens",
  "cached_tokens",
  "cache_write_tokens",
] as const;

const saysNothing = (usage: Usage): boolean =>
  usage.stated_cost_usd === undefined && COUNTS.every((key) => (usage[key] ?? 0) === 0);

/** What is known after a further statement: the last of each count. One without counts, or of zeros only, says nothing. */
export function latestUsage(before: Usage | null, stated: Usage | null): Usage | null {
  if (stated === null) return before;
  if (before === null) return stated;
  if (saysNothing(stated)) return before;
  if (COUNTS.every((key) => stated[key] !== null || before[key] === null)) return stated;
  const known = { ...before, ...stated };
  for (const key of COUNTS) known[key] = stated[key] ?? before[key];
  known.total_tokens = sumOf(known.prompt_tokens, known.completion_tokens) ?? stated.total_tokens;
  return known;
}
