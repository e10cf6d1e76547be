import { rmSync } from "node:fs";
import { join } from "node:path";
import { wallTimeAfter } from "../core/clock.ts";
import type { LineCounts, Manifest, Segment } from "../core/run.ts";
import type { JournalCheck } from "./check.ts";
import { manifestText, readManifestFile, withLines, writeManifest } from "./manifest.ts";
import { hasPlainFile } from "./plain-file.ts";
import { readResults } from "./read.ts";
import { FAILURES_FILE, MANIFEST_FILE, PREVIOUS_MANIFEST_FILE, RESPONSES_FILE, RESULTS_FILE } from "./run-files.ts";
import { countLines } from "./scan.ts";

/** A file that was written anew, without its damaged lines or from what else is known. */
export interface RepairedFile {
  readonly file: string;
  /** Null for a file that has no lines of records. */
  readonly kept_lines: number | null;
  readonly left_out_lines: number | null;
  /** Name of the file with everything that was there; null where nothing was lost. */
  readonly original: string | null;
}

/** What is on the disk has its secrets masked already. */
const AS_IT_IS = (text: string): string => text;

/**
 * Puts both versions of `run.json` right, after the files of records: a damaged one comes from the version before, and
 * counts of lines that are no longer there are replaced. The caller holds the lock.
 */
export function repairManifests(
  directory: string,
  { manifest, previous_problem, previous_good, files }: JournalCheck,
  keepOriginal: (file: string) => string,
): RepairedFile[] {
  const repaired: RepairedFile[] = [];
  if (previous_problem !== null) {
    repaired.push(ofManifest(PREVIOUS_MANIFEST_FILE, keepOriginal(PREVIOUS_MANIFEST_FILE)));
    rmSync(join(directory, PREVIOUS_MANIFEST_FILE), { force: true });
  }
  if (manifest === null && previous_good) {
    const original = hasPlainFile(join(directory, MANIFEST_FILE)) ? keepOriginal(MANIFEST_FILE) : null;
    const restored = fromPrevious(directory, readManifestFile(directory, PREVIOUS_MANIFEST_FILE));
    writeManifest(directory, manifestText(restored, AS_IT_IS));
    repaired.push(ofManifest(MANIFEST_FILE, original));
  } else if (manifest?.lines !== undefined && files.some(({ problems }) => problems.length > 0)) {
    writeManifest(directory, manifestText(withLines(manifest, linesIn(directory, manifest.lines)), AS_IT_IS));
    repaired.push(ofManifest(MANIFEST_FILE, null));
  }
  return repaired;
}

const ofManifest = (file: string, original: string | null): RepairedFile => ({
  file,
  kept_lines: null,
  left_out_lines: null,
  original,
});

function linesIn(directory: string, before: LineCounts): LineCounts {
  const count = (file: string): number => (hasPlainFile(join(directory, file)) ? countLines(join(directory, file)) : 0);
  return {
    results: count(RESULTS_FILE),
    responses: before.responses === null ? null : count(RESPONSES_FILE),
    failures: count(FAILURES_FILE),
  };
}

/**
 * A manifest as it was before its last change knows nothing of the segment that was begun with that: the journal's
 * results say when it began. How many lines there were is not known either.
 */
function fromPrevious(directory: string, before: Manifest): Manifest {
  const previous = withLines(before, null);
  const load = previous.segments.at(-1)?.load ?? previous.load;
  if (load === undefined) return previous;
  const began = new Map<number, string>();
  for (const { segment, timestamp, timing } of readResults(join(directory, RESULTS_FILE))) {
    const afterStart = timing.done_at_ms;
    if (began.has(segment) || afterStart === null) continue;
    began.set(segment, wallTimeAfter(timestamp, -afterStart));
  }
  const segments: Segment[] = [...previous.segments];
  const last = Math.max(-1, ...began.keys());
  for (let segment = segments.length; segment <= last; segment += 1) {
    const started_at = began.get(segment) ?? previous.started_at;
    segments.push({ segment, started_at, ended_at: null, load, validity: null });
  }
  return { ...previous, segments };
}
