/**
 * Holm's step-down adjustment (Holm 1979): p-values for which "any of these is wrong" has the chance it would have for
 * one test alone. Null stands for a test that was not made; it stays null and does not count.
 */
export function holm(pValues: readonly (number | null)[]): (number | null)[] {
  const made = pValues.flatMap((p, index) => (p === null ? [] : [{ p, index }])).sort((a, b) => a.p - b.p);
  const adjusted: (number | null)[] = pValues.map(() => null);
  let largest = 0;
  for (const [rank, { p, index }] of made.entries()) {
    largest = Math.max(largest, Math.min(1, (made.length - rank) * p));
    adjusted[index] = largest;
  }
  return adjusted;
}
