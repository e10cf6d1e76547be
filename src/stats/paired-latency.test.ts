import { describe, expect, test } from "vitest";
import { type Random, seededRandom } from "../core/random.ts";
import { normalQuantile } from "./distributions.ts";
import { meanDifference, quantileDifference } from "./large-sample.ts";
import { pairedBootstrap, resamplesFor } from "./bootstrap.ts";
import type { Pairs } from "./paired.ts";
import { compareLatencies } from "./paired-latency.ts";

const gauss = (random: Random): number => normalQuantile(random() || 0.5);

/** Correlated log-normal latencies of about 100 ms, those of `a` longer by `shift`. */
function latencies(cases: number, shift: number, random: Random, samples = 1): Pairs {
  const n = cases * samples;
  const a = new Float64Array(n);
  const b = new Float64Array(n);
  for (let i = 0; i < cases; i += 1) {
    const shared = 0.3 * gauss(random);
    for (let k = 0; k < samples; k += 1) {
      a[i * samples + k] = 100 * Math.exp(shared + 0.2 * gauss(random)) + shift;
      b[i * samples + k] = 100 * Math.exp(shared + 0.2 * gauss(random));
    }
  }
  return { a, b, caseOf: Int32Array.from(a, (_, i) => Math.floor(i / samples)), cases };
}

function sortedSides({ a, b }: Pairs): { a: Float64Array; b: Float64Array } {
  return { a: a.toSorted(), b: b.toSorted() };
}

test("a clear difference shows in all three statistics, and the same seed gives the same numbers", () => {
  const pairs = latencies(100, 80, seededRandom("clear"));
  const found = compareLatencies(pairs, "s");
  for (const statistic of ["p50", "p95", "mean"] as const) {
    expect(found?.[statistic].delta).toBeGreaterThan(40);
    expect(found?.[statistic].ci95[0]).toBeGreaterThan(30);
    expect(found?.[statistic].p).toBeLessThan(0.01);
  }
  expect(compareLatencies(pairs, "s")).toEqual(found);
});

test("values are the nearest-rank percentiles and means of each side, and delta is their difference", () => {
  const a = Float64Array.from({ length: 40 }, (_, i) => i + 1);
  const found = compareLatencies(
    { a, b: a.map((x) => 2 * x), caseOf: Int32Array.from(a, (_, i) => i), cases: 40 },
    "s",
  );
  expect(found?.p50).toMatchObject({ value_a: 20, value_b: 40, delta: -20 });
  expect(found?.p95).toMatchObject({ value_a: 38, value_b: 76, delta: -38 });
  expect(found?.mean).toMatchObject({ value_a: 20.5, value_b: 41, delta: -20.5 });
});

test("few cases: nothing below two, values alone below 6, no p95 below 20", () => {
  const random = seededRandom("few");
  expect(compareLatencies(latencies(1, 0, random, 5), "s")).toBeNull();
  expect(compareLatencies(latencies(5, 500, random), "s")?.p50).toMatchObject({
    ci95: [null, null],
    p: null,
    mde: null,
  });
  const six = compareLatencies(latencies(6, 500, random), "s");
  expect(six?.p50.p).toBe(2 ** -5);
  expect(six?.p95.p).toBeNull();
  expect(six?.p95.delta).toBeGreaterThan(100);
  expect(compareLatencies(latencies(20, 500, random), "s")?.p95.p).toBeLessThan(0.01);
});

test("equal values differ by nothing", () => {
  const { a, caseOf, cases } = latencies(50, 0, seededRandom("equal"));
  const found = compareLatencies({ a, b: a, caseOf, cases }, "s");
  expect(found?.p50).toMatchObject({ delta: 0, ci95: [0, 0], p: 1, mde: null });
  expect(found?.mean).toMatchObject({ delta: 0, ci95: [0, 0], p: 1, mde: null });
});

test("resamples fall from 10 000 to 1 000 as the pairs grow", () => {
  expect([10, 500, 1000, 5000, 9000].map(resamplesFor)).toEqual([10_000, 10_000, 5000, 1000, 1000]);
});

test("copying every sample of a case adds no certainty", () => {
  const one = latencies(100, 5, seededRandom("copies"));
  const twice = (values: Float64Array): Float64Array =>
    Float64Array.from({ length: 200 }, (_, i) => values[i >> 1] ?? 0);
  const copied: Pairs = {
    a: twice(one.a),
    b: twice(one.b),
    caseOf: Int32Array.from({ length: 200 }, (_, i) => i >> 1),
    cases: 100,
  };
  const [low = 0, high = 0] = compareLatencies(one, "s")?.mean.ci95.map(Number) ?? [];
  const [lowCopied = 0, highCopied = 0] = compareLatencies(copied, "s")?.mean.ci95.map(Number) ?? [];
  expect((highCopied - lowCopied) / (high - low)).toBeCloseTo(1, 1);
});

describe("the 95 % intervals", () => {
  test("of the bootstrap cover no difference in 93 % of samples or more, and p agrees with them", () => {
    const random = seededRandom("bootstrap");
    const trials = 600;
    const covered = { p50: 0, p95: 0, mean: 0 };
    let disagreed = 0;
    for (let trial = 0; trial < trials; trial += 1) {
      const found = pairedBootstrap(latencies(40, 0, random), { p50: 500, p95: 950 }, `trial ${trial}`, 399);
      for (const statistic of ["p50", "p95", "mean"] as const) {
        const [low, high] = found[statistic].ci95;
        const covers = (low ?? 1) <= 0 && 0 <= (high ?? -1);
        covered[statistic] += Number(covers) / trials;
        const { p } = found[statistic];
        if (Math.abs(p - 0.05) > 0.01) disagreed += Number(p > 0.05 !== covers);
      }
    }
    for (const share of Object.values(covered)) expect(share).toBeGreaterThan(0.93);
    expect(covered.mean).toBeLessThan(0.97);
    expect(disagreed).toBe(0);
  });

  test("of large samples cover no difference in 93 to 97 % of samples", () => {
    const random = seededRandom("large");
    const trials = 600;
    const covered = { p50: 0, p95: 0, mean: 0 };
    for (let trial = 0; trial < trials; trial += 1) {
      const pairs = latencies(200, 0, random, 5);
      const found = {
        p50: quantileDifference(pairs, 500, sortedSides(pairs)),
        p95: quantileDifference(pairs, 950, sortedSides(pairs)),
        mean: meanDifference(pairs),
      };
      for (const statistic of ["p50", "p95", "mean"] as const) {
        const [low, high] = found[statistic].ci95;
        covered[statistic] += Number((low ?? 1) <= 0 && 0 <= (high ?? -1)) / trials;
      }
    }
    for (const share of Object.values(covered)) {
      expect(share).toBeGreaterThan(0.93);
      expect(share).toBeLessThan(0.97);
    }
  });

  test("are alike on both sides of the change of method", () => {
    const pairs = latencies(3000, 4, seededRandom("both"));
    const resampled = pairedBootstrap(pairs, { p50: 500, p95: 950 }, "s");
    const analytic = {
      p50: quantileDifference(pairs, 500, sortedSides(pairs)),
      p95: quantileDifference(pairs, 950, sortedSides(pairs)),
      mean: meanDifference(pairs),
    };
    for (const statistic of ["p50", "p95", "mean"] as const) {
      const width = ([low, high]: readonly (number | null)[]): number => (high ?? 0) - (low ?? 0);
      const ratio = width(analytic[statistic].ci95) / width(resampled[statistic].ci95);
      expect(ratio).toBeGreaterThan(0.75);
      expect(ratio).toBeLessThan(1.33);
    }
  });
});

test("above 5 000 pairs a comparison stays quick and finds what is there", () => {
  const found = compareLatencies(latencies(20_000, 3, seededRandom("many")), "s");
  expect(found?.p50.ci95[0]).toBeGreaterThan(0);
  expect(found?.mean.p).toBeLessThan(0.001);
  expect(found?.mean.mde).toBeLessThan(2);
});
