import { z } from "zod";

const count = z.int().nonnegative();
const tokens = count.nullable();
export const modalityTokensSchema = z
  .object({
    prompt_audio: count,
    prompt_image: count,
    prompt_video: count,
    /** Of these, what was read from a cache. */
    cached_audio: count,
    cached_image: count,
    cached_video: count,
    completion_audio: count,
    completion_image: count,
    completion_video: count,
  })
  .partial();
/** Tokens that are not text; what is not stated is left out. */
export type ModalityTokens = z.infer<typeof modalityTokensSchema>;

export const usageSchema = z.object({
  prompt_tokens: tokens,
  completion_tokens: tokens,
  total_tokens: tokens,
  reasoning_tokens: tokens,
  cached_tokens: tokens,
  cache_write_tokens: tokens,
  /** Tokens within these counts that are not text, as far as the server states them; absent when it states none. */
  modality_tokens: modalityTokensSchema.optional(),
  /** Web searches that the server made; their fees are in no computed cost. Absent when it states none. */
  web_searches: z.int().positive().optional(),
  /** What in this answer prices per token do not cover, so that no cost can be computed; absent when there is nothing. */
  unpriced: z.string().optional(),
  /** What the server says that the request cost, in US dollars; it rules over prices. Absent when it says nothing. */
  stated_cost_usd: z.number().nonnegative().optional(),
});
/**
 * Tokens as the server counted them; what it did not say is null, never 0.
 * `prompt_tokens` includes cache reads and cache writes, `completion_tokens` includes reasoning.
 */
export type Usage = z.infer<typeof usageSchema>;

const millis = z.number().nonnegative().nullable();

/** What a server says of its own times, in milliseconds; null for what it leaves out. Never mixed with what we measure. */
export const serverTimingSchema = z.object({
  /** Loading the model. */
  load_ms: millis,
  /** Reading the prompt. */
  prompt_ms: millis,
  /** Generating the answer. */
  output_ms: millis,
  total_ms: millis,
});
export type ServerTiming = z.infer<typeof serverTimingSchema>;

/** A tool call, in the one shape that all APIs are read into. */
export interface ToolCall {
  readonly id: string | null;
  readonly type: "function";
  /** `arguments` is JSON as the model wrote it, valid or not. */
  readonly function: { readonly name: string; readonly arguments: string };
}

export const modelResponseSchema = z.object({
  id: z.string().nullable(),
  model: z.string().nullable(),
  content: z.string().nullable(),
  reasoning: z.string().nullable(),
  /** Each `{ id, type: "function", function: { name, arguments } }`; `unknown`, since version 0.1 wrote other shapes. */
  tool_calls: z.array(z.unknown()).nullable(),
  finish_reason: z.string().nullable(),
  usage: usageSchema.nullable(),
  /** ISO-8601 UTC, as the server stated it. */
  created_at: z.string().nullable(),
  /** Only from servers that state their own times (Ollama). */
  server_timing: serverTimingSchema.optional(),
});
/** What a model answered. */
export type ModelResponse = z.infer<typeof modelResponseSchema>;
