import type { ConcurrencyHistory, Manifest } from "../core/run.ts";
import type { Summary } from "../core/summary.ts";
import { formatMillis } from "./format.ts";
import { isOpenLoop } from "./open-loop-text.ts";
import { line, type Line } from "./view.ts";

/** What rate limits held back, and what an adaptive run made of them. */
export function limitNotes(manifest: Manifest, summaries: ReadonlyMap<string, Summary>): Line[] {
  const lines: Line[] = [];
  for (const [target, { limiter_waits: waits = 0, limiter_wait_ms: waited = 0, attempted }] of summaries) {
    if (waits === 0) continue;
    const open = isOpenLoop(manifest);
    // The table above has an open loop's times from the instants of the schedule, and there the waits are.
    const where = open ? "in the times from that instant, in no TTFT" : "in no duration and no TTFT";
    const text = `${target}: rate limits held back ${waits} of ${attempted} requests, ${formatMillis(waited)} in all, which is ${where}`;
    lines.push(line(text, open ? "warn" : "quiet"));
  }
  for (const history of manifest.segments.at(-1)?.concurrency ?? []) lines.push(line(adaptiveText(history), "quiet"));
  return lines;
}

function adaptiveText({ target, steps, cuts }: ConcurrencyHistory): string {
  const slots = steps.map((step) => step.slots);
  const range = `${target}: adaptive concurrency from ${slots[0]} to ${slots.at(-1)}, at most ${Math.max(...slots)}`;
  return cuts === 0 ? `${range}; no 429` : `${range}; cut ${cuts} ${cuts === 1 ? "time" : "times"} by a 429`;
}
