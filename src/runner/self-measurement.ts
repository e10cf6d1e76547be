import { cpuUsage } from "node:process";
import type { Clock, Millis, Timer } from "../core/clock.ts";
import { seededRandom } from "../core/random.ts";
import { LoopDelays } from "./loop-delays.ts";
import type { ReadCounter } from "./read-counter.ts";
import type { SlotCounter } from "./slot-counter.ts";

/** The mean gap between two looks at the event loop and the slots. */
const SAMPLING_MS = 10;

/** What this process did while it measured others. */
export interface OwnLoad {
  /** How late the event loop came to what was due at any moment, in milliseconds. */
  readonly eventLoopDelayMs: { readonly p50: Millis; readonly p99: Millis; readonly max: Millis } | null;
  /** How late it came to the reads of answers, p99 over first tokens and over further reads; null when none came. */
  readonly readDelayMs: { readonly ttft: Millis | null; readonly icl: Millis | null };
  /** CPU time over wall time; 1 is a whole core. */
  readonly cpuShare: number | null;
  readonly windowMs: Millis;
}

/** Watches this process until stopped. */
export interface SelfMeasurement {
  stop(): OwnLoad;
}

/** Starts to watch this process's event loop and CPU, to sample the held slots, and to ask how many reads were met. */
export function measureSelf(clock: Clock, slots: SlotCounter, reads: ReadCounter): SelfMeasurement {
  const delays = new LoopDelays(SAMPLING_MS);
  // A loop that is busiest when most answers come is late for more of them than for moments of the run.
  const ofFirstTokens = new LoopDelays(SAMPLING_MS);
  const ofFurtherReads = new LoopDelays(SAMPLING_MS);
  const cpuBefore = cpuUsage();
  const start = clock.now();
  // At random gaps: requests that leave at even ones would always be met in the same moment of their lives. In whole
  // milliseconds: timers count no parts of them.
  const random = seededRandom("slot samples");
  let timer: Timer;
  let stopped = false;
  const lookAfterGap = (): void => {
    const gap = Math.round(SAMPLING_MS * (0.5 + random()));
    const due = clock.now() + gap;
    timer = clock.setTimer(gap, () => {
      slots.sample();
      const waited = Math.max(0, clock.now() - due);
      // A loop comes to its timers first and then to its sockets, one after the other: what came when the timer was due
      // has its turn somewhere in between.
      setImmediate(() => {
        if (stopped) return;
        const sockets = Math.max(0, clock.now() - due - waited);
        delays.add(waited + random() * sockets);
        const met = reads.take();
        ofFirstTokens.addMet(met.first, waited + sockets);
        ofFurtherReads.addMet(met.further, waited + sockets);
        lookAfterGap();
      });
    });
  };
  lookAfterGap();
  return {
    stop() {
      stopped = true;
      timer.cancel();
      const windowMs = clock.now() - start;
      const { user, system } = cpuUsage(cpuBefore);
      return {
        eventLoopDelayMs: delays.spread(),
        readDelayMs: { ttft: ofFirstTokens.spread()?.p99 ?? null, icl: ofFurtherReads.spread()?.p99 ?? null },
        cpuShare: windowMs > 0 ? (user + system) / 1000 / windowMs : null,
        windowMs,
      };
    },
  };
}
