import { join } from "node:path";
import { stampExports, staleExports, type JournalStamp } from "../journal/export-stamps.ts";
import { acquireLock } from "../journal/lock.ts";
import { hasPlainFile } from "../journal/plain-file.ts";
import { leftExports, removeUnfinishedExports, unfinishedExportPath } from "../journal/unfinished-exports.ts";
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

/** A run as its exports are made from it. */
export interface Exported {
  readonly findings: Findings;
  readonly results: Results;
  /** Of the journal before it was read. */
  readonly of: JournalStamp;
}

/**
 * Writes the exports of a run into its directory, as well as those that are there from before, and returns the paths
 * of all; the caller holds the directory's lock. Throws `BenchError("output")`.
 */
export function writeExports(directory: string, run: Exported, options: ExportOptions): string[] {
  const formats = formatsOf(directory, options);
  writeFormats(directory, formats, run, options);
  return pathsOf(directory, formats);
}

/**
 * Writes those exports of a finished run that are missing or were not made from its present journal, a table with other
 * columns than usual in any case; returns the paths of all. Takes the directory's lock only where something is to be
 * done. Throws `BenchError`: "locked" while a process uses the directory, "output" when it cannot be written.
 */
export function refreshExports(directory: string, run: Exported, options: ExportOptions): string[] {
  const formats = formatsOf(directory, options);
  const files = formats.map((format) => EXPORTS[format].file);
  const stale = new Set(staleExports(directory, files, run.of));
  const isWanted = (format: ExportFormat): boolean =>
    stale.has(EXPORTS[format].file) || (format === "csv" && isUnusual(options.csv));
  const wanted = formats.filter(isWanted);
  if (wanted.length > 0 || leftExports(directory).length > 0) {
    const lock = acquireLock(directory);
    try {
      removeUnfinishedExports(directory);
      writeFormats(directory, wanted, run, options);
    } finally {
      lock.release();
    }
  }
  return pathsOf(directory, formats);
}

/** Writes one export under its usual name into the directory of its run; throws `BenchError("output")`. */
export function writeExport(directory: string, format: ExportFormat, run: Exported, csv: CsvOptions): string {
  writeFormats(directory, [format], run, { json: false, csv });
  return join(directory, EXPORTS[format].file);
}

/** Whether a table was asked for that is not the usual one. */
const isUnusual = (csv: CsvOptions | null): boolean => csv?.fields !== undefined || csv?.rawCsv === true;

const ALL: readonly ExportFormat[] = ["json", "csv", "md"];

/** Those that are wanted, and those that are there: no older one may be left to speak for the run. */
function formatsOf(directory: string, { json, csv }: ExportOptions): ExportFormat[] {
  const wanted = { json, csv: csv !== null, md: true };
  return ALL.filter((format) => wanted[format] || hasPlainFile(join(directory, EXPORTS[format].file)));
}

const pathsOf = (directory: string, formats: readonly ExportFormat[]): string[] =>
  formats.map((format) => join(directory, EXPORTS[format].file));

function writeFormats(
  directory: string,
  formats: readonly ExportFormat[],
  { findings, results, of }: Exported,
  { csv }: ExportOptions,
): void {
  for (const format of formats) {
    const { file, pieces } = EXPORTS[format];
    const path = join(directory, file);
    hasPlainFile(path);
    writeWhole(path, pieces(findings, results, csv ?? {}), { unfinished: unfinishedExportPath(path) });
  }
  if (formats.length > 0) {
    stampExports(
      directory,
      formats.map((format) => EXPORTS[format].file),
      of,
    );
  }
}
