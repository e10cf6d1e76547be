import { describe, expect, it } from "vitest";
import { fakeClock } from "../../test/support/fake-clock.ts";
import { constantArrivals } from "./arrivals.ts";
import { Schedule } from "./schedule.ts";

const tenPerSecond = (durationMs: number | null): ConstructorParameters<typeof Schedule>[0] => ({
  arrivals: () => constantArrivals(10),
  durationMs,
});
const never = new AbortController().signal;

describe("a schedule", () => {
  it("counts its instants from the moment it begins, whenever that is", async () => {
    const clock = fakeClock(5_000);
    const schedule = new Schedule(tenPerSecond(null), clock);
    schedule.advance();
    expect(schedule.at).toBe(100);
    expect(schedule.onClock(100)).toBe(5_100);
    let reachedAt: number | null = null;
    void schedule.reached(never).then(() => (reachedAt = clock.now()));
    await clock.advance(99);
    expect(reachedAt).toBeNull();
    await clock.advance(1);
    expect(reachedAt).toBe(5_100);
  });

  it("does not wait for what is already past, and goes on at its own instants", async () => {
    const clock = fakeClock();
    const schedule = new Schedule(tenPerSecond(null), clock);
    await clock.advance(250);
    expect(await schedule.reached(never)).toBe(true);
    schedule.advance();
    expect([schedule.at, await schedule.reached(never), clock.pending]).toEqual([100, true, 0]);
  });

  it("stops waiting when it is told to", async () => {
    const clock = fakeClock();
    const stop = new AbortController();
    const schedule = new Schedule(tenPerSecond(null), clock);
    schedule.advance();
    const reached = schedule.reached(stop.signal);
    stop.abort();
    expect([await reached, clock.pending]).toEqual([false, 0]);
  });

  it("is over where its time ends before the next instant, and owes what it still wanted until then", () => {
    const schedule = new Schedule(tenPerSecond(300), fakeClock());
    schedule.sent(0, 0);
    schedule.advance();
    expect(schedule.isOver).toBe(false);
    schedule.restUnsent();
    expect([schedule.at, schedule.isOver]).toEqual([300, true]);
    const { requested, delivered } = schedule.rates ?? {};
    expect(requested).toBeCloseTo(10, 9);
    expect(delivered).toBeCloseTo(10 / 3, 9);
  });

  it("of a closed loop has no instants, no end and no rates", async () => {
    const schedule = new Schedule({ arrivals: null, durationMs: 300 }, fakeClock());
    schedule.restUnsent();
    expect([schedule.at, schedule.isOver, schedule.rates, await schedule.reached(never)]).toEqual([
      null,
      false,
      null,
      true,
    ]);
  });
});
