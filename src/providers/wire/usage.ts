/** The sum of token counts, or null when one is unknown. */
export function sumOf(...counts: readonly (number | null)[]): number | null {
  let sum = 0;
  for (const count of counts) {
    if (count === null) return null;
    sum += count;
  }
  return sum;
}
