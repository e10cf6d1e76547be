import { statSync } from "node:fs";
import { join } from "node:path";
import { z } from "zod";
import { messageOf } from "../core/errors.ts";
import { failedAttemptSchema, resultKey, type TestResult } from "../core/result.ts";
import type { LineCounts, Manifest } from "../core/run.ts";
import { decodeLine, decodeResult, type Decoded } from "./line.ts";
import { isOfLaterFormat, readManifestFile } from "./manifest.ts";
import { hasPlainFile, thingsInTheWay, type InTheWay } from "./plain-file.ts";
import { FAILURES_FILE, MANIFEST_FILE, PREVIOUS_MANIFEST_FILE, RESPONSES_FILE, RESULTS_FILE } from "./run-files.ts";
import { scanLines } from "./scan.ts";

/** A case, as a line names it. */
export interface CaseIdentity {
  readonly target: string;
  readonly test_id: string;
  readonly sample: number;
}

/** What is wrong with a line. */
export interface LineProblem {
  readonly line: number;
  readonly problem: string;
  /** The case that the line was about, where that can still be read; null where it cannot. */
  readonly about: CaseIdentity | null;
}

/** One file of records, line by line. */
export interface CheckedFile {
  readonly file: RecordFile;
  readonly present: boolean;
  readonly lines: number;
  readonly problems: readonly LineProblem[];
}

/** What a run directory holds, verified. */
export interface JournalCheck {
  readonly directory: string;
  /** Null when `run.json` cannot be used; `manifest_problem` then says why. */
  readonly manifest: Manifest | null;
  readonly manifest_problem: string | null;
  /** What is wrong with `run.json.prev`; null where nothing is, or where there is none. */
  readonly previous_problem: string | null;
  /** Whether `run.json.prev` can stand in for a `run.json` that cannot be used. */
  readonly previous_good: boolean;
  /** What stands in place of one of the run's files; the file is not read then. */
  readonly in_the_way: readonly InTheWay[];
  readonly files: readonly CheckedFile[];
  /** Cases that have a usable result; skipped ones have none. */
  readonly finished: number;
  /** Cases whose only result stands on a damaged line, as far as they can be read. */
  readonly lost: readonly CaseIdentity[];
}

/** The files of records, in the order in which they are checked. */
const RECORD_FILES = [RESULTS_FILE, RESPONSES_FILE, FAILURES_FILE] as const;
export type RecordFile = (typeof RECORD_FILES)[number];

/**
 * Verifies every line of a run directory and changes nothing. `beingWritten` takes a torn last line for one that a
 * living process has not finished writing.
 */
export function checkRun(directory: string, { beingWritten = false } = {}): JournalCheck {
  const results = new SeenResults();
  const inTheWay = thingsInTheWay(directory);
  const isBlocked = (name: string): boolean => inTheWay.some(({ file }) => file === name);
  const manifests = checkedManifests(directory, isBlocked);
  const expected = beingWritten ? null : (manifests.manifest?.lines ?? null);
  const files = RECORD_FILES.map((file) => {
    if (isBlocked(file)) return { file, present: false, lines: 0, problems: [] };
    return checkedFile(directory, file, { results, beingWritten, expected: linesOf(expected, file) });
  });
  const lost = (files[0]?.problems ?? [])
    .map(({ about }) => about)
    .filter((about) => about !== null)
    .filter((about) => !results.has(about));
  return { directory, ...manifests, in_the_way: inTheWay, files, finished: results.finished, lost };
}

/** Whether everything is as it was written. */
export function isClean({ manifest, previous_problem, in_the_way, files }: JournalCheck): boolean {
  if (manifest === null || previous_problem !== null || in_the_way.length > 0) return false;
  return files.every(({ problems }) => problems.length === 0);
}

/** A line with what is wrong with it; one that is only without its newline is worth keeping. */
export interface JudgedLine {
  readonly number: number;
  readonly bytes: Buffer;
  readonly problem: string | null;
  readonly keep: boolean;
}

/** The lines of a file of records, each verified: checksum, schema and, of results, that no case is there twice. */
export function* judgedLines(path: string, file: RecordFile, results = new SeenResults()): Generator<JudgedLine> {
  for (const { number, bytes, whole } of scanLines(path, statSync(path).size)) {
    const problem = file === RESULTS_FILE ? results.problemOf(bytes, number) : problemIn(bytes, SCHEMAS[file]);
    if (whole) yield { number, bytes, problem, keep: problem === null };
    else yield { number, bytes, problem: `it is torn: ${problem ?? "its newline is missing"}`, keep: problem === null };
  }
}

interface Checking {
  readonly results: SeenResults;
  readonly beingWritten: boolean;
  /** How many lines the file must have; null where nobody knows. */
  readonly expected: number | null;
}

function checkedFile(directory: string, file: RecordFile, { results, beingWritten, expected }: Checking): CheckedFile {
  const path = join(directory, file);
  if (!hasPlainFile(path)) {
    const isNeeded = file === RESULTS_FILE || (expected ?? 0) > 0;
    return { file, present: false, lines: 0, problems: isNeeded ? [wholeFile("it is missing")] : [] };
  }
  let lines = 0;
  const problems: LineProblem[] = [];
  for (const { number, bytes, problem } of judgedLines(path, file, results)) {
    const unfinished = beingWritten && problem?.startsWith("it is torn") === true;
    if (unfinished) continue;
    lines += 1;
    if (problem !== null) problems.push({ line: number, problem, about: identityIn(bytes) });
  }
  if (expected !== null && lines < expected) {
    problems.push(wholeFile(`it has ${lines} lines, and had ${expected} when the run ended`));
  }
  return { file, present: true, lines, problems };
}

const wholeFile = (problem: string): LineProblem => ({ line: 0, problem, about: null });

function linesOf(counts: LineCounts | null, file: RecordFile): number | null {
  if (counts === null) return null;
  if (file === RESULTS_FILE) return counts.results;
  return file === RESPONSES_FILE ? counts.responses : counts.failures;
}

function checkedManifests(
  directory: string,
  isBlocked: (name: string) => boolean,
): Pick<JournalCheck, "manifest" | "manifest_problem" | "previous_problem" | "previous_good"> {
  const read = (name: typeof MANIFEST_FILE | typeof PREVIOUS_MANIFEST_FILE): [Manifest | null, string | null] => {
    if (isBlocked(name)) return [null, "it is not a file"];
    try {
      return [readManifestFile(directory, name), null];
    } catch (error) {
      return [null, messageOf(error)];
    }
  };
  const [manifest, problem] = read(MANIFEST_FILE);
  const hasPrevious = isBlocked(PREVIOUS_MANIFEST_FILE) || hasPlainFile(join(directory, PREVIOUS_MANIFEST_FILE));
  const [previous, previousProblem] = hasPrevious ? read(PREVIOUS_MANIFEST_FILE) : [null, null];
  return {
    manifest,
    manifest_problem: problem,
    previous_problem: previousProblem,
    previous_good: previous !== null && !isOfLaterFormat(directory),
  };
}

/** Which cases have a result. A case that was skipped or failed may come again; one that succeeded may not. */
class SeenResults {
  readonly #at = new Map<string, { readonly line: number; readonly status: TestResult["status"] }>();

  problemOf(bytes: Buffer, line: number): string | null {
    const decoded = decodeResult(bytes);
    if (!decoded.ok) return decoded.problem;
    const key = resultKey(decoded.record);
    const earlier = this.#at.get(key);
    if (earlier?.status === "success") return `it is the same case as line ${earlier.line}`;
    this.#at.set(key, { line, status: decoded.record.status });
    return null;
  }

  has(identity: CaseIdentity): boolean {
    const known = this.#at.get(resultKey(identity));
    return known !== undefined && known.status !== "skipped";
  }

  get finished(): number {
    let count = 0;
    for (const { status } of this.#at.values()) if (status !== "skipped") count += 1;
    return count;
  }
}

const identitySchema = z.object({
  v: z.literal(1),
  target: z.string(),
  test_id: z.string(),
  sample: z.int().nonnegative(),
});

const SCHEMAS = {
  [RESPONSES_FILE]: identitySchema.extend({ raw: z.string(), raw_cut: z.literal(true).optional() }),
  [FAILURES_FILE]: failedAttemptSchema.extend({ v: z.literal(1) }),
} as const;

function problemIn(bytes: Buffer, schema: z.ZodType): string | null {
  const decoded: Decoded<unknown> = decodeLine(bytes);
  if (!decoded.ok) return decoded.problem;
  const parsed = schema.safeParse(decoded.record);
  if (parsed.success) return null;
  const where = parsed.error.issues[0]?.path.join(".") ?? "";
  return `it is not a record of format 1${where === "" ? "" : ` (${where})`}`;
}

const TEXT = String.raw`"((?:[^"\\]|\\.)*)"`;
const IDENTITY = new RegExp(String.raw`"target":${TEXT},.*?"test_id":${TEXT},"sample":(\d+),`, "s");

/** The case that a damaged line is about, where its beginning is readable; a damaged name is a name all the same. */
function identityIn(bytes: Buffer): CaseIdentity | null {
  const [, target, testId, sample] = IDENTITY.exec(bytes.toString("utf8")) ?? [];
  try {
    const [named, id]: [unknown, unknown] = [JSON.parse(`"${target}"`), JSON.parse(`"${testId}"`)];
    if (target === undefined || typeof named !== "string" || typeof id !== "string") return null;
    return { target: named, test_id: id, sample: Number(sample) };
  } catch {
    return null;
  }
}
