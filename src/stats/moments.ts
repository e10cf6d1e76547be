/** Arithmetic mean; NaN for no values. */
export function mean(values: Float64Array): number {
  let sum = 0;
  for (const value of values) sum += value;
  return sum / values.length;
}

/** Sample variance around a known mean, over n − 1; NaN below two values. Two passes, so that nothing cancels. */
export function variance(values: Float64Array, around: number = mean(values)): number {
  if (values.length < 2) return Number.NaN;
  let sum = 0;
  for (const value of values) sum += (value - around) ** 2;
  return sum / (values.length - 1);
}
