import type { Knee, LevelSummary, Summary } from "../core/summary.ts";
import { formatMillis, formatRate, formatShare } from "./format.ts";
import type { Table } from "./table.ts";
import { line, type Line, type Section } from "./view.ts";

/** A section for each target of a sweep: a row a level, and where its knee is; none for any other run. */
export function levelSections({ summaries }: { readonly summaries: ReadonlyMap<string, Summary> }): Section[] {
  return [...summaries].flatMap(([target, { levels, knee }]) =>
    levels === undefined || knee === undefined
      ? []
      : [{ heading: `Levels of ${target}`, blocks: [levelTable(levels), ...kneeLines(knee)] }],
  );
}

function levelTable(levels: readonly LevelSummary[]): Table {
  const headers = ["in flight", "success", "req/s", "tokens/s", "p50", "p95", "p99", "TTFT p50", "p95"];
  return {
    columns: headers.map((header) => ({ header, align: "right" })),
    rows: levels.map((level) => [
      String(level.level),
      formatShare(level.success_rate),
      formatRate(level.requests_per_second),
      formatRate(level.output_tokens_per_second),
      ...[level.duration_ms.p50, level.duration_ms.p95, level.duration_ms.p99].map(formatMillis),
      ...[level.ttft_ms.p50, level.ttft_ms.p95].map(formatMillis),
    ]),
  };
}

function kneeLines({ level, at_end, within_p95_limit: within, p95_limit_ms: limit }: Knee): Line[] {
  const lines: Line[] = [];
  if (level === null) lines.push(line("no knee: no level had a success", "warn"));
  else if (at_end) lines.push(line(`knee: not reached; throughput still grows at ${level} in flight`));
  else lines.push(line(`knee: ${level} in flight; more bring less than 5 % more throughput`));
  if (limit === null) return lines;
  const held = within === null ? "at no level" : `up to ${within} in flight`;
  lines.push(line(`p95 stays within ${formatMillis(limit)} ${held}`, within === null ? "warn" : null));
  return lines;
}
