import { expect, test } from "vitest";
import { fakeClock } from "../../test/support/fake-clock.ts";
import { atEach } from "./pacing.ts";

test("each step comes at its own instant, and the end after the last", async () => {
  const clock = fakeClock(1000);
  const steps: [number, number][] = [];
  let endedAt = 0;
  atEach(
    clock,
    [1010, 1012.5, 1020],
    (i) => steps.push([i, clock.now()]),
    () => (endedAt = clock.now()),
  );
  await clock.advance(100);
  expect(steps).toEqual([
    [0, 1010],
    [1, 1012.5],
    [2, 1020],
  ]);
  expect(endedAt).toBe(1020);
  expect(clock.pending).toBe(0);
});

test("a timer that fires early is set again", async () => {
  const clock = fakeClock();
  const early = {
    ...clock,
    now: () => clock.now(),
    setTimer: (ms: number, run: () => void) => clock.setTimer(ms / 2, run),
  };
  const at: number[] = [];
  atEach(
    early,
    [16],
    () => at.push(clock.now()),
    () => {},
  );
  await clock.advance(15.9);
  expect(at).toEqual([]);
  await clock.advance(1);
  expect(at).toHaveLength(1);
  expect(at[0]).toBeCloseTo(16);
});

test("lateness does not add up: overdue steps follow at once, the next ones keep their instants", async () => {
  const clock = fakeClock();
  const late = {
    ...clock,
    now: () => clock.now(),
    setTimer: (ms: number, run: () => void) => clock.setTimer(Math.max(ms, 25), run),
  };
  const at: number[] = [];
  atEach(
    late,
    [10, 20, 50],
    () => at.push(clock.now()),
    () => {},
  );
  await clock.advance(100);
  expect(at).toEqual([25, 25, 50]);
});

test("nothing due ends at once", () => {
  let ended = false;
  atEach(
    fakeClock(),
    [],
    () => {},
    () => (ended = true),
  );
  expect(ended).toBe(true);
});

test("what is called off does nothing more, also from within a step", async () => {
  const clock = fakeClock();
  const at: number[] = [];
  const timer = atEach(
    clock,
    [10, 20, 20, 30],
    () => {
      at.push(clock.now());
      if (clock.now() === 20) timer.cancel();
    },
    () => at.push(Infinity),
  );
  await clock.advance(100);
  expect(at).toEqual([10, 20]);
  expect(clock.pending).toBe(0);
});
