import { describe, expect, test } from "vitest";
import { seededRandom } from "../core/random.ts";
import { normalQuantile } from "./distributions.ts";
import { effectiveSampleSize, meanInterval, quantileInterval, wilsonInterval } from "./intervals.ts";
import { mean, variance } from "./moments.ts";

const oneTo = (n: number): Float64Array => Float64Array.from({ length: n }, (_, i) => i + 1);
const TRIALS = 2000;

function share(holds: () => boolean): number {
  let held = 0;
  for (let trial = 0; trial < TRIALS; trial += 1) held += Number(holds());
  return held / TRIALS;
}

describe("the interval of a quantile", () => {
  test.each([
    ["p95", 950, 72],
    ["p99", 990, 368],
    ["p99.9", 999, 3688],
  ])("of %s has an upper end from %i ‰ on at n = %i, and not one value earlier", (_, perMille, n) => {
    expect(quantileInterval(oneTo(n), perMille)).not.toContain(null);
    expect(quantileInterval(oneTo(n - 1), perMille)[1]).toBeNull();
  });

  test("of a median of 100 goes from the 40th to the 61st value, as in published tables", () => {
    expect(quantileInterval(oneTo(100), 500)).toEqual([40, 61]);
  });

  test("of few values has no ends", () => {
    expect(quantileInterval(oneTo(0), 500)).toEqual([null, null]);
    expect(quantileInterval(oneTo(5), 500)).toEqual([null, null]);
    expect(quantileInterval(oneTo(6), 500)).toEqual([1, 6]);
  });

  test("widens with a smaller effective sample size", () => {
    const [low, high] = quantileInterval(oneTo(1000), 500, 100);
    expect(low).toBe(400);
    expect(high).toBe(610);
  });

  test("covers a known median in at least 95 % of samples and not in many more", () => {
    const random = seededRandom("median");
    const covered = share(() => {
      const [low, high] = quantileInterval(new Float64Array(100).map(random).sort(), 500);
      return (low ?? 1) <= 0.5 && 0.5 <= (high ?? 0);
    });
    expect(covered).toBeGreaterThan(0.945);
    expect(covered).toBeLessThan(0.98);
  });
});

test("the interval of a mean is the t interval, and has no ends below two values", () => {
  const [low, high] = meanInterval(10, 2, 10);
  expect(low).toBeCloseTo(10 - (2.262157162798205 * 2) / Math.sqrt(10), 10);
  expect(high).toBeCloseTo(10 + (2.262157162798205 * 2) / Math.sqrt(10), 10);
  expect(meanInterval(10, 2, 1)).toEqual([null, null]);
});

test("the interval of a mean covers it in 93 to 97 % of samples", () => {
  const random = seededRandom("mean");
  const covered = share(() => {
    const values = new Float64Array(20).map(() => normalQuantile(random() || 0.5));
    const [low, high] = meanInterval(mean(values), Math.sqrt(variance(values)), 20);
    return (low ?? 1) <= 0 && 0 <= (high ?? -1);
  });
  expect(covered).toBeGreaterThan(0.93);
  expect(covered).toBeLessThan(0.97);
});

test.each([
  [8, 10, 0.4901624715366418, 0.9433178485456248],
  [0, 10, 0, 0.27753279986288926],
  [10, 10, 1 - 0.27753279986288926, 1],
  [81, 263, 0.2552885198782742, 0.36620957698280004],
])("the Wilson interval of %i in %i is %f to %f, as SciPy has it", (successes, trials, low, high) => {
  const interval = wilsonInterval(successes, trials);
  expect(interval[0]).toBeCloseTo(low, 10);
  expect(interval[1]).toBeCloseTo(high, 10);
});

test("the Wilson interval of no trials has no ends", () => {
  expect(wilsonInterval(0, 0)).toEqual([null, null]);
});

describe("the effective sample size", () => {
  function autoregressive(n: number, correlation: number, random: () => number): Float64Array {
    let last = 0;
    return new Float64Array(n).map(() => (last = correlation * last + normalQuantile(random() || 0.5)));
  }

  test("is the sample size below 100 values and where nothing varies", () => {
    expect(effectiveSampleSize(oneTo(99))).toBe(99);
    expect(effectiveSampleSize(new Float64Array(500).fill(3))).toBe(500);
  });

  test("is at least two, even for a sample that only drifts", () => {
    const drifting = effectiveSampleSize(oneTo(10_000));
    expect(drifting).toBeGreaterThanOrEqual(2);
    expect(drifting).toBeLessThan(150);
  });

  test("of an autoregression is near n (1 − ρ) / (1 + ρ)", () => {
    const random = seededRandom("ar");
    const estimates = Array.from({ length: 50 }, () => effectiveSampleSize(autoregressive(4000, 0.5, random)));
    const average = mean(Float64Array.from(estimates));
    expect(average / 4000).toBeGreaterThan(0.28);
    expect(average / 4000).toBeLessThan(0.42);
  });

  test("makes the interval of an autocorrelated mean cover it, where the plain one does not", () => {
    const random = seededRandom("covers");
    let plain = 0;
    let effective = 0;
    for (let trial = 0; trial < 500; trial += 1) {
      const values = autoregressive(900, 0.5, random);
      const sd = Math.sqrt(variance(values));
      const covers = (n: number): boolean => Math.abs(mean(values)) <= (meanInterval(0, sd, n)[1] ?? 0);
      plain += Number(covers(900)) / 500;
      effective += Number(covers(effectiveSampleSize(values))) / 500;
    }
    expect(plain).toBeLessThan(0.8);
    expect(effective).toBeGreaterThan(0.91);
  });
});
