import type { Config } from "../../config/schema.ts";
import type { Findings } from "../../reports/summary-view.ts";
import type { GateResult } from "../../reports/thresholds-view.ts";
import { judgeThresholds, parseThreshold, type Threshold } from "../../reports/thresholds.ts";

/** The flags that set conditions. */
export interface GateFlags {
  failOn?: string[];
  requireValid?: boolean;
}

/** What a run must fulfil besides ending. */
export interface Gate {
  readonly thresholds: readonly Threshold[];
  readonly requireValid: boolean;
}

/** The conditions of the flags, else of the configuration; throws `BenchError("usage")` for one that makes no sense. */
export function gateOf(flags: GateFlags, config: Config, targets: readonly string[]): Gate {
  const conditions = flags.failOn ?? config.benchmarks?.fail_on ?? [];
  return {
    thresholds: conditions.map((text) => parseThreshold(text, targets)),
    requireValid: flags.requireValid ?? config.benchmarks?.require_valid ?? false,
  };
}

/** What became of the conditions. */
export function judgeGate(gate: Gate, { summaries, validity: { verdict } }: Findings): GateResult {
  return {
    thresholds: judgeThresholds(gate.thresholds, summaries),
    requireValid: gate.requireValid ? { held: verdict === "VALID", verdict } : null,
  };
}

/** Whether every condition held. */
export function gateHeld({ thresholds, requireValid }: GateResult): boolean {
  return thresholds.every(({ held }) => held) && (requireValid?.held ?? true);
}
