import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { quantile } from "../stats/quantiles.ts";
import { LoopDelays } from "./loop-delays.ts";

function spreadOf(lates: readonly number[]): ReturnType<LoopDelays["spread"]> {
  const delays = new LoopDelays(10);
  for (const late of lates) delays.add(late);
  return delays.spread();
}

describe("the delays of an event loop", () => {
  it("are unknown before the first look", () => {
    expect(spreadOf([])).toBeNull();
  });

  it("are those of the looks while none was missed, to a thousandth", () => {
    fc.assert(
      fc.property(fc.array(fc.double({ min: 0, max: 10, noNaN: true }), { minLength: 1 }), (lates) => {
        const sorted = Float64Array.from(lates).sort();
        const spread = spreadOf(lates);
        expect(spread?.max).toBe(sorted.at(-1));
        expect(Math.abs((spread?.p50 ?? NaN) - (quantile(sorted, 500) ?? NaN))).toBeLessThanOrEqual(0.01);
        expect(Math.abs((spread?.p99 ?? NaN) - (quantile(sorted, 990) ?? NaN))).toBeLessThanOrEqual(0.01);
      }),
    );
  });

  it("count what stood still by its length: 1 s in 10 s, met by one look in 901", () => {
    const spread = spreadOf([...Array.from({ length: 900 }, () => 0), 1000]);
    // Of what was due at any moment a tenth was late, evenly from 0 to 1 s: p99 is 900 ms, where one look in 901 says 0.
    expect(spread?.p50).toBe(0);
    expect(spread?.p99).toBeGreaterThan(890);
    expect(spread?.p99).toBeLessThan(911);
    expect(spread?.max).toBe(1000);
  });

  it("of things that were met while it was late are spread evenly up to that", () => {
    const delays = new LoopDelays(10);
    delays.addMet(900, 0);
    delays.addMet(100, 50);
    // A tenth was met while it was 50 ms late; of those a tenth was later than 45 ms.
    const { p50 = NaN, p99 = NaN, max = NaN } = delays.spread() ?? {};
    expect(p50).toBe(0);
    expect(p99).toBeGreaterThan(44.5);
    expect(p99).toBeLessThan(45.5);
    expect(max).toBe(50);
  });

  it("of nothing met are unknown", () => {
    const delays = new LoopDelays(10);
    delays.addMet(0, 50);
    expect(delays.spread()).toBeNull();
  });

  it("never go beyond the longest, whatever the bins", () => {
    fc.assert(
      fc.property(fc.array(fc.double({ min: 0, max: 5000, noNaN: true }), { minLength: 1, maxLength: 20 }), (lates) => {
        const { p50, p99, max } = spreadOf(lates) ?? { p50: NaN, p99: NaN, max: NaN };
        expect(max).toBe(Math.max(...lates));
        expect(p50).toBeLessThanOrEqual(p99);
        expect(p99).toBeLessThanOrEqual(max);
      }),
    );
  });
});
