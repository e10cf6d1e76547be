import type { ClientLoad } from "../core/calibration.ts";
import type { Clock, Millis } from "../core/clock.ts";
import type { TestResult } from "../core/result.ts";
import type { Validity } from "../core/summary.ts";
import { ReadCounter } from "./read-counter.ts";
import { measureSelf, type SelfMeasurement } from "./self-measurement.ts";
import { SlotCounter } from "./slot-counter.ts";
import { Tally } from "./tally.ts";
import { judgeValidity } from "./validity.ts";

/** Requests a second of an open loop. */
export interface Rates {
  readonly requested: number;
  readonly delivered: number;
}

/** How far off this client is known to be under a load; null for one that nothing is known of. */
export type CalibratedError = (load: ClientLoad) => { readonly ttft: Millis; readonly icl: Millis } | null;

/** What this client measures of itself from now on, while it sends one stage. */
export class Measurement {
  readonly books = new SlotCounter();
  readonly reads = new ReadCounter();
  readonly #tally = new Tally();
  readonly #self: SelfMeasurement;

  constructor(clock: Clock) {
    this.#self = measureSelf(clock, this.books, this.reads);
  }

  add(result: TestResult): void {
    this.#tally.add(result);
  }

  /** Ends it with a verdict; `rates` are null in a closed loop. */
  end(rates: Rates | null, calibratedError: CalibratedError = () => null): Validity {
    const { eventLoopDelayMs, readDelayMs, cpuShare, windowMs } = this.#self.stop();
    const { books } = this;
    return judgeValidity({
      ...this.#tally.medians(),
      eventLoopDelayMs,
      readDelayMs,
      cpuShare,
      windowMs,
      requestedRate: rates?.requested ?? null,
      deliveredRate: rates?.delivered ?? books.endedPerSecond(windowMs),
      calibratedErrorMs: calibratedError({
        streams: books.meanHeld(windowMs),
        readsPerSecond: windowMs > 0 ? (this.#tally.reads * 1000) / windowMs : 0,
      }),
      littleResidual: books.littleResidual(windowMs),
      littleNoise: books.littleNoise(),
    });
  }
}
