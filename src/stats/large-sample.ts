import type { Spread } from "./bootstrap.ts";
import { normalCdf, normalDensity, normalQuantile } from "./distributions.ts";
import { mean } from "./moments.ts";
import type { Pairs } from "./paired.ts";
import { minimumDetectableEffect } from "./power.ts";
import { quantile, quantileRank } from "./quantiles.ts";

/**
 * Large-sample spread of a paired difference of quantiles. Each pair moves the difference by
 * ψ = (p − [a ≤ Q_A]) / f_A(Q_A) − (p − [b ≤ Q_B]) / f_B(Q_B) (the influence function of a quantile; van der Vaart 1998,
 * 21.2), which keeps the correlation between the two sides. `sorted` holds each side's values sorted upward.
 */
export function quantileDifference(
  pairs: Pairs,
  perMille: number,
  sorted: { readonly a: Float64Array; readonly b: Float64Array },
): Spread {
  const chance = perMille / 1000;
  const a = quantileAndSparsity(sorted.a, perMille);
  const b = quantileAndSparsity(sorted.b, perMille);
  const influence = pairs.a.map(
    (value, i) =>
      (chance - (value <= a.at ? 1 : 0)) * a.sparsity - (chance - ((pairs.b[i] ?? 0) <= b.at ? 1 : 0)) * b.sparsity,
  );
  return spreadOf(a.at - b.at, influence, pairs);
}

/** Large-sample spread of a paired difference of means. */
export function meanDifference(pairs: Pairs): Spread {
  const differences = pairs.a.map((value, i) => value - (pairs.b[i] ?? 0));
  return spreadOf(mean(differences), differences, pairs);
}

/**
 * A quantile, and there the reciprocal of the density: the slope of the quantile function over the bandwidth of Hall and
 * Sheather (1988), as in Koenker (2005), "Quantile Regression", 3.4.1.
 */
function quantileAndSparsity(sorted: Float64Array, perMille: number): { at: number; sparsity: number } {
  const n = sorted.length;
  const z = normalQuantile(perMille / 1000);
  const wide = (1.5 * normalDensity(z) ** 2) / (2 * z * z + 1);
  const bandwidth = n ** (-1 / 3) * normalQuantile(0.975) ** (2 / 3) * wide ** (1 / 3);
  const rank = quantileRank(n, perMille);
  const steps = Math.max(1, Math.round(bandwidth * n));
  const low = Math.max(1, rank - steps);
  const high = Math.min(n, rank + steps);
  const slope = ((sorted[high - 1] ?? 0) - (sorted[low - 1] ?? 0)) / ((high - low) / n);
  return { at: quantile(sorted, perMille) ?? 0, sparsity: slope };
}

/** Normal interval from influence values, summed within a case because the samples of a case belong together. */
function spreadOf(delta: number, influence: Float64Array, { caseOf, cases }: Pairs): Spread {
  const centre = mean(influence);
  const sums = new Float64Array(cases);
  for (let i = 0; i < influence.length; i += 1) {
    const which = caseOf[i] ?? 0;
    sums[which] = (sums[which] ?? 0) + (influence[i] ?? 0) - centre;
  }
  const squares = sums.reduce((total, sum) => total + sum * sum, 0);
  const standardError = Math.sqrt((squares * cases) / (cases - 1)) / influence.length;
  const half = normalQuantile(0.975) * standardError;
  const p = delta === 0 ? 1 : 2 * normalCdf(-Math.abs(delta) / standardError);
  return { ci95: [delta - half, delta + half], p, mde: minimumDetectableEffect(standardError, cases - 1) };
}
