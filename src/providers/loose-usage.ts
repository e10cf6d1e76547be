import { z } from "zod";
import { modalityTokensSchema } from "../core/response.ts";

const tokens = z.int().nonnegative().nullable().catch(null);

/** A usage of somebody else's making: what is no count of tokens, or no cost, is unknown. */
export const looseUsageSchema = z.object({
  prompt_tokens: tokens,
  completion_tokens: tokens,
  total_tokens: tokens,
  reasoning_tokens: tokens,
  cached_tokens: tokens,
  cache_write_tokens: tokens,
  modality_tokens: modalityTokensSchema.optional().catch(undefined),
  web_searches: z.int().positive().optional().catch(undefined),
  unpriced: z.string().optional().catch(undefined),
  stated_cost_usd: z.number().nonnegative().optional().catch(undefined),
});
