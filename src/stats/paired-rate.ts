import { binomialTail, studentQuantile, studentTail } from "./distributions.ts";
import { mean, variance } from "./moments.ts";
import { type PairedEstimate, type Pairs, smallestP } from "./paired.ts";
import { minimumDetectableEffect } from "./power.ts";

/**
 * Compares scores in [0, 1] over the same cases, such as success (1) and failure (0). The samples of a case are averaged
 * first, so n counts cases: d_i = s_A,i − s_B,i, SE_d = √(Σ(d_i − d̄)² / (n − 1) / n), t(n − 1) (`docs/metrics.md`).
 * With one sample a case and scores of 0 or 1, p is McNemar's, exact. Where nothing varied there is no interval; null
 * below two cases.
 */
export function compareRates(pairs: Pairs): PairedEstimate | null {
  const n = pairs.cases;
  if (n < 2) return null;
  const a = caseAverages(pairs.a, pairs);
  const b = caseAverages(pairs.b, pairs);
  const differences = a.map((score, i) => score - (b[i] ?? 0));
  const delta = mean(differences);
  const standardError = Math.sqrt(variance(differences, delta) / n);
  const half = studentQuantile(0.975, n - 1) * standardError;
  const exact = pairs.a.length === n && pairs.a.every(isBinary) && pairs.b.every(isBinary);
  return {
    value_a: mean(a),
    value_b: mean(b),
    delta,
    ci95: standardError === 0 ? [null, null] : [Math.max(-1, delta - half), Math.min(1, delta + half)],
    p: exact ? mcnemar(pairs) : studentP(delta, standardError, n),
    mde: minimumDetectableEffect(standardError, n - 1),
  };
}

function isBinary(score: number): boolean {
  return score === 0 || score === 1;
}

function caseAverages(values: Float64Array, { caseOf, cases }: Pairs): Float64Array {
  const sums = new Float64Array(cases);
  const counts = new Float64Array(cases);
  for (let i = 0; i < values.length; i += 1) {
    const which = caseOf[i] ?? 0;
    sums[which] = (sums[which] ?? 0) + (values[i] ?? 0);
    counts[which] = (counts[which] ?? 0) + 1;
  }
  return sums.map((sum, which) => sum / (counts[which] ?? 1));
}

function studentP(delta: number, standardError: number, n: number): number {
  if (delta === 0) return 1;
  const p = standardError === 0 ? 0 : 2 * studentTail(delta / standardError, n - 1);
  return Math.max(p, smallestP(n));
}

/** Exact two-sided McNemar: of the pairs that differ, each way is as likely as the other (McNemar 1947, binomial form). */
function mcnemar({ a, b }: Pairs): number {
  let onlyA = 0;
  let onlyB = 0;
  for (let i = 0; i < a.length; i += 1) {
    if (a[i] === 1 && b[i] === 0) onlyA += 1;
    if (a[i] === 0 && b[i] === 1) onlyB += 1;
  }
  return Math.min(1, 2 * binomialTail(Math.max(onlyA, onlyB), onlyA + onlyB, 0.5));
}
