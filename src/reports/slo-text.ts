import { SLO_METRICS, type Slo, type SloMetric } from "../core/slo.ts";
import type { ConcurrencySearch, Summary } from "../core/summary.ts";
import { formatMillis, formatRate, formatShare } from "./format.ts";
import { line, type Line } from "./view.ts";

const NAMES: Readonly<Record<SloMetric, string>> = {
  ttft_ms: "TTFT",
  tpot_ms: "TPOT",
  duration_ms: "duration",
  latency_from_intended_ms: "latency from the intended instant",
};

/** An SLO in words: `TTFT ≤ 500 ms, TPOT ≤ 50 ms`. */
export function sloText(slo: Slo): string {
  return SLO_METRICS.flatMap((metric) => {
    const limit = slo[metric];
    return limit === null ? [] : [`${NAMES[metric]} ≤ ${formatMillis(limit)}`];
  }).join(", ");
}

/** How many of a target's requests kept its SLO, and what the others missed; nothing without one. */
export function goodputLines(target: string, { slo, ...summary }: Summary): Line[] {
  // With levels each has a goodput of its own, in their table.
  if (slo === undefined || summary.attempted === 0 || summary.levels !== undefined) return [];
  const { goodput = null, goodput_ci95: [from, to] = [null, null] } = summary;
  const missed = Object.entries(summary.slo_missed ?? {}).map(
    ([metric, count]) =>
      `${SLO_METRICS.some((known) => known === metric) ? NAMES[metric as SloMetric] : metric} ${count}`,
  );
  const failed = summary.attempted - summary.succeeded;
  if (failed > 0) missed.push(`failed ${failed}`);
  const interval = `95 % interval ${formatShare(from)} to ${formatShare(to)}`;
  const rate = `${formatRate(summary.goodput_per_second ?? null)} good requests/s`;
  const head = `${target}: goodput ${formatShare(goodput)} (${sloText(slo)}); ${interval}; ${rate}`;
  const lines = [line(head, (goodput ?? 0) >= slo.goodput ? "good" : "warn")];
  if (missed.length > 0) lines.push(line(`missed: ${missed.join(", ")} of ${summary.attempted}`, "quiet", 1));
  return lines;
}

/** What a search for the highest concurrency came to. */
export function searchLine(
  { highest, at_limit, limited_by_machine: limited }: ConcurrencySearch,
  slo: Slo | undefined,
): Line {
  const wanted = slo === undefined ? "the SLO" : `${sloText(slo)} for ${formatShare(slo.goodput)} of the requests`;
  if (limited === true) {
    if (highest === null) return line("highest concurrency: unknown, limited by this machine at every level", "warn");
    return line(`highest concurrency: at least ${highest}, limited by this machine; they keep ${wanted}`, "warn");
  }
  if (highest === null) return line(`no concurrency keeps ${wanted}`, "bad");
  const end = at_limit ? "; that is the highest that was allowed" : "";
  return line(`highest concurrency: ${highest} in flight keep ${wanted}${end}`, at_limit ? "warn" : "good");
}
