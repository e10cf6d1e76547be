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

/** Writes the exports of a run into its directory and returns their paths; throws `BenchError("output")`. */
export function writeExports(
  directory: string,
  findings: Findings,
  results: Results,
  options: ExportOptions,
): string[] {
  const files: [string, () => Iterable<string>][] = [];
  const { manifest, summaries, comparison, validity } = findings;
  if (options.json) {
    files.push(["results.json", () => resultsJson(manifest, results, summaries, comparison, validity)]);
  }
  const { csv } = options;
  if (csv !== null) files.push(["results.csv", () => resultsCsv(results, csv)]);
  files.push(["summary.md", () => [renderMarkdown(summaryView(findings))]]);
  return files.map(([name, pieces]) => {
    const path = join(directory, name);
    writeWhole(path, pieces());
    return path;
  });
}
