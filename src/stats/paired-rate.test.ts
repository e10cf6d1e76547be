import { expect, test } from "vitest";
import { seededRandom } from "../core/random.ts";
import type { Pairs } from "./paired.ts";
import { compareRates } from "./paired-rate.ts";

function pairsOf(a: number[], b: number[], caseOf: number[] = a.map((_, i) => i)): Pairs {
  return {
    a: Float64Array.from(a),
    b: Float64Array.from(b),
    caseOf: Int32Array.from(caseOf),
    cases: new Set(caseOf).size,
  };
}

const repeated = (...runs: [number, number][]): number[] => runs.flatMap(([value, n]) => Array<number>(n).fill(value));

test("one sample a case gives the exact McNemar p and the t interval of the difference", () => {
  // 12 cases only a, 3 only b, 15 both: p = 2 P(Bin(15, ½) ≥ 12) = 0.03515625
  const found = compareRates(pairsOf(repeated([1, 12], [0, 3], [1, 15]), repeated([0, 12], [1, 3], [1, 15])));
  expect(found?.value_a).toBeCloseTo(0.9, 12);
  expect(found?.value_b).toBeCloseTo(0.6, 12);
  expect(found?.delta).toBeCloseTo(0.3, 12);
  expect(found?.p).toBeCloseTo(0.03515625, 10);
  // sd of the differences √((15 − 30 · 0.09) / 29) = 0.651259, t(29) = 2.0452296
  expect(found?.ci95[0]).toBeCloseTo(0.3 - (2.0452296 * 0.651259) / Math.sqrt(30), 5);
});

test("samples of a case are averaged first, so that n counts cases", () => {
  // Differences per case: ½ 0 1 −½ ½ 0 ½ −½ 0 ½. SciPy's ttest_1samp: p = 0.222868, interval −0.145550 … 0.545550
  const a = [
    [1, 0],
    [1, 0],
    [1, 1],
    [0, 0],
    [1, 1],
    [0, 0],
    [1, 0],
    [0, 1],
    [1, 1],
    [1, 1],
  ];
  const b = [
    [0, 0],
    [0, 1],
    [0, 0],
    [1, 0],
    [0, 1],
    [0, 0],
    [0, 0],
    [1, 1],
    [1, 1],
    [1, 0],
  ];
  const found = compareRates(
    pairsOf(
      a.flat(),
      b.flat(),
      a.flatMap((_, i) => [i, i]),
    ),
  );
  expect(found?.delta).toBeCloseTo(0.2, 12);
  expect(found?.p).toBeCloseTo(0.22286835, 7);
  expect(found?.ci95[0]).toBeCloseTo(-0.14555021, 7);
  expect(found?.ci95[1]).toBeCloseTo(0.54555021, 7);
});

test("a t test may not claim more than the number of cases supports", () => {
  const found = compareRates(pairsOf([1, 1, 1, 1, 1, 1], [0, 0, 0, 0, 0, 0], [0, 0, 1, 1, 2, 2]));
  expect(found).toMatchObject({ delta: 1, p: 0.25, mde: null, ci95: [null, null] });
});

test("equal answers differ by nothing and say nothing of what would have shown", () => {
  expect(compareRates(pairsOf(repeated([1, 9]), repeated([1, 9])))).toMatchObject({ delta: 0, p: 1, mde: null });
});

test("fewer than two cases cannot be compared", () => {
  expect(compareRates(pairsOf([], []))).toBeNull();
  expect(compareRates(pairsOf([1, 0, 1], [0, 0, 1], [0, 0, 0]))).toBeNull();
});

test("the interval covers the true difference in 93 to 97 % of samples", () => {
  const random = seededRandom("rates");
  let covered = 0;
  for (let trial = 0; trial < 2000; trial += 1) {
    const hard = Array.from({ length: 80 }, () => random());
    const found = compareRates(
      pairsOf(
        hard.map((h) => Number(random() < 0.9 - 0.4 * h)),
        hard.map((h) => Number(random() < 0.8 - 0.4 * h)),
      ),
    );
    const [low, high] = found?.ci95 ?? [null, null];
    covered += Number((low ?? 1) <= 0.1 && 0.1 <= (high ?? -1)) / 2000;
  }
  expect(covered).toBeGreaterThan(0.93);
  expect(covered).toBeLessThan(0.97);
});
