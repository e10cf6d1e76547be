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
