import { z } from "zod";

const tokens = z.int().nonnegative().nullable().catch(null);

/** A usage of somebody else's making: what is no count of tokens, or no cost, is unknown. */
export const looseUsageSchema = z.object({
  prompt_tokens: tokens,
  completion_tokens: tokens,
  total_tokens: tokens,
  reasoning_tokens: tokens,
  cached_tokens: tokens,
  cache_write_tokens: tokens,
  stated_cost_usd: z.number().nonnegative().optional().catch(undefined),
});
