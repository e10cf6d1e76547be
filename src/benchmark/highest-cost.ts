import type { ModelRequest } from "../core/request.ts";
import { hasImages, requestTexts } from "./request-texts.ts";
import type { Usage } from "../core/response.ts";

/** A rough rule for English text: no tokenizer is asked, since each model has its own. */
export const CHARS_PER_TOKEN = 4;

/** What a chat template may put around a prompt, in tokens; the templates in use take some ten. */
const TEMPLATE_TOKENS = 100;

/** The usage of so many tokens, none of them cached. */
export function usageOf(prompt: number, completion: number): Usage {
  return {
    prompt_tokens: prompt,
    completion_tokens: completion,
    total_tokens: prompt + completion,
    reasoning_tokens: null,
    cached_tokens: null,
    cache_write_tokens: null,
  };
}

/**
 * The most that one attempt at a request can cost, in US dollars: a prompt has no more tokens than bytes, and an answer
 * no more than `max_tokens`. Null without such a limit, without a
 * price, and with images, whose tokens each model counts its own way.
 */
export function highestCostOf(
  request: ModelRequest,
  priceOf: ((usage: Usage | null) => number | null) | null,
): number | null {
  const { max_tokens, messages = [] } = request;
  if (max_tokens === undefined || hasImages(request)) return null;
  const bytes = requestTexts(request).reduce((sum, text) => sum + Buffer.byteLength(text), 0);
  const promptTokens = bytes + TEMPLATE_TOKENS * Math.max(1, messages.length);
  return priceOf?.(usageOf(promptTokens, max_tokens)) ?? null;
}
