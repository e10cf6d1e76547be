import { expect, it } from "vitest";
import { withAmount, withCount } from "./sums.ts";

it("adds counts as long as the sum is exact", () => {
  expect(withCount(1, 2)).toBe(3);
  expect(withCount(Number.MAX_SAFE_INTEGER - 1, 1)).toBe(Number.MAX_SAFE_INTEGER);
  expect(withCount(Number.MAX_SAFE_INTEGER, 1)).toBeNull();
});

it("adds amounts as long as the sum has an end", () => {
  expect(withAmount(0.5, 0.25)).toBe(0.75);
  expect(withAmount(1e308, 1e308)).toBeNull();
});
