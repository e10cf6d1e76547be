import { expect, test } from "vitest";
import { statsSchema } from "../core/summary.ts";
import { describe } from "./describe.ts";

test("no values give a count of 0 and nulls, never NaN", () => {
  const stats = describe(new Float64Array(0), 3);
  const { count, ci95, ...numbers } = statsSchema.parse(stats);
  expect(count).toBe(0);
  expect(Object.values(numbers).every((value) => value === null)).toBe(true);
  expect(Object.values(ci95)).toEqual([
    [null, null],
    [null, null],
    [null, null],
    [null, null],
  ]);
});

test("one value has a mean and percentiles, but no spread", () => {
  const stats = describe(Float64Array.of(7), 0);
  expect(stats).toMatchObject({ count: 1, mean: 7, sd: null, min: 7, p50: 7, p999: 7, max: 7, p95_attempted: 7 });
  expect(stats.ci95.mean).toEqual([null, null]);
});

test("values in any order are described exactly, and stay as they were", () => {
  const values = Float64Array.from({ length: 100 }, (_, i) => ((i * 37) % 100) + 1);
  const before = [...values];
  const stats = describe(values, 5);
  expect(stats).toMatchObject({
    count: 100,
    mean: 50.5,
    min: 1,
    p50: 50,
    p90: 90,
    p95: 95,
    p99: 99,
    p999: 100,
    max: 100,
  });
  expect(stats.sd).toBeCloseTo(29.01149197588202, 10);
  expect(stats.p95_attempted).toBe(100);
  expect(stats.p99_attempted).toBeNull();
  expect([...values]).toEqual(before);
});
