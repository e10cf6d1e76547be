/** One level of a sweep; null where nothing succeeded. */
export interface SweepLevel {
  readonly level: number;
  readonly perSecond: number | null;
  readonly p95Ms: number | null;
}

/**
 * A level that misses the highest throughput by this share adds nothing that two runs of the same load would agree on.
 */
const NEARLY = 0.95;

/**
 * The lowest level whose throughput is at least 95 % of the sweep's highest: above it more requests in flight only wait
 * for one another. Null without a level that has a throughput.
 */
export function kneeOf(levels: readonly SweepLevel[]): number | null {
  const highest = Math.max(0, ...levels.map(({ perSecond }) => perSecond ?? 0));
  if (highest === 0) return null;
  return upward(levels).find(({ perSecond }) => (perSecond ?? 0) >= NEARLY * highest)?.level ?? null;
}

/** The highest level before p95 first leaves the limit; null when the lowest is outside already. */
export function lastWithin(levels: readonly SweepLevel[], p95LimitMs: number): number | null {
  const sorted = upward(levels);
  const outside = sorted.findIndex(({ p95Ms }) => p95Ms === null || p95Ms > p95LimitMs);
  return (outside < 0 ? sorted.at(-1) : sorted[outside - 1])?.level ?? null;
}

const upward = (levels: readonly SweepLevel[]): SweepLevel[] => levels.toSorted((a, b) => a.level - b.level);
