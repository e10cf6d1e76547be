import { isDeepStrictEqual } from "node:util";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { ApiType } from "../../core/api-type.ts";
import { usageSchema, type Usage } from "../../core/response.ts";
import { wireOf } from "../apis.ts";
import { laterUsage, sumOf, usageOf } from "./usage.ts";

const wire = (type: ApiType): ReturnType<typeof wireOf> => wireOf(type, "https://example.com/v1");

function plain(type: ApiType, body: object): Usage | null {
  const answer = wire(type).readBody(body);
  if (answer === null) throw new Error("no answer");
  return answer.failure === undefined ? answer.response.usage : wire(type).readUsage({ ...body });
}

function streamed(type: ApiType, ...events: object[]): Usage | null {
  const reader = wire(type).startStream?.();
  for (const event of events) reader?.take({ name: "message", data: JSON.stringify(event) });
  return reader?.response().usage ?? null;
}

const counts = (prompt: number | null, completion: number | null, more: Partial<Usage> = {}): Usage => ({
  prompt_tokens: prompt,
  completion_tokens: completion,
  total_tokens: sumOf(prompt, completion),
  reasoning_tokens: null,
  cached_tokens: null,
  cache_write_tokens: null,
  ...more,
});

/** A body of each API that holds this usage, and the events of a stream that do. */
const BODIES: Record<
  string,
  { type: ApiType; body: (usage: unknown) => object; events: (usage: unknown) => object[] }
> = {
  openai: {
    type: "openai",
    body: (usage) => ({ choices: [{ message: { content: "a" } }], usage }),
    events: (usage) => [{ choices: [{ delta: { content: "a" } }] }, { choices: [], usage }],
  },
  completions: {
    type: "openai-completions",
    body: (usage) => ({ choices: [{ text: "a" }], usage }),
    events: (usage) => [{ choices: [{ text: "a" }] }, { choices: [], usage }],
  },
  responses: {
    type: "openai-responses",
    body: (usage) => ({ output: [{ type: "message" }], usage }),
    events: (usage) => [{ type: "response.completed", response: { output: [{ type: "message" }], usage } }],
  },
  anthropic: {
    type: "anthropic",
    body: (usage) => ({ content: [], model: "m", usage }),
    events: (usage) => [
      { type: "message_start", message: { model: "m" } },
      { type: "message_delta", usage },
    ],
  },
  google: {
    type: "google",
    body: (usageMetadata) => ({ candidates: [{ finishReason: "STOP" }], usageMetadata }),
    events: (usageMetadata) => [{ candidates: [{ finishReason: "STOP" }], usageMetadata }],
  },
  cohere: {
    type: "cohere",
    body: (usage) => ({ message: {}, usage }),
    events: (usage) => [{ type: "message-end", delta: { usage } }],
  },
  ollama: {
    type: "ollama",
    body: (usage) => ({ message: {}, done: true, ...(usage as object) }),
    events: (usage) => [{ done: true, ...(usage as object) }],
  },
};

/** The usage as a plain answer and as a stream state it, which must be the same. */
function usageIn(api: string, usage: unknown): Usage | null {
  const { type, body, events } = BODIES[api] as (typeof BODIES)[string];
  const read = plain(type, body(usage));
  expect(streamed(type, ...events(usage))).toEqual(read);
  return read;
}

describe("the usage of an answer", () => {
  it.each<[string, string, object, Usage]>([
    [
      "cache writes of responses",
      "responses",
      { input_tokens: 9, output_tokens: 2, input_tokens_details: { cached_tokens: 3, cache_write_tokens: 5 } },
      counts(9, 2, { cached_tokens: 3, cache_write_tokens: 5 }),
    ],
    [
      "Moonshot's cached tokens",
      "openai",
      { prompt_tokens: 9, completion_tokens: 2, cached_tokens: 3 },
      counts(9, 2, { cached_tokens: 3 }),
    ],
    [
      "Mistral's cached tokens",
      "openai",
      { prompt_tokens: 9, completion_tokens: 2, num_cached_tokens: 3 },
      counts(9, 2, { cached_tokens: 3 }),
    ],
    [
      "Mistral's cached tokens by another name",
      "openai",
      { prompt_tokens: 9, completion_tokens: 2, prompt_token_details: { cached_tokens: 3 } },
      counts(9, 2, { cached_tokens: 3 }),
    ],
    [
      "cached tokens beside a zero elsewhere",
      "openai",
      {
        prompt_tokens: 9,
        completion_tokens: 2,
        prompt_tokens_details: { cached_tokens: 0 },
        prompt_cache_hit_tokens: 3,
      },
      counts(9, 2, { cached_tokens: 3 }),
    ],
    [
      "xAI's reasoning beside the completion",
      "openai",
      { prompt_tokens: 9, completion_tokens: 2, total_tokens: 18, completion_tokens_details: { reasoning_tokens: 7 } },
      counts(9, 9, { reasoning_tokens: 7 }),
    ],
    [
      "output that only the total shows",
      "openai",
      { prompt_tokens: 9, completion_tokens: 2, total_tokens: 20 },
      counts(9, 11),
    ],
    [
      "output that only the total of responses shows",
      "responses",
      { input_tokens: 9, output_tokens: 2, total_tokens: 20 },
      counts(9, 11),
    ],
    [
      "cached tokens beside the prompt",
      "openai",
      { prompt_tokens: 9, completion_tokens: 2, total_tokens: 15, prompt_tokens_details: { cached_tokens: 4 } },
      counts(13, 2, { cached_tokens: 4 }),
    ],
    [
      "cache writes beside the prompt",
      "openai",
      {
        prompt_tokens: 9,
        completion_tokens: 2,
        total_tokens: 16,
        prompt_tokens_details: { cached_tokens: 4, cache_write_tokens: 5 },
      },
      counts(14, 2, { cached_tokens: 4, cache_write_tokens: 5 }),
    ],
    [
      "both beside the prompt",
      "completions",
      {
        prompt_tokens: 9,
        completion_tokens: 2,
        total_tokens: 20,
        prompt_tokens_details: { cached_tokens: 4, cache_write_tokens: 5 },
      },
      counts(18, 2, { cached_tokens: 4, cache_write_tokens: 5 }),
    ],
    [
      "a total below the sum as it is stated, since it contradicts the counts",
      "openai",
      { prompt_tokens: 9, completion_tokens: 2, total_tokens: 3 },
      counts(9, 2, { total_tokens: 3 }),
    ],
    ["a completion that is left out", "openai", { prompt_tokens: 9, total_tokens: 14 }, counts(9, 5)],
    ["Gemini's candidates that are left out", "google", { promptTokenCount: 9, totalTokenCount: 14 }, counts(9, 5)],
    [
      "Gemini's candidates that are left out beside thoughts",
      "google",
      { promptTokenCount: 9, thoughtsTokenCount: 3, totalTokenCount: 14 },
      counts(9, 5, { reasoning_tokens: 3 }),
    ],
    [
      "Gemini's thoughts without a total",
      "google",
      { promptTokenCount: 9, thoughtsTokenCount: 3 },
      counts(9, 3, { reasoning_tokens: 3 }),
    ],
    [
      "Gemini's output that only the total shows",
      "google",
      { promptTokenCount: 9, candidatesTokenCount: 2, totalTokenCount: 14 },
      counts(9, 5),
    ],
    [
      "a tool's own prompt at Gemini",
      "google",
      { promptTokenCount: 9, toolUsePromptTokenCount: 10, candidatesTokenCount: 2, totalTokenCount: 21 },
      counts(19, 2),
    ],
    [
      "Anthropic's samplings",
      "anthropic",
      {
        input_tokens: 23,
        output_tokens: 10,
        iterations: [
          { type: "compaction", input_tokens: 180, output_tokens: 35 },
          { type: "message", input_tokens: 23, output_tokens: 10, cache_read_input_tokens: 4 },
        ],
      },
      counts(207, 45, { cached_tokens: 4 }),
    ],
    [
      "the tokens of another model that advised",
      "anthropic",
      {
        input_tokens: 3,
        output_tokens: 1,
        iterations: [
          { type: "message", input_tokens: 3, output_tokens: 1 },
          { type: "advisor_message", model: "big", input_tokens: 8, output_tokens: 5 },
        ],
      },
      counts(11, 6, { unpriced: "tokens of big" }),
    ],
    [
      "web searches of Anthropic",
      "anthropic",
      { input_tokens: 3, output_tokens: 1, server_tool_use: { web_search_requests: 2 } },
      counts(3, 1, { web_searches: 2 }),
    ],
    [
      "web searches of Perplexity",
      "openai",
      { prompt_tokens: 3, completion_tokens: 1, num_search_queries: 2 },
      counts(3, 1, { web_searches: 2 }),
    ],
    [
      "audio tokens",
      "openai",
      {
        prompt_tokens: 9,
        completion_tokens: 5,
        prompt_tokens_details: { audio_tokens: 4, text_tokens: 5 },
        completion_tokens_details: { audio_tokens: 3, image_tokens: 0 },
      },
      counts(9, 5, { modality_tokens: { prompt_audio: 4, completion_audio: 3 } }),
    ],
    [
      "image tokens of responses",
      "responses",
      {
        input_tokens: 9,
        output_tokens: 5,
        input_tokens_details: { image_tokens: 4, cached_tokens: 2, cached_tokens_details: { image_tokens: 2 } },
      },
      counts(9, 5, {
        cached_tokens: 2,
        modality_tokens: { prompt_image: 4, cached_audio: 0, cached_image: 2, cached_video: 0 },
      }),
    ],
    [
      "the modalities of Gemini",
      "google",
      {
        promptTokenCount: 300,
        candidatesTokenCount: 5,
        promptTokensDetails: [
          { modality: "TEXT", tokenCount: 10 },
          { modality: "IMAGE", tokenCount: 258 },
          { modality: "DOCUMENT", tokenCount: 12 },
          { modality: "AUDIO", tokenCount: 20 },
        ],
        candidatesTokensDetails: [{ modality: "IMAGE", tokenCount: 5 }],
      },
      counts(300, 5, { modality_tokens: { prompt_audio: 20, prompt_image: 270, completion_image: 5 } }),
    ],
    [
      "audio that Mistral charges by the second",
      "openai",
      { prompt_tokens: 9, completion_tokens: 5, prompt_audio_seconds: 3 },
      counts(9, 5, { unpriced: "audio that is paid by the second" }),
    ],
    [
      "the provider's part where the key is the user's own",
      "openai",
      {
        prompt_tokens: 9,
        completion_tokens: 5,
        cost: 0.25,
        is_byok: true,
        cost_details: { upstream_inference_cost: 0.5 },
      },
      counts(9, 5, { stated_cost_usd: 0.75 }),
    ],
    [
      "the cost alone where the key is not, whatever it cost OpenRouter",
      "openai",
      {
        prompt_tokens: 9,
        completion_tokens: 5,
        cost: 0.25,
        is_byok: false,
        cost_details: { upstream_inference_cost: 0.25 },
      },
      counts(9, 5, { stated_cost_usd: 0.25 }),
    ],
    [
      "no cost where the provider's part is unknown",
      "responses",
      { input_tokens: 9, output_tokens: 5, cost: 0, is_byok: true, cost_details: { upstream_inference_cost: null } },
      counts(9, 5),
    ],
    [
      "the cost that OpenRouter states in Anthropic's words",
      "anthropic",
      { input_tokens: 9, output_tokens: 5, cost: 0.25, is_byok: true, cost_details: { upstream_inference_cost: 0.5 } },
      counts(9, 5, { stated_cost_usd: 0.75 }),
    ],
  ])("has %s (%s)", (_, api, said, usage) => {
    expect(usageIn(api, said)).toEqual(usage);
  });

  it("may be in the choice, as Kimi puts it, or in a member of Groq's", () => {
    const usage = { prompt_tokens: 12, completion_tokens: 5, total_tokens: 17 };
    const kimi = [{ choices: [{ index: 0, delta: {}, finish_reason: "stop", usage }] }];
    expect(streamed("openai", ...kimi)).toEqual(counts(12, 5));
    expect(plain("openai", { choices: [{ message: { content: "a" }, usage }], usage: {} })).toEqual(counts(12, 5));
    expect(streamed("openai", { choices: [], x_groq: { usage } })).toEqual(counts(12, 5));
  });

  it("counts the searches of responses and of Gemini, which are not in their usage", () => {
    const search = (action?: object): object => ({
      type: "web_search_call",
      ...(action === undefined ? {} : { action }),
    });
    const output = [search({ type: "search" }), search({ type: "open_page" }), search()];
    expect(plain("openai-responses", { output, usage: { input_tokens: 1, output_tokens: 1 } })?.web_searches).toBe(2);
    const candidates = [{ groundingMetadata: { webSearchQueries: ["a", "", "b"] } }];
    expect(plain("google", { candidates, usageMetadata: { promptTokenCount: 1 } })?.web_searches).toBe(2);
  });

  it("is kept where Gemini blocks the prompt, streamed or not", () => {
    const blocked = {
      promptFeedback: { blockReason: "SAFETY" },
      usageMetadata: { promptTokenCount: 8, totalTokenCount: 8 },
    };
    expect(plain("google", blocked)).toEqual(counts(8, 0));
    expect(streamed("google", blocked)).toEqual(counts(8, 0));
  });
});

describe("the usages of a stream", () => {
  const chunk = (usage: unknown): object => ({ choices: [], usage });

  it.each([{}, null, { total_tokens: null }, { prompt_tokens: 0, completion_tokens: 0, total_tokens: 0 }, "x"])(
    "are not erased by a last one of %j",
    (last) => {
      const usage = {
        prompt_tokens: 10,
        completion_tokens: 4,
        total_tokens: 14,
        prompt_tokens_details: { cached_tokens: 3 },
      };
      expect(streamed("openai", chunk(usage), chunk(last))).toEqual(counts(10, 4, { cached_tokens: 3 }));
    },
  );

  it("fill in what the others leave out", () => {
    const parts = [{ prompt_tokens: 10 }, { completion_tokens: 4, cost: 0.5 }, { completion_tokens: 6 }].map(chunk);
    expect(streamed("openai", ...parts)).toEqual(counts(10, 6, { stated_cost_usd: 0.5 }));
  });

  it("are not erased by an end without one, in any API", () => {
    const usage = { input_tokens: 10, output_tokens: 4 };
    expect(
      streamed(
        "anthropic",
        { type: "message_start", message: { usage } },
        { type: "message_delta", usage: { input_tokens: 0, output_tokens: 9 } },
        { type: "message_delta", usage: {} },
      ),
    ).toEqual(counts(10, 9));
    const gemini = { candidates: [], usageMetadata: { promptTokenCount: 10, candidatesTokenCount: 4 } };
    expect(streamed("google", gemini, { candidates: [], usageMetadata: {} })).toEqual(counts(10, 4));
  });
});

// Whatever a server writes into its usage, ours can be read again and added up.

const figure = fc.oneof(
  fc.nat(1000),
  fc.constantFrom(-1, 1.5, Number.MAX_SAFE_INTEGER, 1e300, "7", null, true, {}, []),
);
const NAMES = [
  ..."prompt_tokens completion_tokens total_tokens input_tokens output_tokens cached_tokens num_cached_tokens reasoning_tokens".split(
    " ",
  ),
  ..."cache_read_input_tokens cache_creation_input_tokens cost cost_in_usd_ticks is_byok num_search_queries prompt_audio_seconds".split(
    " ",
  ),
  ..."promptTokenCount candidatesTokenCount thoughtsTokenCount totalTokenCount toolUsePromptTokenCount cachedContentTokenCount".split(
    " ",
  ),
  ..."prompt_eval_count eval_count".split(" "),
];
const figures = fc.dictionary(fc.constantFrom(...NAMES), figure);
const DETAILS = [
  ..."prompt_tokens_details completion_tokens_details input_tokens_details output_tokens_details cost_details".split(
    " ",
  ),
  ..."billed_units tokens server_tool_use".split(" "),
];
const detail = fc.dictionary(
  fc.constantFrom(
    "cached_tokens",
    "audio_tokens",
    "image_tokens",
    "reasoning_tokens",
    "upstream_inference_cost",
    "input_tokens",
    "output_tokens",
  ),
  figure,
);
const saidArbitrary = fc
  .tuple(figures, fc.dictionary(fc.constantFrom(...DETAILS), detail), fc.array(figures, { maxLength: 3 }))
  .map(([said, details, iterations]) => Object.assign(said, details, { iterations, promptTokensDetails: iterations }));

describe.each(Object.keys(BODIES))("whatever %s says of its usage", (api) => {
  it("comes to counts and costs that a record can hold", () => {
    const { type, body } = BODIES[api] as (typeof BODIES)[string];
    fc.assert(
      fc.property(saidArbitrary, saidArbitrary, (said, later) => {
        const [first, second] = [plain(type, body(said)), plain(type, body(later))];
        const refused = [first, second, laterUsage(first, second)].filter(
          (usage) => usage !== null && !isDeepStrictEqual(usageSchema.parse(usage), usage),
        );
        expect(refused).toEqual([]);
      }),
    );
    expect.assertions(100);
  });
});

it("takes the total for no part that makes it less than nothing", () => {
  fc.assert(
    fc.property(fc.nat(), fc.nat(), fc.option(fc.nat()), fc.option(fc.nat()), (prompt, completion, total, cached) => {
      const usage = usageOf({ prompt, completion, total, cached });
      expect(usage.prompt_tokens).toBeGreaterThanOrEqual(prompt);
      expect(usage.completion_tokens).toBeGreaterThanOrEqual(completion);
      expect(usage.total_tokens).toBe(total || prompt + completion);
    }),
  );
});
