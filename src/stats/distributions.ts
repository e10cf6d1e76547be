/** Density of the standard normal distribution. */
export function normalDensity(x: number): number {
  return Math.exp(-0.5 * x * x) / Math.sqrt(2 * Math.PI);
}

/**
 * P(Z ≤ x) for a standard normal Z, to about 1e-15, in the tails relative to the tail.
 * Near the centre the series of Marsaglia (2004), "Evaluating the Normal Distribution"; beyond it the continued
 * fraction of Mills' ratio (Abramowitz and Stegun 26.2.14).
 */
export function normalCdf(x: number): number {
  if (Math.abs(x) > 4) {
    let fraction = Math.abs(x);
    for (let k = 60; k > 0; k -= 1) fraction = Math.abs(x) + k / fraction;
    const tail = normalDensity(x) / fraction;
    return x < 0 ? tail : 1 - tail;
  }
  let term = x;
  let sum = x;
  for (let k = 3; Math.abs(term) > 1e-17 * Math.abs(sum); k += 2) {
    term *= (x * x) / k;
    sum += term;
  }
  return 0.5 + sum * normalDensity(x);
}

/**
 * The x with P(Z ≤ x) = p; infinite at 0 and 1. Abramowitz and Stegun 26.2.23 as a first guess (4.5e-4), then
 * Newton's method on `normalCdf`, in the lower half only so that a small tail keeps its digits.
 */
export function normalQuantile(p: number): number {
  if (p > 0.5) return -normalQuantile(1 - p);
  if (p <= 0) return Number.NEGATIVE_INFINITY;
  const t = Math.sqrt(-2 * Math.log(p));
  const above = 2.515517 + t * (0.802853 + t * 0.010328);
  const below = 1 + t * (1.432788 + t * (0.189269 + t * 0.001308));
  let x = above / below - t;
  for (let step = 0; step < 4; step += 1) x -= (normalCdf(x) - p) / normalDensity(x);
  return x;
}

/** ln Γ(x) for x > 0, to about 1e-15: Stirling's series (DLMF 5.11.1) above 15, reached by the recurrence. */
export function logGamma(x: number): number {
  let shift = 0;
  let z = x;
  for (; z < 15; z += 1) shift += Math.log(z);
  const inverse = 1 / (z * z);
  const series = (1 / 12 - inverse * (1 / 360 - inverse * (1 / 1260 - inverse * (1 / 1680 - inverse / 1188)))) / z;
  return (z - 0.5) * Math.log(z) - z + 0.5 * Math.log(2 * Math.PI) + series - shift;
}

/**
 * Regularised incomplete beta function I_x(a, b) for a, b > 0: the continued fraction DLMF 8.17.22 by Lentz's method,
 * on the side where it converges fast. The steps needed grow with √max(a, b).
 */
export function incompleteBeta(x: number, a: number, b: number): number {
  if (x <= 0) return 0;
  if (x >= 1) return 1;
  if (x > (a + 1) / (a + b + 2)) return 1 - incompleteBeta(1 - x, b, a);
  const logFront = logGamma(a + b) - logGamma(a) - logGamma(b) + a * Math.log(x) + b * Math.log1p(-x);
  const tiny = 1e-300;
  let c = 1;
  let d = 1 / awayFromZero(1 - ((a + b) * x) / (a + 1), tiny);
  let fraction = d;
  for (let m = 1; m < 100_000; m += 1) {
    const even = (m * (b - m) * x) / ((a + 2 * m - 1) * (a + 2 * m));
    d = 1 / awayFromZero(1 + even * d, tiny);
    c = awayFromZero(1 + even / c, tiny);
    fraction *= c * d;
    const odd = (-(a + m) * (a + b + m) * x) / ((a + 2 * m) * (a + 2 * m + 1));
    d = 1 / awayFromZero(1 + odd * d, tiny);
    c = awayFromZero(1 + odd / c, tiny);
    fraction *= c * d;
    if (Math.abs(c * d - 1) < 1e-15) break;
  }
  return (Math.exp(logFront) * fraction) / a;
}

function awayFromZero(value: number, tiny: number): number {
  return Math.abs(value) < tiny ? tiny : value;
}

/** P(T ≥ |t|) for Student's t with `df` degrees of freedom, one tail (DLMF 8.17 with x = df / (df + t²)). */
export function studentTail(t: number, df: number): number {
  return 0.5 * incompleteBeta(df / (df + t * t), df / 2, 0.5);
}

/** P(T ≤ t) for Student's t with `df` degrees of freedom. */
export function studentCdf(t: number, df: number): number {
  return t < 0 ? studentTail(t, df) : 1 - studentTail(t, df);
}

/** The t with P(T ≤ t) = p, by bisection; `df` > 0. Infinite at 0 and 1. */
export function studentQuantile(p: number, df: number): number {
  if (p < 0.5) return -studentQuantile(1 - p, df);
  if (p >= 1) return Number.POSITIVE_INFINITY;
  let low = 0;
  let high = 1;
  while (studentTail(high, df) > 1 - p) high *= 2;
  for (let middle = high / 2; high - low > 1e-13 * high; middle = (low + high) / 2) {
    if (studentTail(middle, df) > 1 - p) low = middle;
    else high = middle;
  }
  return (low + high) / 2;
}

/** P(X ≥ k) for X binomial over `n` trials of chance `p`, exact: I_p(k, n − k + 1), DLMF 8.17.5. */
export function binomialTail(k: number, n: number, p: number): number {
  if (k <= 0) return 1;
  if (k > n) return 0;
  return incompleteBeta(p, k, n - k + 1);
}
