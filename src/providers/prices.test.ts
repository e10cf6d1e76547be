import { readFileSync } from "node:fs";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { fixedPrices, PRICE_DATA, publishedPrices } from "./prices.ts";

const usage = {
  prompt_tokens: 1_000_000,
  completion_tokens: 1_000_000,
  total_tokens: 2_000_000,
  reasoning_tokens: null,
  cached_tokens: null,
  cache_write_tokens: null,
};

it("prices a built-in provider's model from the published data, cache reads at their own rate", async () => {
  const priceOf = await publishedPrices({ model: "gpt-4o-mini", providerId: "openai", baseUrl: null });
  expect(priceOf?.(usage)).toBeCloseTo(0.15 + 0.6, 9);
  expect(priceOf?.({ ...usage, cached_tokens: 1_000_000 })).toBeCloseTo(0.075 + 0.6, 9);
});

it("prices a model by the address that is called, where no built-in provider is named", async () => {
  const baseUrl = "https://api.groq.com/openai/v1";
  expect(await publishedPrices({ model: "llama-3.3-70b-versatile", providerId: null, baseUrl })).not.toBeNull();
});

it("knows no price for an unknown model or a server of one's own", async () => {
  expect(await publishedPrices({ model: "no-such-model", providerId: "openai", baseUrl: null })).toBeNull();
  expect(await publishedPrices({ model: "gpt-4o", providerId: null, baseUrl: "http://127.0.0.1:8000/v1" })).toBeNull();
});

it("takes unknown usage for an unknown cost, never for none", async () => {
  const published = await publishedPrices({ model: "gpt-4o-mini", providerId: "openai", baseUrl: null });
  const fixed = fixedPrices({ input_per_million: 1, output_per_million: 2 });
  for (const priceOf of [published, fixed]) {
    expect(priceOf?.(null)).toBeNull();
    expect(priceOf?.({ ...usage, completion_tokens: null })).toBeNull();
  }
  expect(fixed(usage)).toBe(3);
});

it("states the date of the very package that is installed", () => {
  const file = new URL("../../node_modules/@pydantic/genai-prices/package.json", import.meta.url);
  expect(JSON.parse(readFileSync(file, "utf8"))).toMatchObject({
    name: PRICE_DATA.package,
    version: PRICE_DATA.version,
  });
});

it("prices an embedding, which has no completion at all, by its prompt", async () => {
  const embedding = { ...usage, completion_tokens: null, total_tokens: usage.prompt_tokens };
  const model = { model: "text-embedding-3-small", providerId: "openai", baseUrl: null } as const;
  expect((await publishedPrices(model))?.(embedding)).toBeCloseTo(0.02, 9);
  expect(fixedPrices({ input_per_million: 3, output_per_million: 9 })(embedding)).toBe(3);
});

it("prices cached and reasoning tokens at rates of one's own, as parts of what they are counted in", () => {
  const own = { input_per_million: 10, output_per_million: 20 };
  const counted = { ...usage, cached_tokens: 400_000, cache_write_tokens: 100_000, reasoning_tokens: 500_000 };
  expect(fixedPrices(own)(counted)).toBeCloseTo(30, 9);
  const rates = { cache_read_per_million: 1, cache_write_per_million: 12.5, reasoning_per_million: 40 };
  expect(fixedPrices({ ...own, ...rates })(counted)).toBeCloseTo(5 + 0.4 + 1.25 + 10 + 20, 9);
});

describe("a usage that contradicts itself", () => {
  const contradictions = [
    { prompt_tokens: 10, cached_tokens: 64 },
    { prompt_tokens: 10, cache_write_tokens: 64 },
    { prompt_tokens: 10, cached_tokens: 6, cache_write_tokens: 6 },
    { completion_tokens: 4, reasoning_tokens: 900 },
    { prompt_tokens: 10, completion_tokens: 4, total_tokens: 3 },
  ];
  const own = fixedPrices({
    input_per_million: 10,
    output_per_million: 30,
    cache_read_per_million: 1,
    reasoning_per_million: 3,
  });

  it.each(contradictions)("has no price of one's own: %j", (counts) => {
    expect(own({ ...usage, total_tokens: null, ...counts })).toBeNull();
  });

  it.each(contradictions)("has no published price: %j", async (counts) => {
    for (const [model, providerId] of [
      ["gpt-4o", "openai"],
      ["claude-sonnet-4-5", "anthropic"],
      ["gemini-2.5-pro", "google"],
    ] as const) {
      const published = await publishedPrices({ model, providerId, baseUrl: null });
      expect(published?.({ ...usage, total_tokens: null, ...counts })).toBeNull();
    }
  });
});

it("no usage that is sound has a negative price, not even by rounding", () => {
  const rate = fc.double({ min: 0, max: 100, noNaN: true });
  const count = fc.nat(1000);
  fc.assert(
    fc.property(rate, rate, rate, rate, rate, count, count, count, count, (i, o, r, w, t, a, b, c, d) => {
      const priceOf = fixedPrices({
        input_per_million: i,
        output_per_million: o,
        cache_read_per_million: r,
        cache_write_per_million: w,
        reasoning_per_million: t,
      });
      const counts = { prompt_tokens: a + b, cached_tokens: a, cache_write_tokens: b };
      const completion = { completion_tokens: c + d, reasoning_tokens: c };
      expect(priceOf({ ...counts, ...completion, total_tokens: null })).toBeGreaterThanOrEqual(0);
    }),
  );
});
