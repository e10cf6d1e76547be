import type { Usage } from "../../core/response.ts";
import { countAt, fieldsAt, isFields, numberAt, type Fields } from "./fields.ts";
import { sumOf, usageOf } from "./usage.ts";

/**
 * The usage of a chat or text completion. Servers that copy OpenAI put some of it elsewhere: Groq its streams' usage into
 * `x_groq`, DeepSeek cache hits and SGLang reasoning into members of their own.
 */
export function openaiUsageIn(body: Fields): Usage | null {
  const usage = body["usage"] ?? fieldsAt(body, "x_groq")["usage"];
  if (!isFields(usage)) return null;
  const promptDetails = fieldsAt(usage, "prompt_tokens_details");
  const prompt = countAt(usage, "prompt_tokens");
  const completion = countAt(usage, "completion_tokens");
  const reasoning =
    countAt(fieldsAt(usage, "completion_tokens_details"), "reasoning_tokens") ?? countAt(usage, "reasoning_tokens");
  // xAI counts reasoning beside the completion; only its total tells.
  const beside = reasoning !== null && reasoning > 0 && isTotal(usage, sumOf(prompt, completion, reasoning));
  return usageOf({
    prompt,
    completion: beside ? sumOf(completion, reasoning) : completion,
    reasoning,
    cached: countAt(promptDetails, "cached_tokens") ?? countAt(usage, "prompt_cache_hit_tokens"),
    cacheWrite: countAt(promptDetails, "cache_write_tokens"),
    statedCostUsd: statedCostIn(usage),
  });
}

/** xAI's unit, of which 10^10 are a dollar: https://docs.x.ai/developers/cost-tracking */
const TICKS_PER_USD = 1e10;

/** What a request cost, which OpenRouter, Perplexity and xAI put beside the tokens, each in its own way. */
export function statedCostIn(usage: Fields): number | null {
  const ticks = numberAt(usage, "cost_in_usd_ticks");
  return (
    numberAt(usage, "cost") ??
    numberAt(fieldsAt(usage, "cost"), "total_cost") ??
    (ticks === null ? null : ticks / TICKS_PER_USD)
  );
}

const isTotal = (usage: Fields, sum: number | null): boolean => sum !== null && countAt(usage, "total_tokens") === sum;
