import fc from "fast-check";
import { expect, test } from "vitest";
import { holm } from "./holm.ts";

test("the textbook example comes out, in the order given", () => {
  expect(holm([0.01, 0.04, 0.03, 0.005])).toEqual([0.03, 0.06, 0.06, 0.02]);
});

test("tests that were not made stay null and do not count", () => {
  expect(holm([null, 0.02, null, 0.5])).toEqual([null, 0.04, null, 0.5]);
  expect(holm([])).toEqual([]);
});

test("adjusted values keep the order, are never below the plain ones and never above 1", () => {
  fc.assert(
    fc.property(fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { maxLength: 20 }), (ps) => {
      const adjusted = holm(ps).map((p) => p ?? Number.NaN);
      const inOrderOfP = [...adjusted.keys()].sort((i, j) => (ps[i] ?? 0) - (ps[j] ?? 0)).map((i) => adjusted[i]);
      expect(inOrderOfP).toEqual(adjusted.toSorted((a, b) => a - b));
      for (const [i, p] of ps.entries()) {
        expect(adjusted[i]).toBeGreaterThanOrEqual(p);
        expect(adjusted[i]).toBeLessThanOrEqual(1);
      }
    }),
  );
});
