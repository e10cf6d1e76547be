import type { ModelRequest } from "../core/request.ts";
import { hasImages, requestTexts } from "./request-texts.ts";
import type { Usage } from "../core/response.ts";
import { usageOf } from "../providers/wire/usage.ts";

/** A rough rule for English text: no tokenizer is asked, since each model has its own. */
export const CHARS_PER_TOKEN = 4;

/** What a chat template may put around a prompt, in tokens; the templates in use take some ten. */
const TEMPLATE_TOKENS = 100;

/**
 * The most that one attempt at a request can cost, in US dollars: a prompt has no more tokens than bytes, and an answer
 * no more than `max_tokens`. Null without such a limit, without a price, and with images, whose tokens each model counts
 * its own way.
 */
export function highestCostOf(
  request: ModelRequest,
  priceOf: ((usage: Usage | null) => number | null) | null,
): number | null {
  const { max_tokens, messages = [] } = request;
  if (max_tokens === undefined || hasImages(request)) return null;
  const bytes = requestTexts(request).reduce((sum, text) => sum + Buffer.byteLength(text), 0);
  const promptTokens = bytes + TEMPLATE_TOKENS * Math.max(1, messages.length);
  return priceOf?.(usageOf({ prompt: promptTokens, completion: max_tokens })) ?? null;
}
