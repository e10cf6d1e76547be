import { closeSync, fsyncSync, openSync, renameSync, rmSync, writeSync } from "node:fs";
import { join } from "node:path";
import { outputError } from "../journal/output-error.ts";
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

const GATHERED_CHARS = 1 << 16;

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

/** Writes a file piece by piece under another name and renames it when it is whole. */
function writeWhole(path: string, pieces: Iterable<string>): void {
  const unfinished = `${path}.tmp`;
  try {
    const file = openSync(unfinished, "w");
    try {
      let gathered = "";
      for (const piece of pieces) {
        gathered += piece;
        if (gathered.length < GATHERED_CHARS) continue;
        writeAll(file, gathered);
        gathered = "";
      }
      writeAll(file, gathered);
      fsyncSync(file);
    } finally {
      closeSync(file);
    }
    renameSync(unfinished, path);
  } catch (error) {
    rmSync(unfinished, { force: true });
    throw outputError(`cannot write ${path}`, error);
  }
}

function writeAll(file: number, text: string): void {
  const bytes = Buffer.from(text, "utf8");
  for (let written = 0; written < bytes.length;) written += writeSync(file, bytes, written);
}
