import type { Validity } from "../core/summary.ts";
import { formatDollars, formatMillis, formatShare } from "./format.ts";
import type { MetricUnit } from "./summary-metrics.ts";
import type { ThresholdResult } from "./thresholds.ts";
import { line, type Line, type Section } from "./view.ts";

/** What was asked of a run, and what became of it. */
export interface GateResult {
  readonly thresholds: readonly ThresholdResult[];
  /** Null unless the run had to be VALID. */
  readonly requireValid: { readonly held: boolean; readonly verdict: Validity["verdict"] } | null;
}

/** A line for each threshold: whether it held, and the number. Nothing when nothing was asked. */
export function thresholdSections({ thresholds, requireValid }: GateResult): Section[] {
  const lines = thresholds.map(thresholdLine);
  if (requireValid !== null) {
    const { held, verdict } = requireValid;
    const why = held ? "" : "; the reasons stand above";
    const what = verdict === null ? "nothing was measured, so it has no verdict" : `the measurement is ${verdict}`;
    lines.push(verdictLine(held, `${what}${why} (--require-valid)`));
  }
  return lines.length === 0 ? [] : [{ heading: "Thresholds", blocks: lines }];
}

function thresholdLine({
  threshold,
  target,
  metric,
  unit,
  operator,
  limit,
  value,
  held,
  reason,
}: ThresholdResult): Line {
  const subject = `${target}: ${metric} is`;
  if (value === null) return verdictLine(held, `${subject} ${reason ?? "unknown"} (${threshold})`);
  const shown = both(unit, value, limit);
  return verdictLine(held, `${subject} ${shown.value}, ${held ? "not " : ""}${operator} ${shown.limit} (${threshold})`);
}

function verdictLine(held: boolean, text: string): Line {
  return held ? line(`held: ${text}`, "good") : line(`did not hold: ${text}`, "bad");
}

/** Value and limit in words; with every digit where rounding would make them look equal. */
function both(unit: MetricUnit, value: number, limit: number): { value: string; limit: string } {
  const format = FORMATS[unit];
  const short = { value: format(value), limit: format(limit) };
  if (value === limit || short.value !== short.limit) return short;
  return { value: String(value), limit: String(limit) };
}

const FORMATS: Readonly<Record<MetricUnit, (value: number) => string>> = {
  ms: formatMillis,
  share: formatShare,
  usd: formatDollars,
  count: String,
  number: (value) => String(Number(value.toPrecision(4))),
};
