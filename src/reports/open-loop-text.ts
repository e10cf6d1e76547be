import type { Manifest } from "../core/run.ts";
import type { Stats, Summary } from "../core/summary.ts";
import { formatMillis, formatRate } from "./format.ts";
import { line, type Line } from "./view.ts";

/** Whether requests left at a rate, whatever came back; as in the last segment. */
export function isOpenLoop({ segments }: Manifest): boolean {
  return (segments.at(-1)?.load.rate ?? null) !== null;
}

/** The times a target is judged by: in an open loop those from the intended instant, else from the sending. */
export function headlineTimes(summary: Summary): Stats {
  // Only an open loop counts what it held back.
  return summary.held_back === undefined ? summary.duration_ms : summary.latency_from_intended_ms;
}

/** What the times of an open loop are, and what it held back. */
export function openLoopNotes({ segments }: Manifest, summaries: ReadonlyMap<string, Summary>): Line[] {
  const { rate = null, arrival = "constant", max_in_flight: most = null } = segments.at(-1)?.load ?? {};
  const gaps = arrival === "constant" ? "even gaps" : "Poisson arrivals";
  const head = `open loop: ${formatRate(rate)} requests/s for each target, ${gaps}; times but TTFT are from the instant at which a request should have left`;
  const lines = [line(head, "quiet")];
  for (const [target, { held_back: held = 0, duration_ms: duration, attempted }] of summaries) {
    if (held === 0) continue;
    const limit = most === null ? "the limit of its requests in flight" : `--max-in-flight ${most}`;
    const text = `${target}: ${held} of ${attempted} requests were held back by ${limit}; from their sending p50 is ${formatMillis(duration.p50)}, p99 ${formatMillis(duration.p99)}`;
    lines.push(line(text, "warn"));
  }
  return lines;
}
