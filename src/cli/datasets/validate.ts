import { printableLine } from "../../core/printable.ts";
import { BenchError } from "../../core/errors.ts";
import { validateDataset, type PlacedWarning, type ValidateOptions, type Validation } from "../../datasets/validate.ts";
import { quoted } from "../../documents/words.ts";
import { placeInWords, ProblemsError } from "../../documents/render-problems.ts";
import type { DatasetsFlags } from "./flags.ts";
import type { CliContext } from "../context.ts";
import { datasetAccess } from "../dataset-access.ts";
import { EXIT } from "../exit-codes.ts";
import { hasForeignFlags, readingFor } from "../foreign.ts";
import { asTyped } from "../invocation.ts";
import { sayOn, type Say } from "../say.ts";
import { shellWord } from "../shell-word.ts";
import { jsonText } from "../json-text.ts";

/** What came of checking one file. */
type Verdict =
  | (Validation & { readonly ok: true; readonly file: string })
  | { readonly ok: false; readonly file: string; readonly error: BenchError };

/** One problem as `--json` gives it; line and column count from 1 and are null where a file as a whole is meant. */
interface ReportedProblem {
  readonly file: string;
  readonly line: number | null;
  readonly column: number | null;
  readonly path: string;
  readonly message: string;
  readonly hint: string | null;
  readonly severity: "error" | "warning";
}

const SHOWN_WARNINGS = 20;

/** Runs `datasets validate` and returns its exit code: 3 when any file has problems. */
export async function validateDatasets(
  files: readonly string[],
  flags: DatasetsFlags,
  context: CliContext,
): Promise<number> {
  const { stdout } = context;
  const { json, format } = flags;
  const say = sayOn(context, false);
  const problems: ReportedProblem[] = [];
  let invalid = 0;
  for (const file of files) {
    const verdict = await checkedFile(file, {
      ...datasetAccess(context),
      ...(format === undefined ? {} : { format }),
      ...(await readingFor(flags, file, context)),
    });
    if (!verdict.ok) invalid += 1;
    if (json === true) {
      problems.push(...(verdict.ok ? reportedWarnings(verdict) : reportedProblems(verdict)));
    } else if (verdict.ok) {
      const out = verdict.leftOut?.records ?? 0;
      const without = out === 0 ? "" : `, without ${out} invalid ${out === 1 ? "record" : "records"}`;
      const cases = `${verdict.cases} ${verdict.cases === 1 ? "case" : "cases"}${without}`;
      stdout.write(`${printableLine(`${file}: valid, ${verdict.name} ${verdict.version} with ${cases}`)}\n`);
      for (const { kind, text } of verdict.notes) say(kind, text);
      sayWarnings(verdict, say);
    } else {
      say("error", verdict.error.message);
      if (verdict.error.hint !== undefined) say("hint", verdict.error.hint);
    }
  }
  if (json === true) stdout.write(jsonText(problems.map((problem) => typedHere(problem, context.invocation))));
  else if (invalid > 0 && files.length > 1) say("note", `${invalid} of ${files.length} files have problems`);
  else if (invalid === 0 && files.length === 1 && !hasForeignFlags(flags))
    say("hint", `llm-test-bench bench -d ${shellWord(files[0] ?? "", "FILE")} -p sim tries it out`);
  return invalid > 0 ? EXIT.dataset : EXIT.success;
}

function sayWarnings({ warnings, warningCount }: Verdict & { ok: true }, say: Say): void {
  const shown = warnings.slice(0, SHOWN_WARNINGS);
  for (const warning of shown) say("warning", `${placeInWords(warning)} ${warning.path}: ${inWords(warning)}`);
  const rest = warningCount - shown.length;
  if (rest > 0) say("note", `… and ${rest} more ${rest === 1 ? "warning" : "warnings"}`);
}

const inWords = ({ test_id, message }: PlacedWarning): string => `test case ${quoted(test_id)}: ${message}`;

async function checkedFile(file: string, options: ValidateOptions): Promise<Verdict> {
  try {
    return { ok: true, file, ...(await validateDataset(file, options)) };
  } catch (error) {
    if (error instanceof BenchError) return { ok: false, file, error };
    throw error;
  }
}

/** Its hint with the commands to type here. */
function typedHere(problem: ReportedProblem, invocation: string): ReportedProblem {
  return problem.hint === null ? problem : { ...problem, hint: asTyped(problem.hint, invocation) };
}

function reportedProblems({ file, error }: Verdict & { ok: false }): ReportedProblem[] {
  if (!(error instanceof ProblemsError)) {
    return [
      { file, line: null, column: null, path: "", message: error.message, hint: error.hint ?? null, severity: "error" },
    ];
  }
  return error.problems.map(({ file: where, position, path, message, hint }) => ({
    file: where,
    line: position?.line ?? null,
    column: position?.column ?? null,
    path,
    message,
    hint: hint ?? null,
    severity: "error",
  }));
}

function reportedWarnings({ warnings }: Verdict & { ok: true }): ReportedProblem[] {
  return warnings.map((warning) => ({
    file: warning.file,
    line: warning.position?.line ?? null,
    column: warning.position?.column ?? null,
    path: warning.path,
    message: inWords(warning),
    hint: null,
    severity: "warning",
  }));
}
