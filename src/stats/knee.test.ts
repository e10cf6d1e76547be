import { describe, expect, it } from "vitest";
import { kneeOf, lastWithin, type SweepLevel } from "./knee.ts";

const sweep = (...levels: [number, number | null, number | null][]): SweepLevel[] =>
  levels.map(([level, perSecond, p95Ms]) => ({ level, perSecond, p95Ms }));

/** A server with 8 workers of 100 ms: 10 requests a second each, then a queue. */
const eightWorkers = sweep([1, 10, 100], [2, 20, 100], [4, 40, 100], [8, 79, 104], [16, 80, 200], [32, 80, 400]);

describe("the knee of a sweep", () => {
  it("is the level above which throughput stops growing, in whatever order the levels came", () => {
    expect(kneeOf(eightWorkers)).toBe(8);
    expect(kneeOf(eightWorkers.toReversed())).toBe(8);
  });

  it("is the highest level while throughput still grows, and the best where it falls again", () => {
    expect(kneeOf(eightWorkers.slice(0, 3))).toBe(4);
    expect(kneeOf(sweep([1, 10, 100], [2, 18, 120], [4, 9, 500]))).toBe(2);
  });

  it("is unknown where nothing succeeded", () => {
    expect(kneeOf([])).toBeNull();
    expect(kneeOf(sweep([1, null, null], [2, 0, null]))).toBeNull();
  });
});

describe("the last level within a limit", () => {
  it("is the one before p95 first leaves it", () => {
    expect(lastWithin(eightWorkers, 150)).toBe(8);
    expect(lastWithin(eightWorkers, 1000)).toBe(32);
    expect(lastWithin(sweep([1, 1, 50], [2, 2, 300], [4, 3, 90]), 100)).toBe(1);
  });

  it("is none where the lowest is outside, or its times are unknown", () => {
    expect(lastWithin(eightWorkers, 99)).toBeNull();
    expect(lastWithin(sweep([1, null, null]), 99)).toBeNull();
    expect(lastWithin([], 99)).toBeNull();
  });
});
