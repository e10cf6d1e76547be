import type { Manifest } from "../core/run.ts";
import { VERDICTS, type Comparison, type LevelValidity, type Summary, type Validity } from "../core/summary.ts";
import { comparisonLines } from "./comparison-text.ts";
import type { FailureGroup } from "./failures.ts";
import type { PairFairness } from "./fairness.ts";
import { formatCount, formatDollars, formatMillis, formatRate, formatShare } from "./format.ts";
import type { Table } from "./table.ts";
import { levelSections } from "./levels-view.ts";
import { headlineTimes, isOpenLoop, openLoopNotes } from "./open-loop-text.ts";
import { limitNotes } from "./limits-text.ts";
import { goodputLines } from "./slo-text.ts";
import { line, type Line, type Section, type View } from "./view.ts";

/** Everything that is known of a finished or interrupted run. */
export interface Findings {
  readonly manifest: Manifest;
  readonly summaries: ReadonlyMap<string, Summary>;
  readonly comparison: readonly Comparison[];
  readonly fairness: readonly PairFairness[];
  readonly failures: readonly FailureGroup[];
  readonly validity: Validity;
}

/** What the terminal shows at the end of a run and `summary.md` holds: results, comparison, failures, validity. */
export function summaryView(findings: Findings): View {
  const { manifest, comparison, fairness, failures, validity } = findings;
  const sections: Section[] = [
    { heading: `Results of ${manifest.dataset.name}`, blocks: [...tables(findings), ...notes(findings)] },
    ...levelSections(findings),
  ];
  const order = manifest.segments.at(-1)?.load.order;
  if (comparison.length > 0) {
    sections.push({ heading: "Comparison", blocks: comparisonLines(comparison, fairness, order) });
  }
  if (failures.length > 0) sections.push({ heading: "Failures", blocks: failures.flatMap(failureLines) });
  sections.push({ heading: "Validity of the measurement", blocks: validityLines(validity) });
  return sections;
}

function columnsOf(...headers: string[]): Table["columns"] {
  return [{ header: "target", align: "left" }, ...headers.map((header) => ({ header, align: "right" as const }))];
}

function tables({ manifest, summaries }: Findings): (Table | Line)[] {
  const rows = manifest.plan.targets.flatMap(({ target, simulated }) => {
    const summary = summaries.get(target);
    return summary === undefined ? [] : [{ label: labelOf(target, simulated), summary }];
  });
  return resultTables(rows);
}

/** A row of the tables of results. */
export interface ResultRow {
  readonly label: string;
  readonly summary: Summary;
}

function sumsLine({ label, summary }: ResultRow): Line {
  const { succeeded, attempted, total_tokens, usage_unknown, total_cost_usd } = summary;
  const tokens = formatCount(usage_unknown > 0 && total_tokens === 0 ? null : total_tokens);
  return line(
    `${label}: ${succeeded}/${attempted} succeeded over all levels, ${tokens} tokens, cost ${formatDollars(total_cost_usd)}`,
  );
}

/** A target's name in a table. */
export function labelOf(target: string, simulated: boolean): string {
  return simulated ? `${target} (simulated)` : target;
}

/**
 * What targets did, a row each: how often they succeeded, at what speed and cost; and their times. A target of a sweep
 * or a search has its times and rates level by level instead, and here only what may be added up.
 */
export function resultTables(all: readonly ResultRow[]): (Table | Line)[] {
  const rows = all.filter(({ summary }) => summary.levels === undefined);
  const swept = all.filter(({ summary }) => summary.levels !== undefined).map(sumsLine);
  if (rows.length === 0) return swept;
  return [
    ...swept,
    {
      columns: columnsOf("success", "cases", "tokens", "tokens/s", "req/s", "cost"),
      rows: rows.map(({ label, summary }) => [
        label,
        formatShare(summary.success_rate),
        `${summary.succeeded}/${summary.attempted}`,
        formatCount(summary.usage_unknown > 0 && summary.total_tokens === 0 ? null : summary.total_tokens),
        formatRate(summary.completion_tokens === 0 ? null : summary.output_tokens_per_second),
        formatRate(summary.requests_per_second),
        formatDollars(summary.total_cost_usd),
      ]),
    },
    {
      columns: columnsOf("mean", "p50", "p95", "p99", "TTFT p50", "p95"),
      rows: rows.map(({ label, summary }) => {
        const { ttft_ms: ttft } = summary;
        const shown = headlineTimes(summary);
        const times = [shown.mean, shown.p50, shown.p95, shown.p99, ttft.p50, ttft.p95];
        return [label].concat(times.map(formatMillis));
      }),
    },
  ];
}

function notes({ manifest, summaries }: Findings): Line[] {
  const lines: Line[] = [];
  const simulated = manifest.plan.targets.filter((target) => target.simulated).map(({ target }) => target);
  if (simulated.length > 0) {
    const text = `simulated: ${simulated.join(", ")}. Times come from a schedule, answers are made up; no model was asked.`;
    lines.push(line(text, "quiet"));
  }
  const { invalid_records: invalid = 0, skip_invalid: allowed } = manifest.dataset;
  if (invalid > 0) {
    const what =
      invalid === 1 ? "1 invalid record of the dataset was" : `${invalid} invalid records of the dataset were`;
    lines.push(line(`${what} left out (--skip-invalid ${allowed})`, "warn"));
  }
  const bridged = manifest.plan.targets.filter(({ bridge }) => bridge !== undefined).map(({ target }) => target);
  if (bridged.length > 0) {
    lines.push(line(`through a third-party client, whose time is in theirs: ${bridged.join(", ")}`, "warn"));
  }
  if (isOpenLoop(manifest)) lines.push(...openLoopNotes(manifest, summaries));
  lines.push(...limitNotes(manifest, summaries), ...machineLimitNotes(manifest));
  const made = (manifest.plan.synthetic ?? null) !== null;
  for (const [target, summary] of summaries) lines.push(...goodputLines(target, summary));
  for (const [target, summary] of summaries) lines.push(...notesOn(target, summary, made));
  if (manifest.status !== "finished") lines.push(line(interruption(manifest, summaries), "warn"));
  return lines;
}

/** Where a load that grows met a limit of this machine; a search says so itself. */
function machineLimitNotes({ segments, plan }: Manifest): Line[] {
  if ((plan.search_up_to ?? null) !== null) return [];
  const limits = segments.at(-1)?.machine_limit ?? [];
  return limits.map(({ target, in_flight }) =>
    line(
      `${target}: stopped at ${in_flight} requests in flight; at least ${in_flight}, limited by this machine`,
      "warn",
    ),
  );
}

function notesOn(target: string, summary: Summary, made: boolean): Line[] {
  const { truncated, nothing_understood: unread = 0, usage_unknown, cost_unknown, retries } = summary;
  const lines: Line[] = [];
  const failed = summary.failed + summary.timeout;
  const shown = headlineTimes(summary);
  if (failed > 0 && shown.count > 0 && summary.levels === undefined) {
    const [p95, p99] = [shown.p95_attempted, shown.p99_attempted].map(orEndless);
    const text = `${target}: times are of successes; counting its ${failed} failed as endless, p95 is ${p95}, p99 ${p99}`;
    lines.push(line(text, "quiet"));
  }
  if (retries > 0) lines.push(line(`${target}: ${counted(retries, "retry", "retries")}`, "quiet"));
  // Answers to made prompts are meant to end at their limit.
  if (truncated > 0 && !made) lines.push(line(`${target}: ${answers(truncated)} cut off by max_tokens`, "warn"));
  if (unread > 0) {
    const text = `${target}: ${answers(unread)} carried nothing we understood: no text, reasoning or tool call`;
    lines.push(line(text, "warn"));
  }
  if (usage_unknown > 0) {
    lines.push(
      line(`${target}: ${answers(usage_unknown)} without usage from the server; token sums leave them out`, "warn"),
    );
  }
  if (summary.cost_stated !== undefined) {
    const all = summary.cost_stated === summary.succeeded;
    const of = all ? "" : ` of ${answers(summary.cost_stated)}`;
    lines.push(line(`${target}: the cost${of} is what the server itself stated`, "quiet"));
  }
  if (summary.web_searches_unpriced !== undefined) {
    const searches = counted(summary.web_searches_unpriced, "web search", "web searches");
    lines.push(line(`${target}: the fees of ${searches} are not in the cost`, "warn"));
  }
  if (cost_unknown > 0 && summary.total_cost_usd !== null) {
    lines.push(line(`${target}: ${answers(cost_unknown)} of unknown cost; the sum leaves them out`, "warn"));
  }
  return lines;
}

function orEndless(ms: number | null): string {
  return ms === null ? "endless" : formatMillis(ms);
}

function answers(count: number): string {
  return counted(count, "answer", "answers");
}

function counted(count: number, one: string, many: string): string {
  return `${count} ${count === 1 ? one : many}`;
}

function interruption(manifest: Manifest, summaries: ReadonlyMap<string, Summary>): string {
  const done = [...summaries.values()].reduce((sum, { total }) => sum + total, 0);
  const what = manifest.status === "interrupted" ? "was interrupted" : "has not finished";
  if (manifest.planned_per_target === null) {
    return `The run ${what} after ${done} cases; resume it to continue.`;
  }
  const planned = manifest.planned_per_target * manifest.plan.targets.length;
  return `The run ${what}: ${done} of ${planned} cases have a result; resume it to run the others.`;
}

function failureLines(group: FailureGroup): Line[] {
  const cases = `${counted(group.count, "case", "cases")} of ${group.targets.join(", ")}`;
  if (group.skipped) return [line(`skipped: ${cases}: ${group.code}`, "warn")];
  const example = `for example ${group.example_test_id}: ${group.example}`;
  return [line(`${group.code}: ${cases}`, "bad"), line(example, "quiet", 1)];
}

/** A sweep has up to five a level. */
const REASONS_SHOWN = 6;

const VERDICT_TONES = { VALID: "good", DEGRADED: "warn", INVALID: "bad" } as const;

function validityLines(validity: Validity): Line[] {
  const { verdict, reasons, error_bar_ms: bar, calibrated_error_ms: calibrated, levels = [] } = validity;
  const known = bar.ttft !== null || bar.icl !== null;
  const off = `: this client may be off by up to ${formatMillis(bar.ttft)} in a TTFT, ${formatMillis(bar.icl)} in a gap between tokens`;
  if (verdict === null) return [line(`no verdict: ${reasons.join("; ")}`, "warn")];
  const first = line(known ? verdict + off : verdict, VERDICT_TONES[verdict]);
  const shown = reasons.slice(0, REASONS_SHOWN).map((reason) => line(reason, null, 1));
  const more = reasons.length - shown.length;
  const rest = more > 0 ? [line(`and ${more} more reasons, in results.json`, "quiet", 1)] : [];
  const lines = [first, ...levelVerdicts(levels), ...shown, ...rest];
  if (calibrated === undefined) return lines;
  const text = `calibrated on this machine at such a load: off by ${formatMillis(calibrated.ttft)} in a TTFT, ${formatMillis(calibrated.icl)} in a gap between tokens at p99`;
  return [...lines, line(text, "quiet", 1)];
}

/** Which levels can be believed, where not all are alike. */
function levelVerdicts(levels: readonly LevelValidity[]): Line[] {
  const found = [...VERDICTS, null].filter((verdict) => levels.some((of) => of.verdict === verdict));
  if (found.length < 2) return [];
  return found.map((verdict) => {
    const alike = levels.filter((of) => of.verdict === verdict);
    const bars = alike.flatMap(({ error_bar_ms: { ttft } }) => ttft ?? []);
    const names = alike.map(({ level, target }) => (target === undefined ? String(level) : `${target} ${level}`));
    const off = bars.length === 0 ? "" : `: off by up to ${formatMillis(Math.max(...bars))} in a TTFT`;
    return line(`${verdict ?? "nothing measured"} with ${names.join(", ")} in flight${off}`, null, 1);
  });
}
