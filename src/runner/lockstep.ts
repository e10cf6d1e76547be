/** One lane's part in a lockstep. */
export interface Step {
  /**
   * Resolves with true when the case at this position of the work may go: every other lane stands at the same one or a
   * later one, or has left. False when the signal aborts first. One call at a time, with rising positions.
   */
  reach(position: number, signal: AbortSignal): Promise<boolean>;
  /** Has nothing more to send: the others no longer wait for it. */
  leave(): void;
}

interface Waiting {
  readonly position: number;
  readonly go: () => void;
}

/**
 * Lets the same case go to all targets at once, and the next one only then. A target that has a result for a case from
 * before has a later position, so the others send that case without it.
 */
export class Lockstep {
  /** What each lane waits for; null while it is busy. */
  readonly #lanes = new Map<object, Waiting | null>();

  /** To be called for every lane before any reaches a position. */
  join(): Step {
    const lane = {};
    this.#lanes.set(lane, null);
    return {
      reach: (position, signal) =>
        new Promise((resolve) => {
          if (signal.aborted) return resolve(false);
          const onAbort = (): void => {
            this.#lanes.set(lane, null);
            resolve(false);
          };
          signal.addEventListener("abort", onAbort, { once: true });
          const go = (): void => {
            signal.removeEventListener("abort", onAbort);
            resolve(true);
          };
          this.#lanes.set(lane, { position, go });
          this.#release();
        }),
      leave: () => {
        this.#lanes.delete(lane);
        this.#release();
      },
    };
  }

  /** Once nobody is busy, those with the lowest position go. */
  #release(): void {
    const waiting = [...this.#lanes.values()];
    if (waiting.includes(null)) return;
    const lowest = Math.min(...waiting.map((lane) => lane?.position ?? Infinity));
    for (const [lane, reached] of this.#lanes) {
      if (reached === null || reached.position !== lowest) continue;
      this.#lanes.set(lane, null);
      reached.go();
    }
  }
}
