import type { PriceOf } from "../core/provider.ts";
import type { Usage } from "../core/response.ts";

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

/** Prices by the user's own figures; cached and reasoning tokens cost what others do, unless they have rates of their own. */
export function fixedPrices(prices: TokenPrices): PriceOf {
  const { input_per_million: input, output_per_million: output } = prices;
  const { cache_read_per_million: read = input, cache_write_per_million: write = input } = prices;
  const { reasoning_per_million: thought = output } = prices;
  return (usage) => {
    const completion = completionIn(usage);
    if (usage === null || usage.prompt_tokens === null || completion === null) return null;
    const [cached, written, reasoning] = [
      usage.cached_tokens ?? 0,
      usage.cache_write_tokens ?? 0,
      usage.reasoning_tokens ?? 0,
    ];
    const prompt = usage.prompt_tokens * input + cached * (read - input) + written * (write - input);
    return (prompt + completion * output + reasoning * (thought - output)) / 1e6;
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
    const completion = completionIn(usage);
    if (usage === null || usage.prompt_tokens === null || completion === null) return null;
    const counted = {
      input_tokens: usage.prompt_tokens,
      output_tokens: completion,
      cache_read_tokens: usage.cached_tokens ?? 0,
      cache_write_tokens: usage.cache_write_tokens ?? 0,
    };
    return calcPrice(counted, model, where)?.total_price ?? null;
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
