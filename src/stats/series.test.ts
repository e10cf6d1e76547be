import { expect, test } from "vitest";
import { createSeries } from "./series.ts";

test("a series gives back what was pushed, in order, across its growth", () => {
  const series = createSeries();
  expect(series.values()).toHaveLength(0);
  for (let i = 0; i < 1000; i += 1) series.push(i * 0.5);
  expect(series.length).toBe(1000);
  expect([...series.values()]).toEqual(Array.from({ length: 1000 }, (_, i) => i * 0.5));
});

test("a series holds at most half as much again as it needs", () => {
  const series = createSeries();
  for (let i = 0; i < 100_000; i += 1) series.push(i);
  expect(series.values().buffer.byteLength).toBeLessThan(100_000 * 8 * 1.51);
});
