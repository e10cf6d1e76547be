import type { BenchmarkOutcome } from "../../benchmark/options.ts";
import type { FailureCode } from "../../core/failure.ts";
import type { GateResult } from "../../reports/thresholds-view.ts";
import { EXIT } from "../exit-codes.ts";
import { UNAUTHORISED, UNREACHED } from "../failure-advice.ts";
import { gateHeld } from "./gate.ts";

/** Whether every target was given up for one of these reasons. */
function allStopped({ findings, stoppedTargets }: BenchmarkOutcome, codes: ReadonlySet<FailureCode>): boolean {
  const targets = findings.manifest.plan.targets;
  return targets.every(({ target }) => codes.has(stoppedTargets.get(target) ?? "cancelled"));
}

/** The exit code of a benchmark that ended by itself or was interrupted. */
export function exitCodeOf(outcome: BenchmarkOutcome, gate: GateResult): number {
  if (allStopped(outcome, UNAUTHORISED)) return EXIT.auth;
  if (allStopped(outcome, UNREACHED)) return EXIT.unreachable;
  if (outcome.interrupted) return EXIT.interrupted;
  const summaries = [...outcome.findings.summaries.values()];
  const succeeded = summaries.every(({ succeeded: good, total }) => good === total);
  return succeeded && outcome.lost === 0 && gateHeld(gate) ? EXIT.success : EXIT.casesFailed;
}
