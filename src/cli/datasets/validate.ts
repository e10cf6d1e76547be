import { BenchError } from "../../core/errors.ts";
import { loadDataset } from "../../datasets/load.ts";
import { ProblemsError } from "../../documents/render-problems.ts";
import type { DatasetsFlags } from "../commands/datasets.ts";
import type { CliContext } from "../context.ts";
import { EXIT } from "../exit-codes.ts";
import { sayOn } from "../say.ts";

/** What came of checking one file. */
type Verdict =
  | {
      readonly ok: true;
      readonly file: string;
      readonly name: string;
      readonly version: string;
      readonly cases: number;
    }
  | { readonly ok: false; readonly file: string; readonly error: BenchError };

/** One problem as `--json` gives it; line and column count from 1 and are null where a file as a whole is meant. */
interface ReportedProblem {
  readonly file: string;
  readonly line: number | null;
  readonly column: number | null;
  readonly path: string;
  readonly message: string;
  readonly hint: string | null;
}

/** Runs `datasets validate` and returns its exit code: 3 when any file has problems. */
export async function validateDatasets(
  files: readonly string[],
  { json }: DatasetsFlags,
  { stdout, stderr }: CliContext,
): Promise<number> {
  const say = sayOn(stderr, false);
  const problems: ReportedProblem[] = [];
  let invalid = 0;
  for (const file of files) {
    const verdict = await checkedFile(file);
    if (!verdict.ok) invalid += 1;
    if (json === true) {
      if (!verdict.ok) problems.push(...reportedProblems(verdict));
    } else if (verdict.ok) {
      const cases = `${verdict.cases} ${verdict.cases === 1 ? "case" : "cases"}`;
      stdout.write(`${file}: valid, ${verdict.name} ${verdict.version} with ${cases}\n`);
    } else {
      say("error", verdict.error.message);
      if (verdict.error.hint !== undefined) say("hint", verdict.error.hint);
    }
  }
  if (json === true) stdout.write(`${JSON.stringify(problems, null, 2)}\n`);
  else if (invalid > 0 && files.length > 1) say("note", `${invalid} of ${files.length} files have problems`);
  else if (invalid === 0 && files.length === 1) say("hint", `llm-test-bench bench -d ${files[0]} -p sim tries it out`);
  return invalid > 0 ? EXIT.dataset : EXIT.success;
}

async function checkedFile(file: string): Promise<Verdict> {
  try {
    const dataset = await loadDataset(file);
    let cases = 0;
    // To the end: rows of a large file are checked as they are read.
    for await (const _ of dataset.cases()) cases += 1;
    return { ok: true, file, name: dataset.name, version: dataset.version, cases };
  } catch (error) {
    if (error instanceof BenchError) return { ok: false, file, error };
    throw error;
  }
}

function reportedProblems({ file, error }: Verdict & { ok: false }): ReportedProblem[] {
  if (!(error instanceof ProblemsError)) {
    return [{ file, line: null, column: null, path: "", message: error.message, hint: error.hint ?? null }];
  }
  return error.problems.map(({ file: where, position, path, message, hint }) => ({
    file: where,
    line: position?.line ?? null,
    column: position?.column ?? null,
    path,
    message,
    hint: hint ?? null,
  }));
}
