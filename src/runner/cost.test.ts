import { expect, it } from "vitest";
import type { Usage } from "../core/response.ts";
import { costOfUsage } from "./cost.ts";

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
