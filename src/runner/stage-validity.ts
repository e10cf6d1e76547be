import type { Validity } from "../core/summary.ts";
import { worstValidity } from "../core/worst-validity.ts";
import type { Rates } from "./measurement.ts";

/** What this client measured of itself during one stage. */
export interface JudgedStage {
  /** As its records have it. */
  readonly level: number | null;
  /** The one target it was sent to, where they came one after the other. */
  readonly target?: string | undefined;
  readonly validity: Validity;
}

/** The worst of the stages, and each level's own. There must be one stage at least. */
export function validityOfStages(stages: readonly JudgedStage[]): Validity {
  const worst = worstValidity(stages.map((stage) => ({ name: nameOf(stage), validity: stage.validity })));
  const levels = stages.flatMap(({ level, target, validity: { verdict, error_bar_ms } }) =>
    level === null ? [] : [{ level, ...(target === undefined ? {} : { target }), verdict, error_bar_ms }],
  );
  return levels.length === 0 ? worst : { ...worst, levels: levels.toSorted((a, b) => a.level - b.level) };
}

function nameOf({ level, target }: JudgedStage): string {
  const load = level === null ? [] : [`${level} in flight`];
  return [...(target === undefined ? [] : [target]), ...load].join(", ");
}

/** The rates of a stage over all targets; null in a closed loop, where none has any. */
export function sumOfRates(ofTargets: readonly (Rates | null)[]): Rates | null {
  const known = ofTargets.filter((rates) => rates !== null);
  if (known.length === 0) return null;
  const sum = (read: (rates: Rates) => number): number => known.reduce((total, rates) => total + read(rates), 0);
  return { requested: sum(({ requested }) => requested), delivered: sum(({ delivered }) => delivered) };
}
