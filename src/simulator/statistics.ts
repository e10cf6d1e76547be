/** What a simulator was sent, counted over the endpoints that answer as a model. */
export interface SimulatorStats {
  readonly requests: number;
  readonly inFlight: number;
  readonly maxInFlight: number;
  /** Requests by case, when they are counted. */
  readonly byKey?: Readonly<Record<string, number>>;
}

/** Counts requests as they come and go. */
export interface Counter {
  /** A request came. */
  enter(): void;
  /** Its answer ended, or its client left. */
  leave(): void;
  /** Which case a request is for is known. */
  identified(caseKey: string): void;
  snapshot(): SimulatorStats;
}

/** More cases than this are not counted apart: clients choose their names. */
const MOST_KEYS = 1_000_000;

export function startCounter(countKeys: boolean): Counter {
  let requests = 0;
  let inFlight = 0;
  let maxInFlight = 0;
  const byKey = new Map<string, number>();
  return {
    enter() {
      requests += 1;
      inFlight += 1;
      maxInFlight = Math.max(maxInFlight, inFlight);
    },
    leave() {
      inFlight -= 1;
    },
    identified(caseKey) {
      if (!countKeys) return;
      const seen = byKey.get(caseKey);
      if (seen !== undefined || byKey.size < MOST_KEYS) byKey.set(caseKey, (seen ?? 0) + 1);
    },
    snapshot: () => ({
      requests,
      inFlight,
      maxInFlight,
      ...(countKeys ? { byKey: Object.fromEntries(byKey) } : {}),
    }),
  };
}
