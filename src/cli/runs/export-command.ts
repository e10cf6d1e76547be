import { join, resolve } from "node:path";
import { EXPORTS, writeExport, type ExportFormat } from "../../benchmark/exports.ts";
import { progressOf, readSavedRun } from "../../benchmark/saved-run.ts";
import { saveWhole } from "../../benchmark/save-whole.ts";
import { BenchError } from "../../core/errors.ts";
import { shownPath } from "../bench/final-words.ts";
import type { CliContext } from "../context.ts";
import { pour } from "../pour.ts";
import { sayOn } from "../say.ts";

/** The flags of `export`, as commander gives them. */
export interface ExportFlags {
  format: ExportFormat;
  output?: string;
  fields?: string[];
  rawCsv?: boolean;
  quiet?: boolean;
}

/** Runs `export`: reads the run, writes one file or standard output; throws `BenchError`. */
export async function exportRun(directory: string, flags: ExportFlags, context: CliContext): Promise<void> {
  const { format, fields } = flags;
  if (format !== "csv" && (fields !== undefined || flags.rawCsv === true)) {
    const flag = fields === undefined ? "--raw-csv" : "--fields";
    throw new BenchError("usage", `${flag} is about CSV, and the format is ${format}`, {
      hint: "Leave it out, or write --format csv.",
    });
  }
  const path = resolve(context.cwd, directory);
  const saved = readSavedRun(path);
  const say = sayOn(context, false);
  for (const warning of saved.warnings) say("warning", warning);
  const progress = progressOf(saved);
  if (progress !== null) say("warning", progress);
  const csv = { rawCsv: flags.rawCsv === true, ...(fields === undefined ? {} : { fields }) };
  const { file, pieces } = EXPORTS[format];
  if (flags.output === "-") {
    await pour(pieces(saved.findings, saved.results, csv), context.stdout);
    return;
  }
  const target = flags.output === undefined ? null : resolve(context.cwd, flags.output);
  if (target === null) writeExport(path, format, saved, csv);
  else saveWhole(target, pieces(saved.findings, saved.results, csv));
  if (flags.quiet !== true) say("note", `written: ${shownPath(target ?? join(path, file), context.cwd)}`);
}
