import type { Manifest } from "../core/run.ts";
import type { Comparison, Summary } from "../core/summary.ts";
import { comparisonLines } from "./comparison-text.ts";
import { levelSections } from "./levels-view.ts";
import { resultTables } from "./summary-view.ts";
import { line, type View } from "./view.ts";

/** Two saved runs, as their comparison shows them. */
export interface ComparedRuns {
  readonly a: { readonly directory: string; readonly manifest: Manifest };
  readonly b: { readonly directory: string; readonly manifest: Manifest };
  readonly rows: readonly { readonly label: string; readonly summary: Summary }[];
  readonly comparison: readonly Comparison[];
  readonly warnings: readonly string[];
}

/** What `compare` shows: the runs, their tables, the comparison of `bench`, and what speaks against it. */
export function compareView({ a, b, rows, comparison, warnings }: ComparedRuns): View {
  const runLine = (name: string, { directory, manifest }: ComparedRuns["a"]): string =>
    `${name}: ${directory}: ${manifest.dataset.name} ${manifest.dataset.version}, begun ${manifest.started_at}`;
  return [
    { heading: "Runs", blocks: [line(runLine("A", a)), line(runLine("B", b)), ...resultTables(rows)] },
    ...levelSections({ summaries: new Map(rows.map(({ label, summary }) => [label, summary])) }),
    { heading: "Comparison", blocks: comparisonLines(comparison, []) },
    ...(warnings.length === 0
      ? []
      : [{ heading: "Before you trust it", blocks: warnings.map((text) => line(text, "warn")) }]),
  ];
}
