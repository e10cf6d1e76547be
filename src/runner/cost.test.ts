import { expect, it } from "vitest";
import type { Usage } from "../core/response.ts";
import { costOfUsage, costProblemIn } from "./cost.ts";

const usage: Usage = {
  prompt_tokens: 1,
  completion_tokens: 1,
  total_tokens: 2,
  reasoning_tokens: null,
  cached_tokens: null,
  cache_write_tokens: null,
};

it("a cost that the server states rules over prices, also when it is nothing", () => {
  const priced = { priceOf: () => 5 };
  expect(costOfUsage(priced, "m", { ...usage, stated_cost_usd: 0.25 })).toBe(0.25);
  expect(costOfUsage(priced, "m", { ...usage, stated_cost_usd: 0 })).toBe(0);
  expect(costOfUsage(priced, "m", usage)).toBe(5);
});

it("a cost is unknown where neither a statement nor a price is known", () => {
  expect(costOfUsage({ priceOf: () => null }, "m", usage)).toBeNull();
  expect(costOfUsage({ priceOf: () => null }, "m", null)).toBeNull();
});

it("no price makes a cost of a usage that contradicts itself; what the server states does", () => {
  const contradicting = { ...usage, cached_tokens: 64 };
  expect(costOfUsage({ priceOf: () => -5 }, "m", contradicting)).toBeNull();
  expect(costOfUsage({ priceOf: () => -5 }, "m", { ...contradicting, stated_cost_usd: 0.25 })).toBe(0.25);
});

it.each([-1, NaN, Infinity])("a price function that answers %s leaves the cost unknown", (cost) => {
  expect(costOfUsage({ priceOf: () => cost }, "m", usage)).toBeNull();
});

it("says why an answer has no cost where others of its target do", () => {
  const priced = { priceOf: (_: string, of: Usage | null) => ((of?.modality_tokens ?? of?.unpriced) ? null : 5) };
  const problem = (of: Partial<Usage>, target: Parameters<typeof costOfUsage>[0] = priced): string | null =>
    costProblemIn(target, "m", { ...usage, ...of });
  expect(problem({})).toBeNull();
  expect(problem({ cached_tokens: 64 })).toMatch(/contradicts itself \(64 cached tokens in a prompt of 1\)/);
  const modality_tokens = { prompt_audio: 1, cached_image: 0, completion_image: 1 };
  expect(problem({ modality_tokens })).toBe("no price covers all of an answer (it has audio and image tokens)");
  expect(problem({ unpriced: "tokens of big" })).toBe("no price covers all of an answer (it has tokens of big)");
  expect(problem({ unpriced: "tokens of big", stated_cost_usd: 1 })).toBeNull();
  expect(problem({ modality_tokens }, { priceOf: () => null })).toBeNull();
  expect(problem({ modality_tokens }, { priceOf: () => 1 })).toBeNull();
});
