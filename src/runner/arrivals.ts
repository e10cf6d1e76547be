import type { Millis } from "../core/clock.ts";
import { seededRandom } from "../core/random.ts";

/** Instants at which requests are to leave, in milliseconds after the start, rising and endless. No clock, no timer. */
export type Arrivals = Iterator<Millis, never>;

/** One request each 1 / rate, the first at 0. Each instant is computed from the start, so that no error adds up. */
export function* constantArrivals(perSecond: number): Generator<Millis, never> {
  for (let n = 0; ; n += 1) yield (n * 1000) / perSecond;
}

/**
 * A Poisson process: gaps are exponential and independent, as those of many users who know nothing of each other.
 * The same seed gives the same schedule. Inversion: −ln(1 − u) / rate.
 */
export function* poissonArrivals(perSecond: number, seed: string): Generator<Millis, never> {
  const random = seededRandom(seed);
  for (let at = 0; ;) {
    at += (-Math.log1p(-random()) * 1000) / perSecond;
    yield at;
  }
}
