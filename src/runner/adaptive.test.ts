import { describe, expect, it } from "vitest";
import { Adaptive } from "./adaptive.ts";

const succeed = (adaptive: Adaptive, times: number, full = true): void => {
  for (let n = 0; n < times; n += 1) adaptive.succeeded(full);
};

describe("an adaptive concurrency", () => {
  it("doubles in a round of successes until the first 429", () => {
    const adaptive = new Adaptive(5, 200, 0);
    succeed(adaptive, 5);
    expect(adaptive.slots).toBe(10);
    succeed(adaptive, 10);
    expect(adaptive.slots).toBe(20);
  });

  it("grows only where its slots are used, and never past its limit", () => {
    const adaptive = new Adaptive(5, 8, 0);
    succeed(adaptive, 50, false);
    expect(adaptive.slots).toBe(5);
    succeed(adaptive, 50);
    expect(adaptive.slots).toBe(8);
    expect(new Adaptive(5, 2, 0).slots).toBe(2);
  });

  it("is cut by a fifth once in an episode, and again by what left after the cut", () => {
    const adaptive = new Adaptive(20, 200, 0);
    adaptive.refused(10, 100);
    adaptive.refused(50, 101);
    adaptive.refused(100, 102);
    expect(adaptive.slots).toBe(16);
    adaptive.refused(150, 200);
    expect(adaptive.slots).toBe(12);
  });

  it("creeps up again by one in a round, and never falls under one", () => {
    const adaptive = new Adaptive(10, 200, 0);
    adaptive.refused(1, 2);
    succeed(adaptive, 8);
    expect(adaptive.slots).toBe(9);
    succeed(adaptive, 8);
    expect(adaptive.slots).toBe(9);
    succeed(adaptive, 1);
    expect(adaptive.slots).toBe(10);
    for (let at = 10; at < 100; at += 2) adaptive.refused(at, at + 1);
    expect(adaptive.slots).toBe(1);
  });

  it("keeps its peaks and cuts, and counts them when they are too many to keep", () => {
    const adaptive = new Adaptive(10, 200, 0);
    adaptive.refused(30, 40);
    expect(adaptive.history("a", 90)).toEqual({
      target: "a",
      steps: [
        { at_ms: 0, slots: 10, why: "start" },
        { at_ms: 40, slots: 10, why: "before_429" },
        { at_ms: 40, slots: 8, why: "cut" },
        { at_ms: 90, slots: 8, why: "end" },
      ],
      cuts: 1,
    });
    for (let at = 100; at < 3000; at += 2) adaptive.refused(at, at + 1);
    const { steps, cuts } = adaptive.history("a", 5000);
    expect([steps.length, cuts]).toEqual([1001, 1451]);
  });
});
