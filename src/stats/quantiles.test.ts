import fc from "fast-check";
import { expect, test } from "vitest";
import { quantile, quantileAttempted, quantileRank } from "./quantiles.ts";

const oneTo = (n: number): Float64Array => Float64Array.from({ length: n }, (_, i) => i + 1);

test.each([
  [1, 500, 1],
  [2, 500, 1],
  [3, 500, 2],
  [20, 950, 19],
  [21, 950, 20],
  [100, 990, 99],
  [1000, 999, 999],
  [1001, 999, 1000],
  [10, 1, 1],
  [10, 1000, 10],
])("of %i values, per mille %i is the one of rank %i", (n, perMille, rank) => {
  expect(quantileRank(n, perMille)).toBe(rank);
  expect(quantile(oneTo(n), perMille)).toBe(rank);
});

test("a quantile is the smallest value with at least that share at or below it", () => {
  const values = fc.array(fc.integer({ min: -20, max: 20 }), { minLength: 1, maxLength: 60 });
  fc.assert(
    fc.property(values, fc.integer({ min: 1, max: 1000 }), (list, perMille) => {
      const enough = list
        .toSorted((a, b) => a - b)
        .find((x) => list.filter((y) => y <= x).length * 1000 >= perMille * list.length);
      expect(quantile(Float64Array.from(list).sort(), perMille)).toBe(enough);
    }),
  );
});

test("no values have no quantile", () => {
  expect(quantile(new Float64Array(0), 500)).toBeNull();
  expect(quantileAttempted(new Float64Array(0), 3, 500)).toBeNull();
});

test("failures count as infinitely slow", () => {
  expect(quantileAttempted(oneTo(95), 5, 950)).toBe(95);
  expect(quantileAttempted(oneTo(94), 6, 950)).toBeNull();
  expect(quantileAttempted(oneTo(94), 6, 900)).toBe(90);
});
