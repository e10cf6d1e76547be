import { join } from "node:path";
import { writeWhole } from "../journal/write-whole.ts";
import { resultsCsv, type CsvOptions } from "../reports/csv.ts";
import { resultsJson } from "../reports/json.ts";
import type { Results } from "../reports/results.ts";
import { summaryView, type Findings } from "../reports/summary-view.ts";
import { renderMarkdown } from "../reports/view.ts";

/** Which files to write beside the journal. */
export interface ExportOptions {
  readonly json: boolean;
  /** Null for none. */
  readonly csv: CsvOptions | null;
}

/** What can be made of a run, and the file that it usually goes to. */
export const EXPORTS = {
  json: {
    file: "results.json",
    pieces: ({ manifest, summaries, comparison, validity }: Findings, results: Results) =>
      resultsJson(manifest, results, summaries, comparison, validity),
  },
  csv: {
    file: "results.csv",
    pieces: (_: Findings, results: Results, csv: CsvOptions) => resultsCsv(results, csv),
  },
  md: {
    file: "summary.md",
    pieces: (findings: Findings) => [renderMarkdown(summaryView(findings))],
  },
} as const satisfies Record<
  string,
  { file: string; pieces: (findings: Findings, results: Results, csv: CsvOptions) => Iterable<string> }
>;
export type ExportFormat = keyof typeof EXPORTS;

/** The files of the exports. */
export const EXPORT_FILES: readonly string[] = Object.values(EXPORTS).map(({ file }) => file);

/** Writes the exports of a run into its directory and returns their paths; throws `BenchError("output")`. */
export function writeExports(
  directory: string,
  findings: Findings,
  results: Results,
  options: ExportOptions,
): string[] {
  const wanted: ExportFormat[] = [...(options.json ? ["json" as const] : []), ...(options.csv ? ["csv" as const] : [])];
  return [...wanted, "md" as const].map((format) => {
    const { file, pieces } = EXPORTS[format];
    const path = join(directory, file);
    writeWhole(path, pieces(findings, results, options.csv ?? {}));
    return path;
  });
}
