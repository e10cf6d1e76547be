import { shareText } from "../core/share-text.ts";
import type { CalibratedLevel } from "../core/calibration.ts";
import { formatCount, formatMillis, formatRate } from "./format.ts";
import { line, type View } from "./view.ts";

/** One level in words: `up to 800 streams at 50 tokens/s: TTFT ± 3 ms, gaps between tokens ± 2 ms at p99`. */
export function envelopeText({ streams, tpot_ms, ttft_error_ms: ttft, icl_error_ms: icl }: CalibratedLevel): string {
  const rate = tpot_ms > 0 ? ` at ${formatRate(1000 / tpot_ms)} tokens/s` : "";
  const bars = `TTFT ± ${formatMillis(ttft.p99)}, gaps between tokens ± ${formatMillis(icl.p99)}`;
  return `up to ${streams} streams${rate}: ${bars} at p99`;
}

/** What `calibrate` found. */
export function calibrationView(levels: readonly CalibratedLevel[]): View {
  const headers = ["streams", "requests", "reads/s", "CPU", "TTFT p50", "p99", "max", "gap p50", "p99"];
  const rows = levels.map((level) => [
    String(level.streams),
    formatCount(level.requests),
    formatRate(level.reads_per_second),
    level.cpu_share === null ? "–" : shareText(level.cpu_share),
    ...[level.ttft_error_ms.p50, level.ttft_error_ms.p99, level.ttft_error_ms.max].map(formatMillis),
    ...[level.icl_error_ms.p50, level.icl_error_ms.p99].map(formatMillis),
  ]);
  const table = { columns: headers.map((header) => ({ header, align: "right" as const })), rows };
  const note = "Errors of this client against the simulator's stamps, on this machine; CPU is a share of one core.";
  return [{ heading: "Calibration", blocks: [table, line(note, "quiet")] }];
}
