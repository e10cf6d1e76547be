import type { Attempt } from "../core/provider.ts";
import type { Usage } from "../core/response.ts";

/** What one request may still cost, set aside until it has ended. In US dollars. */
export interface Hold {
  /** Takes what an attempt cost; says whether another one at the highest cost would still be within the limit. */
  charge(usd: number): boolean;
  /** The request has ended. */
  release(): void;
}

/**
 * Keeps a run's cost within a limit: a request is let go only if the limit holds even when it, and everything in
 * flight, costs the most that it can.
 */
export class Budget {
  readonly #limitUsd: number;
  #spentUsd: number;
  #heldUsd = 0;
  #holds = 0;
  readonly #waiting = new Set<() => void>();

  constructor(limitUsd: number, spentUsd: number) {
    this.#limitUsd = limitUsd;
    this.#spentUsd = spentUsd;
  }

  /** Sets aside the highest cost of a request; null when that is not there. */
  hold(highestUsd: number): Hold | null {
    if (!this.#fits(highestUsd)) return null;
    this.#holds += 1;
    this.#heldUsd += highestUsd;
    return {
      charge: (usd) => {
        this.#spentUsd += usd;
        return this.#fits(0);
      },
      release: () => {
        this.#holds -= 1;
        // What rounding leaves of sums must not count as money in flight.
        this.#heldUsd = this.#holds === 0 ? 0 : this.#heldUsd - highestUsd;
        for (const wake of this.#waiting) wake();
      },
    };
  }

  /** As `hold`, once what is in flight has left enough of the limit; null when it cannot, or with the signal. */
  async holdWhenLeft(highestUsd: number, signal: AbortSignal): Promise<Hold | null> {
    let hold = this.hold(highestUsd);
    while (hold === null && !signal.aborted && this.#spentUsd + highestUsd <= this.#limitUsd) {
      await this.#released(signal);
      if (!signal.aborted) hold = this.hold(highestUsd);
    }
    return hold;
  }

  #released(signal: AbortSignal): Promise<void> {
    return new Promise((resolve) => {
      const done = (): void => {
        this.#waiting.delete(done);
        signal.removeEventListener("abort", done);
        resolve();
      };
      this.#waiting.add(done);
      signal.addEventListener("abort", done, { once: true });
    });
  }

  #fits(moreUsd: number): boolean {
    return this.#spentUsd + this.#heldUsd + moreUsd <= this.#limitUsd;
  }
}

/**
 * What an attempt is taken to have cost: by its usage where that is known, nothing where it never left or was refused,
 * else the most that it can have cost.
 */
export function chargeOf(
  { outcome, instants }: Pick<Attempt, "outcome" | "instants">,
  priceOf: (usage: Usage | null) => number | null,
  highestUsd: number,
): number {
  const known = priceOf(outcome.ok ? outcome.response.usage : outcome.usage);
  if (known !== null) return known;
  if (outcome.ok) return highestUsd;
  const refused = (outcome.failure.http_status ?? 0) >= 400;
  return instants.sent === null || refused ? 0 : highestUsd;
}
