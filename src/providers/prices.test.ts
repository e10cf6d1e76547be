import { readFileSync } from "node:fs";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { modalityTokensSchema, type Usage } from "../core/response.ts";
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

describe("tokens that are not text", () => {
  const counted = (tokens: Usage["modality_tokens"], more: Partial<Usage> = {}): Usage => ({
    ...usage,
    ...more,
    modality_tokens: tokens,
  });
  const priceOf = async (providerId: string, model: string, of: Usage): Promise<number | null> =>
    (await publishedPrices({ model, providerId, baseUrl: null }))?.(of) ?? null;

  it("have the published price of their kind", async () => {
    const audio = counted({ prompt_audio: 400_000, completion_audio: 300_000 });
    expect(await priceOf("openai", "gpt-audio", audio)).toBeCloseTo(0.6 * 2.5 + 0.4 * 32 + 0.7 * 10 + 0.3 * 64, 9);
    const image = counted({ completion_image: 900_000 });
    expect(await priceOf("google", "gemini-2.5-flash-image", image)).toBeCloseTo(0.3 + 0.1 * 2.5 + 0.9 * 30, 9);
  });

  it("have no cost where their kind has no price", async () => {
    for (const tokens of [{ prompt_audio: 1 }, { completion_audio: 1 }, { prompt_image: 1 }, { completion_video: 1 }]) {
      expect(await priceOf("openai", "gpt-4o", counted(tokens))).toBeNull();
    }
    expect(await priceOf("openai", "gpt-audio", counted({ completion_image: 1 }))).toBeNull();
    expect(await priceOf("google", "gemini-2.5-flash", counted({ completion_image: 1 }))).toBeNull();
  });

  it("cost at Google what text does where one price is for text, images and video", async () => {
    const of = { prompt_image: 500_000, prompt_video: 100_000, prompt_audio: 200_000 };
    expect(await priceOf("google", "gemini-2.5-flash", counted(of))).toBeCloseTo(0.8 * 0.3 + 0.2 * 1 + 2.5, 9);
    const listed = counted({ prompt_image: 500_000 });
    const text = await priceOf("google", "gemini-3.1-flash-live-preview", usage);
    expect(await priceOf("google", "gemini-3.1-flash-live-preview", listed)).toBeCloseTo((text ?? 0) + 0.5 * 0.25, 9);
  });

  it("have a cost beside cached tokens only where those are told apart", async () => {
    const cached = { cached_tokens: 500_000 };
    const model = "gemini-2.5-flash";
    expect(await priceOf("google", model, counted({ prompt_audio: 200_000 }, cached))).toBeNull();
    const none = counted({ prompt_audio: 200_000, cached_audio: 0 }, cached);
    expect(await priceOf("google", model, none)).toBeCloseTo(0.3 * 0.3 + 0.5 * 0.03 + 0.2 * 1 + 2.5, 9);
    const all = counted({ prompt_audio: 200_000, cached_audio: 200_000 }, cached);
    expect(await priceOf("google", model, all)).toBeCloseTo(0.5 * 0.3 + 0.3 * 0.03 + 0.2 * 0.1 + 2.5, 9);
  });

  it("have the price of one's own for their kind, and without one no cost unless all is free", () => {
    const own = { input_per_million: 10, output_per_million: 20 };
    const of = counted({ prompt_audio: 400_000, completion_image: 300_000 });
    expect(fixedPrices(own)(of)).toBeNull();
    expect(fixedPrices({ ...own, input_audio_per_million: 1 })(of)).toBeNull();
    const rates = { input_audio_per_million: 100, output_image_per_million: 1000 };
    expect(fixedPrices({ ...own, ...rates })(of)).toBeCloseTo(6 + 40 + 14 + 300, 9);
    expect(fixedPrices({ input_per_million: 0, output_per_million: 0 })(of)).toBe(0);
    expect(fixedPrices({ ...own, ...rates })({ ...of, cached_tokens: 1 })).toBeNull();
  });

  it("never cost less than nothing, nor more than there are numbers for", async () => {
    const count = fc.option(fc.nat(100), { nil: null });
    const kinds = fc.dictionary(fc.constantFrom(...Object.keys(modalityTokensSchema.shape)), fc.nat(100));
    const said = fc.record({ ...usageCounts(count), modality_tokens: kinds });
    const models: [string, string][] = [
      ["openai", "gpt-audio"],
      ["openai", "gpt-realtime"],
      ["google", "gemini-2.5-flash"],
      ["google", "gemini-2.5-flash-image"],
      ["anthropic", "claude-sonnet-4-5"],
    ];
    const prices = await Promise.all(
      models.map(([providerId, model]) => publishedPrices({ model, providerId, baseUrl: null })),
    );
    prices.push(fixedPrices({ input_per_million: 3, output_per_million: 1e308, input_audio_per_million: 2 }));
    fc.assert(
      fc.property(said, (of) => {
        for (const price of prices) {
          const cost = price?.(of) ?? null;
          expect(cost === null || cost >= 0).toBe(true);
        }
      }),
    );
  });
});

it("knows no cost of what no price per token covers", async () => {
  const published = await publishedPrices({ model: "gpt-4o-mini", providerId: "openai", baseUrl: null });
  for (const priceOf of [published, fixedPrices({ input_per_million: 1, output_per_million: 2 })]) {
    expect(priceOf?.({ ...usage, unpriced: "audio that is paid by the second" })).toBeNull();
  }
});

const usageCounts = (count: fc.Arbitrary<number | null>): Record<keyof typeof usage, fc.Arbitrary<number | null>> => ({
  prompt_tokens: count,
  completion_tokens: count,
  total_tokens: count,
  reasoning_tokens: count,
  cached_tokens: count,
  cache_write_tokens: count,
});
