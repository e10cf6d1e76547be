import type { Clock, Millis } from "../../src/core/clock.ts";

/** A clock that stands still until it is told to move; timers fire in order of their instant. */
export interface FakeClock extends Clock {
  /** Moves time forward, running each timer at its own instant and letting promises settle between them. */
  advance(ms: Millis): Promise<void>;
  /** Timers that are set and have not fired. */
  readonly pending: number;
}

export function fakeClock(start: Millis = 0): FakeClock {
  let now = start;
  let timers: { at: Millis; order: number; action: () => void }[] = [];
  let order = 0;
  const settle = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));
  return {
    now: () => now,
    wallTime: () => new Date(Date.UTC(2026, 0, 1) + now).toISOString(),
    setTimer(afterMs, action) {
      const timer = { at: now + Math.max(0, afterMs), order: order++, action };
      timers.push(timer);
      return { cancel: () => (timers = timers.filter((other) => other !== timer)) };
    },
    async advance(ms) {
      const end = now + ms;
      await settle();
      for (;;) {
        const next = timers.filter((timer) => timer.at <= end).sort((a, b) => a.at - b.at || a.order - b.order)[0];
        if (next === undefined) break;
        timers = timers.filter((timer) => timer !== next);
        now = next.at;
        next.action();
        await settle();
      }
      now = end;
      await settle();
    },
    get pending() {
      return timers.length;
    },
  };
}
