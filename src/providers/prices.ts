import type { PriceOf } from "../core/provider.ts";
import type { Usage } from "../core/response.ts";
import { modalityCost, modalityCounts, type ModalityRates } from "./modality-prices.ts";
import { contradictionIn } from "../core/usage-contradiction.ts";

/** Where built-in prices come from; pinned, so that the date holds. */
export const PRICE_DATA = { package: "@pydantic/genai-prices", version: "0.1.8", date: "2026-09-23" } as const;

/** US dollars per million tokens, as a configuration overrides them. */
export interface TokenPrices {
  readonly input_per_million: number;
  readonly output_per_million: number;
  /** Prompt tokens read from a cache; what others cost unless given. So are the two below. */
  readonly cache_read_per_million?: number | undefined;
  readonly cache_write_per_million?: number | undefined;
  readonly reasoning_per_million?: number | undefined;
  /** Tokens that are not text. Without a price, an answer that has some has no cost, unless all its tokens are free. */
  readonly input_audio_per_million?: number | undefined;
  readonly input_image_per_million?: number | undefined;
  readonly output_audio_per_million?: number | undefined;
  readonly output_image_per_million?: number | undefined;
}

/** What is to be priced. A built-in provider is known by its id, any other by the address that is called. */
export interface PricedModel {
  readonly model: string;
  readonly providerId: string | null;
  readonly baseUrl: string | null;
}

/** Completion tokens to be paid; an embedding has none, which its total tells. */
function completionIn(usage: Usage | null): number | null {
  if (usage === null || usage.completion_tokens !== null) return usage?.completion_tokens ?? null;
  return usage.prompt_tokens !== null && usage.total_tokens === usage.prompt_tokens ? 0 : null;
}

/** The counts that prices apply to. */
interface Counted {
  readonly prompt: number;
  readonly completion: number;
  readonly cached: number;
  readonly written: number;
  readonly reasoning: number;
  readonly usage: Usage;
}

/** Null where a count that is needed is unknown or not all that is paid, and where the counts contradict each other. */
function countedIn(usage: Usage | null): Counted | null {
  const completion = completionIn(usage);
  if (usage === null || usage.prompt_tokens === null || completion === null) return null;
  if (usage.unpriced !== undefined || contradictionIn(usage) !== null) return null;
  return {
    prompt: usage.prompt_tokens,
    completion,
    cached: usage.cached_tokens ?? 0,
    written: usage.cache_write_tokens ?? 0,
    reasoning: usage.reasoning_tokens ?? 0,
    usage,
  };
}

/** Prices by the user's own figures; cached and reasoning tokens cost what others do, unless they have rates of their own. */
export function fixedPrices(prices: TokenPrices): PriceOf {
  const { input_per_million: input, output_per_million: output } = prices;
  const { cache_read_per_million: read = input, cache_write_per_million: write = input } = prices;
  const { reasoning_per_million: thought = output } = prices;
  const isFree = [input, output, read, write, thought].every((rate) => rate === 0);
  const rates: ModalityRates = {
    prompt_audio: prices.input_audio_per_million,
    prompt_image: prices.input_image_per_million,
    completion_audio: prices.output_audio_per_million,
    completion_image: prices.output_image_per_million,
  };
  return (usage) => {
    const counted = countedIn(usage);
    if (counted === null) return null;
    const { prompt, completion, cached, written, reasoning } = counted;
    const textless = modalityCost(counted.usage, rates);
    const ofText = prompt - cached - written - (textless?.prompt ?? 0);
    if (textless === null || ofText < 0) return isFree ? 0 : null;
    // Sums of parts that are not negative: differences of rates would leave less than 0 by rounding.
    const ofPrompt = ofText * input + cached * read + written * write;
    const ofCompletion = (completion - reasoning - textless.completion) * output + reasoning * thought;
    return (ofPrompt + ofCompletion + textless.micros) / 1e6;
  };
}

/**
 * Prices of a model from the bundled data, cache reads and writes at their own rates; null when the model is not in it.
 * Loads the data (about 100 ms) at the first call.
 */
export async function publishedPrices({ model, providerId, baseUrl }: PricedModel): Promise<PriceOf | null> {
  const { calcPrice } = await import("@pydantic/genai-prices");
  const where = providerId === null ? { providerApiUrl: baseUrl ?? "" } : { providerId };
  const priceOf = (usage: Usage | null): number | null => {
    const counted = countedIn(usage);
    if (counted === null) return null;
    const tokens = {
      input_tokens: counted.prompt,
      output_tokens: counted.completion,
      cache_read_tokens: counted.cached,
      cache_write_tokens: counted.written,
    };
    const price = calcPrice(tokens, model, where);
    if (price === null || counted.usage.modality_tokens === undefined) return price?.total_price ?? null;
    const textless = modalityCounts(counted.usage, price.model_price, price.provider.id);
    return textless === null ? null : (calcPrice({ ...tokens, ...textless }, model, where)?.total_price ?? null);
  };
  return priceOf(NO_TOKENS) === null ? null : priceOf;
}

const NO_TOKENS: Usage = {
  prompt_tokens: 0,
  completion_tokens: 0,
  total_tokens: 0,
  reasoning_tokens: null,
  cached_tokens: null,
  cache_write_tokens: null,
};
