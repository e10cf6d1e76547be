import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { mean, variance } from "../../test/support/moments.ts";
import { constantArrivals, poissonArrivals, type Arrivals } from "./arrivals.ts";

const first = (arrivals: Arrivals, count: number): number[] =>
  Array.from({ length: count }, () => arrivals.next().value);

const gapsOf = (instants: readonly number[]): number[] => instants.slice(1).map((at, i) => at - (instants[i] ?? 0));

/** Coefficient of variation: standard deviation over mean. */
const variation = (values: readonly number[]): number => Math.sqrt(variance(values)) / mean(values);

/** Correlation of each gap with the one `lag` after it. */
function autocorrelation(values: readonly number[], lag: number): number {
  const middle = mean(values);
  let sum = 0;
  for (let i = lag; i < values.length; i += 1) {
    sum += ((values[i] ?? 0) - middle) * ((values[i - lag] ?? 0) - middle);
  }
  return sum / ((values.length - 1) * variance(values));
}

const rate = fc.double({ min: 0.01, max: 10_000, noNaN: true });
const seed = fc.string();

describe("constant arrivals", () => {
  it("are one gap apart, from the start on, at any rate", () => {
    fc.assert(
      fc.property(rate, (perSecond) => {
        const instants = first(constantArrivals(perSecond), 500);
        expect(instants[0]).toBe(0);
        expect(variation(gapsOf(instants))).toBeLessThan(1e-9);
        expect(mean(gapsOf(instants))).toBeCloseTo(1000 / perSecond, 6);
      }),
    );
  });

  it("do not drift: the n-th instant is n gaps after the start, to the last digit that a number has", () => {
    expect(first(constantArrivals(3), 3_000_001).at(-1)).toBe(1_000_000_000);
  });
});

describe("Poisson arrivals", () => {
  const COUNT = 4000;
  // Five standard errors of each figure over so many gaps: one of a million right schedules is outside.
  const FIVE_ERRORS = 5 / Math.sqrt(COUNT);

  it("have exponential gaps: their mean is 1 / rate, their variation 1", () => {
    fc.assert(
      fc.property(rate, seed, (perSecond, text) => {
        const gaps = gapsOf([0, ...first(poissonArrivals(perSecond, text), COUNT)]);
        expect((mean(gaps) * perSecond) / 1000).toBeGreaterThan(1 - FIVE_ERRORS);
        expect((mean(gaps) * perSecond) / 1000).toBeLessThan(1 + FIVE_ERRORS);
        expect(Math.abs(variation(gaps) - 1)).toBeLessThan(FIVE_ERRORS);
        // A share 1/e of exponential gaps is longer than their mean.
        const longer = gaps.filter((gap) => gap > 1000 / perSecond).length / COUNT;
        expect(Math.abs(longer - 1 / Math.E)).toBeLessThan(FIVE_ERRORS);
      }),
      { seed: 1 },
    );
  });

  it("know nothing of each other: no gap tells of one after it", () => {
    fc.assert(
      fc.property(seed, fc.integer({ min: 1, max: 20 }), (text, lag) => {
        const gaps = gapsOf(first(poissonArrivals(100, text), COUNT));
        expect(Math.abs(autocorrelation(gaps, lag))).toBeLessThan(FIVE_ERRORS);
      }),
      { seed: 1 },
    );
  });

  it("are the same for the same seed, and others for another", () => {
    fc.assert(
      fc.property(rate, seed, (perSecond, text) => {
        const instants = first(poissonArrivals(perSecond, text), 50);
        expect(first(poissonArrivals(perSecond, text), 50)).toEqual(instants);
        expect(first(poissonArrivals(perSecond, `${text}!`), 50)).not.toEqual(instants);
        expect(instants.toSorted((a, b) => a - b)).toEqual(instants);
      }),
    );
  });
});
