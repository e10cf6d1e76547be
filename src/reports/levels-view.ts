import type { ConcurrencySearch, Knee, LevelSummary, Summary } from "../core/summary.ts";
import { formatMillis, formatRate, formatShare } from "./format.ts";
import { searchLine } from "./slo-text.ts";
import type { Table } from "./table.ts";
import { line, type Line, type Section } from "./view.ts";

/**
 * A section for each target of a sweep or a search: a row a level, and where its knee is or what was found; none for
 * any other run.
 */
export function levelSections({ summaries }: { readonly summaries: ReadonlyMap<string, Summary> }): Section[] {
  return [...summaries].flatMap(([target, { levels, knee, slo, concurrency_search: search }]) => {
    if (levels === undefined || knee === undefined) return [];
    if (search !== undefined) {
      const inOrder = search.path.flatMap(({ level }) => levels.find((of) => of.level === level) ?? []);
      const blocks = [levelTable(inOrder, search), ...limitedLines(inOrder), searchLine(search, slo)];
      return [{ heading: `Search for the highest concurrency of ${target}`, blocks }];
    }
    return [
      {
        heading: `Levels of ${target}`,
        blocks: [levelTable(levels), ...limitedLines(levels), ...kneeLines(knee, levels.length)],
      },
    ];
  });
}

function levelTable(levels: readonly LevelSummary[], search?: ConcurrencySearch): Table {
  const kept = new Map(search?.path.map((tried) => [tried.level, tried]));
  // Every one of the levels has a goodput, or none has; beside it stands no success rate, for want of room.
  const judged = levels.some(({ goodput }) => goodput !== undefined);
  const columns: readonly (readonly [string, (level: LevelSummary) => string])[] = [
    ["in flight", ({ level }) => String(level)],
    ...(search === undefined ? [] : [["kept", ({ level }: LevelSummary) => keptText(kept.get(level))] as const]),
    judged
      ? ["goodput", ({ goodput }) => formatShare(goodput ?? null)]
      : ["success", ({ success_rate }) => formatShare(success_rate)],
    ["req/s", ({ requests_per_second }) => formatRate(requests_per_second)],
    ["tokens/s", ({ output_tokens_per_second }) => formatRate(output_tokens_per_second)],
    ["p50", ({ duration_ms }) => formatMillis(duration_ms.p50)],
    ["p95", ({ duration_ms }) => formatMillis(duration_ms.p95)],
    ...(search === undefined
      ? [["p99", ({ duration_ms }: LevelSummary) => formatMillis(duration_ms.p99)] as const]
      : []),
    ["TTFT p50", ({ ttft_ms }) => formatMillis(ttft_ms.p50)],
    ["p95", ({ ttft_ms }) => formatMillis(ttft_ms.p95)],
  ];
  return {
    columns: columns.map(([header]) => ({ header, align: "right" })),
    rows: levels.map((level) => columns.map(([, text]) => text(level))),
  };
}

/** Of a level that this machine could not send in full, nobody knows. */
const keptText = (tried: ConcurrencySearch["path"][number] | undefined): string =>
  tried?.limited_by_machine === true ? "–" : tried?.kept === true ? "yes" : "no";

/** The levels that this machine could not send in full. */
function limitedLines(levels: readonly LevelSummary[]): Line[] {
  return levels.flatMap(({ level, attempted, local_limits: limited = 0 }) =>
    limited === 0
      ? []
      : [
          line(
            `${level} in flight: this machine could not send ${limited} of ${attempted} requests (local_limit), so the level says nothing about the server`,
            "warn",
          ),
        ],
  );
}

function kneeLines(
  { level, at_end, within_p95_limit: within, p95_limit_ms: limit, limited_by_machine }: Knee,
  levels: number,
): Line[] {
  const limited = limited_by_machine === true;
  const lines: Line[] = [];
  if (limited && level === null) lines.push(line("no knee: limited by this machine", "warn"));
  else if (limited && at_end) lines.push(line(`knee: at least ${level}, limited by this machine`, "warn"));
  else if (level === null) lines.push(line("no knee: no level had a success", "warn"));
  else if (levels === 1) lines.push(line("knee: unknown; only one level has results"));
  else if (at_end) lines.push(line(`knee: not reached; throughput still grows at ${level} in flight`));
  else lines.push(line(`knee: ${level} in flight; more bring less than 5 % more throughput`));
  if (limit === null) return lines;
  const held =
    within === null ? "at no level" : `up to ${within} in flight${limited ? " or more, limited by this machine" : ""}`;
  lines.push(line(`p95 stays within ${formatMillis(limit)} ${held}`, within === null ? "warn" : null));
  return lines;
}
