import { z } from "zod";

const tokens = z.int().nonnegative().nullable();

export const usageSchema = z.object({
  prompt_tokens: tokens,
  completion_tokens: tokens,
  total_tokens: tokens,
  reasoning_tokens: tokens,
  cached_tokens: tokens,
  cache_write_tokens: tokens,
});
/**
 * Tokens as the server counted them; what it did not say is null, never 0.
 * `prompt_tokens` includes cache reads and cache writes, `completion_tokens` includes reasoning.
 */
export type Usage = z.infer<typeof usageSchema>;

export const modelResponseSchema = z.object({
  id: z.string().nullable(),
  model: z.string().nullable(),
  content: z.string().nullable(),
  reasoning: z.string().nullable(),
  tool_calls: z.array(z.unknown()).nullable(),
  finish_reason: z.string().nullable(),
  usage: usageSchema.nullable(),
  /** ISO-8601 UTC, as the server stated it. */
  created_at: z.string().nullable(),
});
/** What a model answered. */
export type ModelResponse = z.infer<typeof modelResponseSchema>;
