import type { Manifest } from "../core/run.ts";
import { collect } from "../reports/collector.ts";
import { caseNumbers } from "../reports/case-columns.ts";
import { compareTargets, targetPairs } from "../reports/compare.ts";
import { groupFailures } from "../reports/failures.ts";
import { fairnessOfPairs } from "../reports/fairness.ts";
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
  return {
    manifest,
    summaries: summaries.finish(),
    comparison: comparison.finish(),
    fairness: fairness.finish(),
    failures: failures.finish(),
    validity: combineValidity(manifest),
  };
}
