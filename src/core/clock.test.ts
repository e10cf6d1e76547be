import { afterEach, expect, it, vi } from "vitest";
import { isoTimeOf, sleep, systemClock, wallMillisBetween, type Clock } from "./clock.ts";

afterEach(() => void vi.useRealTimers());

it("a timer of more than 31 bits waits its whole time", () => {
  vi.useFakeTimers();
  let fired = 0;
  const month = 30 * 24 * 3_600_000;
  systemClock.setTimer(month, () => (fired += 1));
  const cancelled = systemClock.setTimer(month, () => (fired += 10));
  vi.advanceTimersByTime(month - 1);
  expect(fired).toBe(0);
  cancelled.cancel();
  vi.advanceTimersByTime(1);
  expect(fired).toBe(1);
});

it("wall times are read and written as ISO-8601, and what is none is null", () => {
  expect(isoTimeOf(0)).toBe("1970-01-01T00:00:00.000Z");
  expect([isoTimeOf("0"), isoTimeOf(1e300), isoTimeOf(Number.NaN)]).toEqual([null, null, null]);
  expect(wallMillisBetween("1970-01-01T00:00:00Z", "Thu, 01 Jan 1970 00:00:02 GMT")).toBe(2000);
  expect(wallMillisBetween("1970-01-01T00:00:00Z", "soon")).toBeNull();
});

it("a pause is never shorter than it was meant, though timers fire early", async () => {
  let now = 0;
  const asked: number[] = [];
  const early: Clock = {
    ...systemClock,
    now: () => now,
    setTimer(afterMs, action) {
      asked.push(afterMs);
      // As Node does: up to a millisecond before its time.
      queueMicrotask(() => {
        now += afterMs > 1 ? afterMs - 0.75 : 1;
        action();
      });
      return { cancel: () => {} };
    },
  };
  expect(await sleep(early, 100)).toBe(true);
  expect([now >= 100, asked]).toEqual([true, [100, 0.75]]);
});
