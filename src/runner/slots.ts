/**
 * How many requests of one target are in flight, and how many may be. The limit may change at any time; what is above
 * a lowered limit ends by itself.
 */
export class Slots {
  #limit: number;
  #held = 0;
  #wake: (() => void) | null = null;

  constructor(limit: number) {
    this.#limit = limit;
  }

  get held(): number {
    return this.#held;
  }

  /** Whether no slot is free. */
  get full(): boolean {
    return this.#held >= this.#limit;
  }

  /** Takes a slot if one is free. */
  take(): boolean {
    if (this.#held >= this.#limit) return false;
    this.#held += 1;
    return true;
  }

  free(): void {
    this.#held -= 1;
    this.wake();
  }

  resize(limit: number): void {
    this.#limit = limit;
    this.wake();
  }

  /** Resolves when a slot was freed, the limit changed, or someone called `wake`. One waits at a time. */
  change(): Promise<void> {
    return new Promise((resolve) => (this.#wake = resolve));
  }

  wake(): void {
    const wake = this.#wake;
    this.#wake = null;
    wake?.();
  }
}
