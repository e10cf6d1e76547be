/**
 * Which of `n` sorted values is the quantile, counted from 1: the smallest rank that has at least `perMille` / 1000 of
 * the sample at or below it (nearest rank; `docs/metrics.md`). Integer arithmetic: 0.999 × 1000 in floats could land
 * on either side of a rank.
 */
export function quantileRank(n: number, perMille: number): number {
  const scaled = n * perMille + 999;
  return Math.max(1, (scaled - (scaled % 1000)) / 1000);
}

/** Nearest-rank quantile of values sorted upward; null when there are none. `perMille` is 999 for p99.9. */
export function quantile(sorted: Float64Array, perMille: number): number | null {
  return sorted[quantileRank(sorted.length, perMille) - 1] ?? null;
}

/**
 * Nearest-rank quantile over everything attempted: each of `failures` counts as infinitely large.
 * Null when that makes the quantile itself infinite, or when nothing was attempted.
 */
export function quantileAttempted(sorted: Float64Array, failures: number, perMille: number): number | null {
  return sorted[quantileRank(sorted.length + failures, perMille) - 1] ?? null;
}
