/**
 * A sum of counts with one more; null where it would no longer be exact, so that what does not fit can be counted as
 * unknown.
 */
export function withCount(sum: number, count: number): number | null {
  return Number.isSafeInteger(sum + count) ? sum + count : null;
}

/** A sum of amounts with one more; null where it would be endless. */
export function withAmount(sum: number, amount: number): number | null {
  return Number.isFinite(sum + amount) ? sum + amount : null;
}
