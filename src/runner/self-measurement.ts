import { monitorEventLoopDelay } from "node:perf_hooks";
import { cpuUsage } from "node:process";
import type { Clock, Millis, Timer } from "../core/clock.ts";
import { seededRandom } from "../core/random.ts";
import type { SlotCounter } from "./slot-counter.ts";

const RESOLUTION_MS = 10;
/** The mean gap between two looks at the slots. */
const SLOT_SAMPLING_MS = 20;

/** What this process did while it measured others. */
export interface OwnLoad {
  /** How late the event loop came to a timer, its sampling resolution subtracted, in milliseconds. */
  readonly eventLoopDelayMs: { readonly p50: Millis; readonly p99: Millis; readonly max: Millis } | null;
  /** CPU time over wall time; 1 is a whole core. */
  readonly cpuShare: number | null;
  readonly windowMs: Millis;
}

/** Watches this process until stopped. */
export interface SelfMeasurement {
  stop(): OwnLoad;
}

const late = (nanoseconds: number): Millis => Math.max(0, nanoseconds / 1e6 - RESOLUTION_MS);

/** Starts to watch this process's event loop and CPU, and to sample the held slots. */
export function measureSelf(clock: Clock, slots: SlotCounter): SelfMeasurement {
  const histogram = monitorEventLoopDelay({ resolution: RESOLUTION_MS });
  const cpuBefore = cpuUsage();
  const start = clock.now();
  // At random gaps: requests that leave at even ones would always be met in the same moment of their lives.
  const random = seededRandom("slot samples");
  const gap = (): Millis => SLOT_SAMPLING_MS * (0.5 + random());
  let timer: Timer;
  const sampleSlots = (): void => {
    slots.sample();
    timer = clock.setTimer(gap(), sampleSlots);
  };
  timer = clock.setTimer(gap(), sampleSlots);
  histogram.enable();
  return {
    stop() {
      histogram.disable();
      timer.cancel();
      const windowMs = clock.now() - start;
      const { user, system } = cpuUsage(cpuBefore);
      return {
        eventLoopDelayMs:
          histogram.count === 0
            ? null
            : {
                p50: late(histogram.percentile(50)),
                p99: late(histogram.percentile(99)),
                max: late(histogram.max),
              },
        cpuShare: windowMs > 0 ? (user + system) / 1000 / windowMs : null,
        windowMs,
      };
    },
  };
}
