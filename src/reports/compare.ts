import type { TestResult } from "../core/result.ts";
import type { Comparison } from "../core/summary.ts";
import { holm } from "../stats/holm.ts";
import type { PairedEstimate, Pairs } from "../stats/paired.ts";
import { compareLatencies, LATENCY_STATISTICS } from "../stats/paired-latency.ts";
import { compareRates } from "../stats/paired-rate.ts";
import { type CaseColumns, caseColumns, type CaseNumbers, type Column, type ComparedPlan } from "./case-columns.ts";
import { NOTHING_COLLECTED, type Collector } from "./collector.ts";

/** Adjusted p below which a difference counts as more than noise. */
const SIGNIFICANT = 0.05;

const SKIPPED = -1;

const READERS = {
  /** 1 for a success, 0 for a failure, negative when it was never sent. */
  success: ({ status }: TestResult): number => (status === "skipped" ? SKIPPED : Number(status === "success")),
  duration_ms: ({ status, duration_ms }: TestResult): number =>
    (status === "success" ? duration_ms : null) ?? Number.NaN,
  ttft_ms: ({ status, timing }: TestResult): number => (status === "success" ? timing.ttft_ms : null) ?? Number.NaN,
};

type Columns = CaseColumns<keyof typeof READERS>;

/**
 * Compares pairs of targets, every two of a run unless told, over the cases that both answered: success rate, then
 * p50, p95 and mean of duration and of TTFT where both have it. `p_adjusted` is Holm's over everything returned.
 * Numbers are null where fewer than two cases can be paired. Deterministic: the bootstrap is seeded by target and metric.
 */
export function compareTargets(
  manifest: ComparedPlan,
  pairs: readonly (readonly [a: string, b: string])[] = targetPairs(manifest),
  numbers?: CaseNumbers,
): Collector<Comparison[]> {
  if (pairs.length === 0) return NOTHING_COLLECTED;
  const { add, finish } = caseColumns(manifest, READERS, numbers);
  return { add, finish: () => comparisonsIn(finish(), pairs) };
}

function comparisonsIn(columns: Columns, pairs: readonly (readonly [a: string, b: string])[]): Comparison[] {
  const rows = pairs.flatMap(([a, b]) => {
    const compared = { a, b, seen: seenIn(columns, a, b) };
    const latencies = (["duration_ms", "ttft_ms"] as const).flatMap((metric) => latencyRows(columns, compared, metric));
    return [successRow(columns, compared)].concat(latencies);
  });
  const adjusted = holm(rows.map((row) => row.p));
  return rows.map((row, i) => {
    const p = adjusted[i] ?? null;
    return Object.assign(row, { p_adjusted: p, better: betterOf(row, p) });
  });
}

/** Every two targets of the plan, in its order. */
export function targetPairs(manifest: ComparedPlan): [string, string][] {
  const targets = manifest.plan.targets.map(({ target }) => target);
  return targets.flatMap((a, i) => targets.slice(i + 1).map((b): [string, string] => [a, b]));
}

type Row = Omit<Comparison, "p_adjusted" | "better">;

function successRow(columns: Columns, compared: Compared): Row {
  const { a, b } = compared;
  const pairs = pairsOf(columns, columns.column(a, "success"), columns.column(b, "success"));
  return rowOf(compared, "success_rate", pairs, compareRates(pairs));
}

function latencyRows(columns: Columns, compared: Compared, metric: "duration_ms" | "ttft_ms"): Row[] {
  const { a, b } = compared;
  const pairs = pairsOf(columns, columns.column(a, metric), columns.column(b, metric));
  // Answers that were not streamed have no TTFT at all: nothing to compare, and nothing left out.
  if (metric === "ttft_ms" && pairs.a.length === 0) return [];
  const estimates = compareLatencies(pairs, `${a}\u0000${b}\u0000${metric}`);
  return LATENCY_STATISTICS.map((statistic) =>
    rowOf(compared, `${metric}.${statistic}`, pairs, estimates?.[statistic] ?? null),
  );
}

/** The positions where both columns have a usable number, zero or more. */
function pairsOf(columns: Columns, a: Column, b: Column): Pairs {
  const positions: number[] = [];
  for (let i = 0; i < columns.positions; i += 1) if (a.at(i) >= 0 && b.at(i) >= 0) positions.push(i);
  const numbers = new Map<number, number>();
  const caseOf = Int32Array.from(positions, (position) => {
    const id = columns.caseOf(position);
    const number = numbers.get(id) ?? numbers.size;
    numbers.set(id, number);
    return number;
  });
  return {
    a: Float64Array.from(positions, (position) => a.at(position)),
    b: Float64Array.from(positions, (position) => b.at(position)),
    caseOf,
    cases: numbers.size,
  };
}

/** What a row says besides its numbers; `seen` counts the positions where either target has a result of any kind. */
interface Compared {
  readonly a: string;
  readonly b: string;
  readonly seen: number;
}

function seenIn(columns: Columns, a: string, b: string): number {
  const [inA, inB] = [columns.column(a, "success"), columns.column(b, "success")];
  let seen = 0;
  for (let i = 0; i < columns.positions; i += 1) if (!Number.isNaN(inA.at(i)) || !Number.isNaN(inB.at(i))) seen += 1;
  return seen;
}

function rowOf({ a, b, seen }: Compared, metric: string, pairs: Pairs, estimate: PairedEstimate | null): Row {
  return {
    a,
    b,
    metric,
    pairs: pairs.a.length,
    pairs_left_out: seen - pairs.a.length,
    ...(estimate ?? { value_a: null, value_b: null, delta: null, ci95: [null, null], p: null, mde: null }),
  };
}

function betterOf({ metric, delta }: Row, pAdjusted: number | null): "a" | "b" | null {
  if (pAdjusted === null || pAdjusted >= SIGNIFICANT || delta === null || delta === 0) return null;
  const higherIsBetter = metric === "success_rate";
  return delta > 0 === higherIsBetter ? "a" : "b";
}
