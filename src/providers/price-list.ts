/** What a model costs at a provider, in US dollars per million tokens; null where the data say nothing. */
export interface ListedPrice {
  readonly provider: string;
  readonly model: string;
  readonly input_per_million: number | null;
  readonly cache_read_per_million: number | null;
  readonly cache_write_per_million: number | null;
  readonly output_per_million: number | null;
  /** Prompt tokens above which the rates are higher; null where they are the same for all. */
  readonly higher_above_tokens: number | null;
  /** The provider's own page of prices. */
  readonly source: string | null;
}

/** A provider as the data know it. */
export interface PricedProvider {
  /** Its name here. */
  readonly name: string;
  /** What the data call it. */
  readonly priceId: string;
}

/** The price of a model at a provider as it is today; null when the data do not know it. */
export async function listedPrice({ name, priceId }: PricedProvider, model: string): Promise<ListedPrice | null> {
  const { calcPrice } = await import("@pydantic/genai-prices");
  const found = calcPrice({ input_tokens: 1, output_tokens: 1 }, model, { providerId: priceId });
  if (found === null) return null;
  const rates = found.model_price;
  const input = rates["input_mtok"];
  return {
    provider: name,
    model: found.model.id,
    input_per_million: baseOf(input),
    cache_read_per_million: baseOf(rates["cache_read_mtok"]),
    cache_write_per_million: baseOf(rates["cache_write_mtok"]),
    output_per_million: baseOf(rates["output_mtok"]),
    higher_above_tokens: typeof input === "object" ? (input.tiers[0]?.start ?? null) : null,
    source: found.provider.pricing_urls?.[0] ?? null,
  };
}

const baseOf = (rate: number | { readonly base: number } | undefined): number | null =>
  rate === undefined ? null : typeof rate === "number" ? rate : rate.base;

/** The models that the data know of a provider. */
export async function pricedModels({ priceId }: PricedProvider): Promise<string[]> {
  const { findProvider } = await import("@pydantic/genai-prices");
  return findProvider({ providerId: priceId })?.models.map(({ id }) => id) ?? [];
}
