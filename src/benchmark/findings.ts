import type { Manifest } from "../core/run.ts";
import { compareTargets } from "../reports/compare.ts";
import { groupFailures } from "../reports/failures.ts";
import { fairnessOfPairs } from "../reports/fairness.ts";
import type { Results } from "../reports/results.ts";
import { summarize } from "../reports/summarize.ts";
import type { Findings } from "../reports/summary-view.ts";
import { combineValidity } from "../reports/validity.ts";

/** Everything that a run's journal and manifest say, for reports. */
export function findingsOf(manifest: Manifest, results: Results): Findings {
  return {
    manifest,
    summaries: summarize(manifest, results),
    comparison: compareTargets(manifest, results),
    fairness: fairnessOfPairs(manifest, results),
    failures: groupFailures(results),
    validity: combineValidity(manifest),
  };
}
