import type { ModalityTokens, Usage } from "../../core/response.ts";
import { countAt, fieldsAt, isFields, numberAt, type Fields } from "./fields.ts";
import { saidUsage } from "./usage.ts";

/**
 * The usage of a chat or text completion. Servers that copy OpenAI put it elsewhere: Groq its streams' into `x_groq`,
 * Kimi into the choice.
 */
export function openaiUsageIn(body: Fields): Usage | null {
  return usageIn(body["usage"]) ?? usageIn(fieldsAt(body, "x_groq")["usage"]) ?? usageIn(choiceUsage(body["choices"]));
}

/** Asked of every chunk of a stream, so no list is made of it. */
function choiceUsage(choices: unknown): unknown {
  if (!Array.isArray(choices)) return null;
  const first: unknown = choices[0];
  return isFields(first) && (first["index"] ?? 0) === 0 ? first["usage"] : null;
}

/** Where servers other than OpenAI count what was read from a cache: DeepSeek, Moonshot, Mistral, LiteLLM. */
const CACHED = ["prompt_cache_hit_tokens", "cached_tokens", "num_cached_tokens", "cache_read_input_tokens"] as const;
/** Perplexity; xAI. */
const SEARCHES = ["num_search_queries", "num_sources_used"] as const;

function usageIn(usage: unknown): Usage | null {
  if (!isFields(usage)) return null;
  const prompt = fieldsAt(usage, "prompt_tokens_details");
  const completion = fieldsAt(usage, "completion_tokens_details");
  // Mistral again, which names its details in two ways.
  const cached = firstCount(countAt(prompt, "cached_tokens"), fieldsAt(usage, "prompt_token_details"), [
    "cached_tokens",
  ]);
  return saidUsage({
    prompt: countAt(usage, "prompt_tokens"),
    completion: countAt(usage, "completion_tokens"),
    total: countAt(usage, "total_tokens"),
    // SGLang states it beside the counts.
    reasoning: firstCount(countAt(completion, "reasoning_tokens"), usage, ["reasoning_tokens"]),
    cached: firstCount(cached, usage, CACHED),
    cacheWrite: firstCount(
      firstCount(countAt(prompt, "cache_write_tokens"), prompt, ["cache_creation_tokens"]),
      usage,
      ["cache_creation_input_tokens"],
    ),
    modalities: modalitiesIn(prompt, completion),
    webSearches: firstCount(null, usage, SEARCHES),
    // Mistral's Voxtral is paid by the second.
    unpriced: countAt(usage, "prompt_audio_seconds") ? "audio that is paid by the second" : null,
    statedCostUsd: statedCostIn(usage),
  });
}

/** The first count of several places that is more than nothing: who fills in one may put zeros into the rest. */
function firstCount(first: number | null, usage: Fields, places: readonly string[]): number | null {
  let known = first;
  for (const place of places) {
    if (known) return known;
    known = countAt(usage, place) ?? known;
  }
  return known;
}

/** Tokens that are not text, of the details of a prompt and of its completion. */
export function modalitiesIn(prompt: Fields, completion: Fields): ModalityTokens | null {
  if (!statesModality(prompt) && !statesModality(completion)) return null;
  const cached = prompt["cached_tokens_details"];
  return {
    prompt_audio: countAt(prompt, "audio_tokens") ?? 0,
    prompt_image: countAt(prompt, "image_tokens") ?? 0,
    prompt_video: countAt(prompt, "video_tokens") ?? 0,
    ...(isFields(cached) && {
      cached_audio: countAt(cached, "audio_tokens") ?? 0,
      cached_image: countAt(cached, "image_tokens") ?? 0,
      cached_video: countAt(cached, "video_tokens") ?? 0,
    }),
    completion_audio: countAt(completion, "audio_tokens") ?? 0,
    completion_image: countAt(completion, "image_tokens") ?? 0,
    completion_video: countAt(completion, "video_tokens") ?? 0,
  };
}

const statesModality = (details: Fields): boolean =>
  details["audio_tokens"] !== undefined ||
  details["image_tokens"] !== undefined ||
  details["video_tokens"] !== undefined;

/** xAI's unit, of which 10^10 are a dollar: https://docs.x.ai/developers/cost-tracking */
const TICKS_PER_USD = 1e10;

/** What a request cost, which OpenRouter, Perplexity and xAI put beside the tokens, each in its own way. */
export function statedCostIn(usage: Fields): number | null {
  const ticks = numberAt(usage, "cost_in_usd_ticks");
  const cost =
    numberAt(usage, "cost") ??
    numberAt(fieldsAt(usage, "cost"), "total_cost") ??
    (ticks === null ? null : ticks / TICKS_PER_USD);
  return usage["is_byok"] === true ? withOwnKey(cost, usage) : cost;
}

/**
 * OpenRouter with a key of the user's own charges its fee, and the provider the rest. Without the latter the cost is
 * unknown. https://openrouter.ai/docs/guides/overview/auth/byok
 */
function withOwnKey(fee: number | null, usage: Fields): number | null {
  const upstream = numberAt(fieldsAt(usage, "cost_details"), "upstream_inference_cost");
  if (fee === null || upstream === null) return null;
  const sum = fee + upstream;
  return Number.isFinite(sum) ? sum : null;
}
