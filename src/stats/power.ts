import { normalQuantile, studentQuantile } from "./distributions.ts";

/**
 * The smallest difference that a two-sided test at 5 % would show with 80 % power: (t_{α/2} + t_β) · SE, in the unit
 * of the standard error. `df` degrees of freedom; z in place of t makes small samples look stronger than they are.
 * Null when nothing varied, since then the sample says nothing of how much the next one would.
 */
export function minimumDetectableEffect(standardError: number, df: number): number | null {
  if (!(standardError > 0)) return null;
  return (studentQuantile(0.975, df) + studentQuantile(0.8, df)) * standardError;
}

/** What a planned comparison of two targets on the same cases is expected to meet. */
export interface PlannedComparison {
  /** The difference to be shown, in the unit of the score. */
  readonly delta: number;
  /** Variance over cases of the difference between the targets' true scores (ω²). */
  readonly varianceOfDifference: number;
  /** Mean variance of one case's score between samples (σ²), and samples a case (K), for each target. */
  readonly withinA: { readonly variance: number; readonly samples: number };
  readonly withinB: { readonly variance: number; readonly samples: number };
  /** Chance of a false alarm, two-sided; 0.05 unless told. */
  readonly alpha?: number;
  /** Chance to show a difference that is there; 0.8 unless told. */
  readonly power?: number;
}

/**
 * How many cases a comparison needs: n = (z_{α/2} + z_β)² · (ω² + σ_A²/K_A + σ_B²/K_B) / δ², rounded up
 * (Miller 2024, "Adding Error Bars to Evals", arXiv 2411.00640).
 */
export function casesNeeded(planned: PlannedComparison): number {
  const { delta, varianceOfDifference, withinA, withinB, alpha = 0.05, power = 0.8 } = planned;
  const z = normalQuantile(1 - alpha / 2) + normalQuantile(power);
  const spread = varianceOfDifference + withinA.variance / withinA.samples + withinB.variance / withinB.samples;
  return Math.ceil((z * z * spread) / (delta * delta));
}
