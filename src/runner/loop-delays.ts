import type { Millis } from "../core/clock.ts";

/** Bins are 10 µs wide up to this delay, and a thousandth of the delay beyond it. */
const EVEN_UP_TO_MS: Millis = 10;
const BINS_PER_MS = 100;
const EVEN_BINS = EVEN_UP_TO_MS * BINS_PER_MS;

const binOf = (late: Millis): number =>
  late <= EVEN_UP_TO_MS ? Math.ceil(late * BINS_PER_MS) : EVEN_BINS + Math.ceil(Math.log(late / EVEN_UP_TO_MS) * 1000);

const upperEdge = (bin: number): Millis =>
  bin <= EVEN_BINS ? bin / BINS_PER_MS : EVEN_UP_TO_MS * Math.exp((bin - EVEN_BINS) / 1000);

/**
 * How late an event loop came to things, for a thing that is due at any moment. One look at a time is under way, so a
 * loop that stands still for a second misses a hundred looks and would count but once, as one late look among many on
 * time; the looks that it missed are added, as they would have come out. (Known for latencies as the correction of
 * coordinated omission.) Memory does not grow with time.
 */
export class LoopDelays {
  readonly #everyMs: Millis;
  /** Counts by delay, in bins that grow with it. */
  readonly #counts = new Map<number, number>();
  #count = 0;
  #max: Millis = 0;

  /** `everyMs` is the mean gap between looks. */
  constructor(everyMs: Millis) {
    this.#everyMs = everyMs;
  }

  /** A look was so many milliseconds late. */
  add(lateMs: Millis): void {
    this.#max = Math.max(this.#max, lateMs);
    this.#record(lateMs);
    for (let late = lateMs - this.#everyMs; late > 0; late -= this.#everyMs) this.#record(late);
  }

  /**
   * So many things were met while the loop was so late: they had waited for anything from nothing to all of it, and
   * count with evenly spread waits.
   */
  addMet(count: number, lateMs: Millis): void {
    for (let i = 0; i < count; i += 1) this.#record((lateMs * (i + 0.5)) / count);
    if (count > 0) this.#max = Math.max(this.#max, lateMs);
  }

  /** By nearest rank, from the upper edge of a bin; null before the first look. */
  spread(): { readonly p50: Millis; readonly p99: Millis; readonly max: Millis } | null {
    if (this.#count === 0) return null;
    const bins = [...this.#counts].sort(([a], [b]) => a - b);
    const at = (percent: number): Millis => {
      let left = Math.ceil((this.#count * percent) / 100);
      for (const [bin, count] of bins) if ((left -= count) <= 0) return Math.min(upperEdge(bin), this.#max);
      return this.#max;
    };
    return { p50: at(50), p99: at(99), max: this.#max };
  }

  #record(late: Millis): void {
    const bin = binOf(late);
    this.#counts.set(bin, (this.#counts.get(bin) ?? 0) + 1);
    this.#count += 1;
  }
}
