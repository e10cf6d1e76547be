import type { Manifest } from "../core/run.ts";
import type { Comparison } from "../core/summary.ts";
import { collect } from "../reports/collector.ts";
import { caseNumbers } from "../reports/case-columns.ts";
import { compareTargets, targetPairs } from "../reports/compare.ts";
import { groupFailures } from "../reports/failures.ts";
import { fairnessOfPairs, type PairFairness } from "../reports/fairness.ts";
import type { Results } from "../reports/results.ts";
import { summarize } from "../reports/summarize.ts";
import type { Findings } from "../reports/summary-view.ts";
import { combineValidity } from "../reports/validity.ts";

/** Everything that a run's journal and manifest say, for reports; one pass over the journal. */
export function findingsOf(manifest: Manifest, results: Results): Findings {
  const summaries = summarize(manifest);
  const numbers = caseNumbers();
  const comparison = compareTargets(manifest, targetPairs(manifest), numbers);
  const fairness = fairnessOfPairs(manifest, numbers);
  const failures = groupFailures();
  collect(results, [summaries, comparison, fairness, failures]);
  const pairs = fairness.finish();
  const byTarget = summaries.finish();
  return {
    manifest,
    summaries: byTarget,
    comparison: comparison.finish().map((row) => withFairness(row, pairs)),
    fairness: pairs,
    failures: failures.finish(),
    validity: combineValidity(manifest, byTarget),
  };
}

function withFairness(row: Comparison, pairs: readonly PairFairness[]): Comparison {
  const found = pairs.find(({ a, b }) => a === row.a && b === row.b);
  return found === undefined ? row : { ...row, pairs_within_5s: found.pairs_within_5s };
}
