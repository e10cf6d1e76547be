import type { Load } from "../core/run.ts";
import type { Comparison } from "../core/summary.ts";
import type { PairFairness } from "./fairness.ts";
import { formatDifferences, formatMillis, formatP, formatShare, signed } from "./format.ts";
import { line, type Line } from "./view.ts";

/** What each metric is called in a sentence. Means stand in `results.json`. */
const NAMES: Readonly<Record<string, string>> = {
  success_rate: "success rate",
  "duration_ms.p50": "p50 duration",
  "duration_ms.p95": "p95 duration",
  "ttft_ms.p50": "p50 TTFT",
  "ttft_ms.p95": "p95 TTFT",
};

/** Below this, what was measured at different times may differ for that reason. */
const FAIR_SHARE = 0.95;

/** Two targets in sentences: what is better in what, by how much, and whether that is more than noise. */
export function comparisonLines(
  comparison: readonly Comparison[],
  fairness: readonly PairFairness[],
  order: Load["order"] = "side_by_side",
): Line[] {
  const lines: Line[] = [];
  for (const rows of groupedByPair(comparison)) {
    const [first] = rows;
    if (first === undefined) continue;
    const { a, b } = first;
    lines.push(line(`${a} against ${b}, ${count(first.pairs, "pair")}:`));
    for (const row of rows) if (Object.hasOwn(NAMES, row.metric)) lines.push(sentence(row));
    const leftOut = rows.find(({ metric }) => metric === "duration_ms.p50")?.pairs_left_out ?? 0;
    if (leftOut > 0) {
      lines.push(line(`${count(leftOut, "pair")} left out of the times: a side failed or is missing`, "quiet", 1));
    }
    const share = fairness.find((pair) => pair.a === a && pair.b === b)?.pairs_within_5s ?? null;
    if (share !== null) lines.push(fairnessLine(share, order));
  }
  const tests = comparison.filter(({ p }) => p !== null).length;
  if (tests > 1) lines.push(line(`p-values are adjusted for ${tests} comparisons (Holm)`, "quiet"));
  return lines;
}

function fairnessLine(share: number, order: Load["order"]): Line {
  const text = `${formatShare(share)} of the pairs were sent within 5 s of each other`;
  if (share >= FAIR_SHARE) return line(text, "quiet", 1);
  const why =
    order === "sequential" ? "one target came after the other (--sequential)" : "--lockstep keeps them together";
  return line(`only ${text}, the others met different moments; ${why}`, "warn", 1);
}

function groupedByPair(comparison: readonly Comparison[]): Comparison[][] {
  const groups = new Map<string, Comparison[]>();
  for (const row of comparison) {
    const key = `${row.a}\u0000${row.b}`;
    groups.set(key, [...(groups.get(key) ?? []), row]);
  }
  return [...groups.values()];
}

function sentence(row: Comparison): Line {
  const name = NAMES[row.metric] ?? row.metric;
  if (row.p_adjusted === null) {
    const found = row.delta === null ? "" : ` ${valuesOf(row, "a")};`;
    return line(`${name}:${found} too few cases to tell a difference from noise`, "quiet", 1);
  }
  const p = formatP(row.p_adjusted);
  if (row.better === null) {
    const found = `no difference found in ${name}: ${valuesOf(row, "a")}, ${differenceOf(row, 1)}, ${p}`;
    return line(found + detectable(row), null, 1);
  }
  const [better, worse] = row.better === "a" ? [row.a, row.b] : [row.b, row.a];
  const how = row.metric === "success_rate" ? "succeeds more often than" : "is faster than";
  const values = `${name} ${valuesOf(row, row.better)}, ${differenceOf(row, row.better === "a" ? 1 : -1)}`;
  return line(`${better} ${how} ${worse}: ${values}, beyond noise (${p})`, "good", 1);
}

/** What would have shown; nothing where the difference is as large and only the adjustment made it noise. */
function detectable(row: Comparison): string {
  if (row.mde === null || row.mde <= Math.abs(row.delta ?? 0)) return "";
  return `; would show ≥ ${amount(row, row.mde)} with 80 % power`;
}

/** Both values, that of `first` in front. */
function valuesOf({ metric, value_a, value_b }: Comparison, first: "a" | "b"): string {
  const format = metric === "success_rate" ? formatShare : formatMillis;
  const [a, b] = [format(value_a), format(value_b)];
  return first === "a" ? `${a} against ${b}` : `${b} against ${a}`;
}

/** The difference with its interval; `sign` −1 turns a − b into b − a. */
function differenceOf({ metric, delta, ci95 }: Comparison, sign: 1 | -1): string {
  const ends = sign === 1 ? ci95 : ci95.toReversed();
  const known = [delta, ...ends].filter((value) => value !== null).map((value) => value * sign);
  const { texts, unit } = metric === "success_rate" ? points(known) : formatDifferences(known);
  const [difference, low, high] = texts;
  const interval = low === undefined || high === undefined ? "" : ` (95 % CI ${low} … ${high})`;
  return `${difference} ${unit}${interval}`;
}

function amount({ metric }: Comparison, size: number): string {
  return metric === "success_rate" ? `${(size * 100).toFixed(1)} points` : formatMillis(size);
}

function points(shares: readonly number[]): { texts: string[]; unit: string } {
  return { texts: shares.map((share) => signed(share * 100, 1)), unit: "points" };
}

function count(n: number, noun: string): string {
  return `${n} ${noun}${n === 1 ? "" : "s"}`;
}
