import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { Budget } from "./budget.ts";

const never = new AbortController().signal;

describe("a wait for money in flight", () => {
  it("ends when enough of it is back", async () => {
    const budget = new Budget(1, 0);
    const first = budget.hold(0.6);
    const waiting = budget.holdWhenLeft(0.6, never);
    first?.charge(0.1);
    first?.release();
    expect(await waiting).not.toBeNull();
  });

  it("ends without a hold when what came back was spent, or when it is told to end", async () => {
    const budget = new Budget(1, 0);
    const first = budget.hold(0.6);
    const stop = new AbortController();
    const [waiting, stopped] = [budget.holdWhenLeft(0.6, never), budget.holdWhenLeft(0.6, stop.signal)];
    stop.abort();
    expect(await stopped).toBeNull();
    first?.charge(0.6);
    first?.release();
    expect(await waiting).toBeNull();
  });

  it("never outlasts what is in flight, whatever rounding leaves of its sums", async () => {
    const cents = fc.integer({ min: 1, max: 300 }).map((n) => n / 1000);
    await fc.assert(
      fc.asyncProperty(fc.array(cents, { minLength: 2, maxLength: 20 }), async (costs) => {
        const limit = costs.reduce((sum, cost) => sum + cost, 0);
        const budget = new Budget(limit, 0);
        const holds = costs.map((cost) => budget.hold(cost));
        const waiting = budget.holdWhenLeft(limit, never);
        for (const hold of holds) hold?.release();
        expect(await waiting).not.toBeNull();
      }),
    );
  });
});
