import type { Millis } from "../core/clock.ts";

/** Two seconds of them: in less, the moments before the first and after the last request weigh too much. */
const SAMPLES_TO_JUDGE = 200;

/** Keeps the books on slots for Little's law: how many are held now, and how long each case held one. */
export class SlotCounter {
  #held = 0;
  #ended = 0;
  #heldMs = 0;
  #samples = 0;
  #sampledSum = 0;
  #sampledSquares = 0;

  /** Whether a slot was ever taken. */
  get used(): boolean {
    return this.#held > 0 || this.#ended > 0;
  }

  taken(): void {
    this.#held += 1;
  }

  freed(afterMs: Millis): void {
    this.#held -= 1;
    this.#ended += 1;
    this.#heldMs += afterMs;
  }

  /** Looks at the number of held slots, independently of their coming and going. */
  sample(): void {
    this.#samples += 1;
    this.#sampledSum += this.#held;
    this.#sampledSquares += this.#held ** 2;
  }

  /**
   * (mean slots held − rate × mean time held) / mean slots held: near 0 when the books balance.
   * Null with fewer than 20 samples, which say nothing. (Little, "A proof for the queuing formula L = λW", 1961)
   */
  littleResidual(windowMs: Millis): number | null {
    if (this.#samples < 20 || windowMs <= 0 || this.#sampledSum === 0) return null;
    const meanHeld = this.#sampledSum / this.#samples;
    return (meanHeld - this.#heldMs / windowMs) / meanHeld;
  }

  /**
   * Four standard errors of that, for samples that know nothing of each other: what chance alone may make of it. Null
   * with too few samples for this to mean anything.
   */
  littleNoise(): number | null {
    if (this.#samples < SAMPLES_TO_JUDGE || this.#sampledSum === 0) return null;
    const mean = this.#sampledSum / this.#samples;
    const variance = Math.max(0, this.#sampledSquares / this.#samples - mean ** 2);
    return (4 * Math.sqrt(variance / this.#samples)) / mean;
  }

  /** Slots held on average over the window. */
  meanHeld(windowMs: Millis): number {
    return windowMs > 0 ? this.#heldMs / windowMs : 0;
  }

  /** Cases ended per second over the window. */
  endedPerSecond(windowMs: Millis): number | null {
    return windowMs > 0 ? (this.#ended * 1000) / windowMs : null;
  }
}
