/** Names of the files in a run directory; `docs/output-files.md` says what each holds. */
export const MANIFEST_FILE = "run.json";
/** `run.json` before its last change. */
export const PREVIOUS_MANIFEST_FILE = "run.json.prev";
export const RESULTS_FILE = "results.jsonl";
export const RESPONSES_FILE = "responses.jsonl";
export const FAILURES_FILE = "failures.jsonl";
export const LOCK_FILE = "lock.json";
/** Which journal the exports were made from. */
export const EXPORTS_FILE = "exports.json";
const EXPORTS: readonly string[] = ["results.json", "results.csv", "summary.md"];

/** Whether a name is that of a file that can be made again from the records of a run. */
export const isExport = (name: string): boolean => EXPORTS.includes(name);

/** Every file that a run writes and that must never be overwritten by another run. */
export const RUN_FILES: readonly string[] = [
  MANIFEST_FILE,
  PREVIOUS_MANIFEST_FILE,
  RESULTS_FILE,
  RESPONSES_FILE,
  FAILURES_FILE,
  ...EXPORTS,
  EXPORTS_FILE,
];

/** A dataset from standard input, kept for a resume; `.part` while it comes. */
const KEPT_INPUT = /^stdin\.(json|yaml|jsonl|csv|tsv|parquet)(\.gz)?(\.part)?$/;

/** Those of these files that belong to a run. */
export function runFilesIn(names: readonly string[]): string[] {
  return names.filter((name) => RUN_FILES.includes(name) || KEPT_INPUT.test(name));
}

/** Files that are written under another name first, by a process that holds the lock: one name is enough. */
const WRITTEN_UNDER_LOCK: ReadonlySet<string> = new Set(
  [MANIFEST_FILE, PREVIOUS_MANIFEST_FILE, RESULTS_FILE, RESPONSES_FILE, FAILURES_FILE].map((name) => `${name}.tmp`),
);

/** While an export is not whole: its name, the process that writes it, and something of its own. */
const UNFINISHED_EXPORT = /^(.+)\.(\d+)-[0-9a-f]{8}\.tmp$/;
/** The same as versions up to 0.1.0 wrote it. */
const UNFINISHED_EXPORT_BEFORE = /^(.+)\.[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}\.tmp$/;

/** The name of an export while process `pid` writes it; `own` is eight hexadecimal digits. */
export const unfinishedExport = (file: string, pid: number, own: string): string => `${file}.${pid}-${own}.tmp`;

/** Whether a name is that of an unfinished export, and which process writes it; null where the name does not say. */
export function parseUnfinishedExport(name: string): { readonly pid: number | null } | null {
  const isMade = (file: string | undefined): boolean => file !== undefined && (file === EXPORTS_FILE || isExport(file));
  const [, file, pid] = UNFINISHED_EXPORT.exec(name) ?? [];
  if (isMade(file)) return { pid: Number(pid) };
  return isMade(UNFINISHED_EXPORT_BEFORE.exec(name)?.[1]) ? { pid: null } : null;
}

const LOCK_OR_GUARD = /^lock\.json(\.[0-9a-z]+(\.next)?)*$/;

/** Whether a run may write or read under this name, unfinished files included. */
export function isRunFile(name: string): boolean {
  return (
    runFilesIn([name]).length > 0 ||
    WRITTEN_UNDER_LOCK.has(name) ||
    LOCK_OR_GUARD.test(name) ||
    parseUnfinishedExport(name) !== null
  );
}
