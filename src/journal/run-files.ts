/** Names of the files in a run directory; `docs/output-files.md` says what each holds. */
export const MANIFEST_FILE = "run.json";
export const RESULTS_FILE = "results.jsonl";
export const RESPONSES_FILE = "responses.jsonl";
export const FAILURES_FILE = "failures.jsonl";
export const LOCK_FILE = "lock.json";

/**
 * Every file that a run writes and that must never be overwritten by another run.
 * The manifest comes first: moved aside in this order, a half-moved run can never look like one to resume.
 */
export const RUN_FILES: readonly string[] = [
  MANIFEST_FILE,
  RESULTS_FILE,
  RESPONSES_FILE,
  FAILURES_FILE,
  "results.json",
  "results.csv",
  "summary.md",
];

/** A dataset from standard input, kept for a resume; `.part` while it comes. */
const KEPT_INPUT = /^stdin\.(json|yaml|jsonl|csv|tsv|parquet)(\.gz)?(\.part)?$/;

/** Those of these files that belong to a run, in the order in which they must be moved. */
export function runFilesIn(names: readonly string[]): string[] {
  return [...RUN_FILES.filter((name) => names.includes(name)), ...names.filter((name) => KEPT_INPUT.test(name))];
}
