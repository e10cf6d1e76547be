/** A level that was tried, and whether it was good enough. */
export interface TriedLevel {
  readonly level: number;
  readonly kept: boolean;
}

/** Levels that differ by less than this share cannot be told apart by a few hundred requests. */
const TOLERANCE = 0.05;

/**
 * The level that a search for the highest good one tries next, or null at its end: doubling from 1 until a level fails
 * or `most` is reached, then halving the gap between the highest good level and the lowest bad one above it, until it
 * is 1 or 5 % of the good one. Pure: the same path gives the same answer, so that a search can be gone on with.
 */
export function nextLevel(path: readonly TriedLevel[], most: number): number | null {
  const good = highestKept(path) ?? 0;
  const bad = Math.min(...path.filter(({ kept }) => !kept).map(({ level }) => level));
  if (bad === Infinity) return good >= most ? null : Math.min(most, Math.max(1, good * 2));
  const gap = bad - good;
  return gap <= Math.max(1, Math.floor(good * TOLERANCE)) ? null : good + Math.floor(gap / 2);
}

/** The highest level below every one that failed; null when there is none. */
export function highestKept(path: readonly TriedLevel[]): number | null {
  const bad = Math.min(...path.filter(({ kept }) => !kept).map(({ level }) => level));
  const good = path.filter(({ level, kept }) => kept && level < bad).map(({ level }) => level);
  return good.length === 0 ? null : Math.max(...good);
}
