import type { ModalityTokens, Usage } from "../core/response.ts";

/** What the price data call the tokens that are not text, and their rates. */
const IN_PRICE_DATA = {
  prompt_audio: { tokens: "input_audio_tokens", rate: "input_audio_mtok" },
  prompt_image: { tokens: "input_image_tokens", rate: "input_image_mtok" },
  prompt_video: { tokens: "input_video_tokens", rate: "input_video_mtok" },
  cached_audio: { tokens: "cache_audio_read_tokens", rate: "cache_audio_read_mtok" },
  cached_image: { tokens: "cache_image_read_tokens", rate: "cache_image_read_mtok" },
  cached_video: { tokens: "cache_video_read_tokens", rate: "cache_video_read_mtok" },
  completion_audio: { tokens: "output_audio_tokens", rate: "output_audio_mtok" },
  completion_image: { tokens: "output_image_tokens", rate: "output_image_mtok" },
  completion_video: { tokens: "output_video_tokens", rate: "output_video_mtok" },
} as const satisfies Record<keyof ModalityTokens, { tokens: string; rate: string }>;

type Modality = keyof ModalityTokens;
const MODALITIES = Object.keys(IN_PRICE_DATA) as readonly Modality[];

const CACHED = { prompt_audio: "cached_audio", prompt_image: "cached_image", prompt_video: "cached_video" } as const;

/**
 * How many tokens of a prompt's modality were read from the cache; 0 for those of a completion. Null where only the sum
 * of cached tokens is known, or some were written, so that nobody knows which had the lower or the higher rate.
 */
function cachedOf(usage: Usage, modality: Modality): number | null {
  if (!(modality in CACHED)) return 0;
  if (usage.cache_write_tokens) return null;
  if (!usage.cached_tokens) return 0;
  return usage.modality_tokens?.[CACHED[modality as keyof typeof CACHED]] ?? null;
}

/** Google's one price of a prompt is for text, images and video, unless another one is listed: https://ai.google.dev/gemini-api/docs/pricing */
const isInCommonPrice = (modality: Modality, provider: string): boolean =>
  provider === "google" && /^(prompt|cached)_(image|video)$/.test(modality);

/**
 * The counts of tokens that are not text as the price data take them, by the rates of a model; empty where there are
 * none. Null where one of them has no price of its own.
 */
export function modalityCounts(
  usage: Usage,
  rates: Readonly<Record<string, unknown>>,
  provider: string,
): Record<string, number> | null {
  const counts: Record<string, number> = {};
  const tokens = usage.modality_tokens ?? {};
  for (const modality of MODALITIES) {
    const count = tokens[modality] ?? 0;
    const { tokens: name, rate } = IN_PRICE_DATA[modality];
    if (count === 0 || (rates[rate] === undefined && isInCommonPrice(modality, provider))) continue;
    if (rates[rate] === undefined || cachedOf(usage, modality) === null) return null;
    counts[name] = count;
    // The data want to be told where none was cached.
    if (modality in CACHED) counts[IN_PRICE_DATA[CACHED[modality as keyof typeof CACHED]].tokens] ??= 0;
  }
  return counts;
}

/** Prices of one's own for tokens that are not text, in US dollars per million; null for what has none. */
export type ModalityRates = Readonly<Partial<Record<Modality, number | undefined>>>;

/**
 * What the tokens that are not text cost by prices of one's own, in millionths of a dollar, and how many they are. Null
 * where some have no price of their own, cached ones among them.
 */
export function modalityCost(
  usage: Usage,
  rates: ModalityRates,
): { readonly micros: number; readonly prompt: number; readonly completion: number } | null {
  const sum = { micros: 0, prompt: 0, completion: 0 };
  for (const modality of MODALITIES) {
    const count = usage.modality_tokens?.[modality] ?? 0;
    if (count === 0) continue;
    const rate = rates[modality];
    if (rate === undefined || cachedOf(usage, modality) !== 0) return null;
    sum.micros += count * rate;
    sum[modality in CACHED ? "prompt" : "completion"] += count;
  }
  return sum;
}
