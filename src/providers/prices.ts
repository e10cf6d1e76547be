import type { PriceOf } from "../core/provider.ts";
import type { Usage } from "../core/response.ts";
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
}

/** Null where a count that is needed is unknown, and where the counts contradict each other. */
function countedIn(usage: Usage | null): Counted | null {
  const completion = completionIn(usage);
  if (usage === null || usage.prompt_tokens === null || completion === null) return null;
  if (contradictionIn(usage) !== null) return null;
  return {
    prompt: usage.prompt_tokens,
    completion,
    cached: usage.cached_tokens ?? 0,
    written: usage.cache_write_tokens ?? 0,
    reasoning: usage.reasoning_tokens ?? 0,
  };
}

/** Prices by the user's own figures; cached and reasoning tokens cost what others do, unless they have rates of their own. */
export function fixedPrices(prices: TokenPrices): PriceOf {
  const { input_per_million: input, output_per_million: output } = prices;
  const { cache_read_per_million: read = input, cache_write_per_million: write = input } = prices;
  const { reasoning_per_million: thought = output } = prices;
  return (usage) => {
    const counted = countedIn(usage);
    if (counted === null) return null;
    const { prompt, completion, cached, written, reasoning } = counted;
    // Sums of parts that are not negative: differences of rates would leave less than 0 by rounding.
    const ofPrompt = (prompt - cached - written) * input + cached * read + written * write;
    return (ofPrompt + (completion - reasoning) * output + reasoning * thought) / 1e6;
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
    return calcPrice(tokens, model, where)?.total_price ?? null;
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
