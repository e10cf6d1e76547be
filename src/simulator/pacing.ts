import type { Clock, Millis, Timer } from "../core/clock.ts";

/**
 * Calls `step(i)` at each instant of `dues` (rising, on the clock), never early, then `done`. Every instant is absolute,
 * so lateness does not add up; steps that are overdue follow one another at once.
 */
export function atEach(clock: Clock, dues: readonly Millis[], step: (i: number) => void, done: () => void): Timer {
  let next = 0;
  let timer: Timer | null = null;
  let cancelled = false;
  const advance = (): void => {
    for (;;) {
      if (cancelled) return;
      const due = dues[next];
      if (due === undefined) return done();
      // Node's timers count whole milliseconds from the start of their loop turn: they can fire up to one early.
      const left = due - clock.now();
      if (left > 0) {
        timer = clock.setTimer(left, advance);
        return;
      }
      step(next);
      next += 1;
    }
  };
  advance();
  return {
    cancel() {
      cancelled = true;
      timer?.cancel();
    },
  };
}
