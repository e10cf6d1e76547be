import { existsSync, mkdirSync, readdirSync, statSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { BenchError, systemCodeOf } from "../core/errors.ts";
import { outputError } from "../core/output-error.ts";
import type { TestResult } from "../core/result.ts";
import type { LineCounts, Manifest } from "../core/run.ts";
import { insteadOf } from "./aside.ts";
import { nodeFiles } from "./files.ts";
import { acquireLock, type Lock } from "./lock.ts";
import { manifestText, readManifest, withLines, writeManifest } from "./manifest.ts";
import { hasPlainFile, requirePlainFiles } from "./plain-file.ts";
import { readResults, type LineHandlers } from "./read.ts";
import { NOTHING_RECOVERED, recoverRun, type Recovered } from "./recover.ts";
import { MANIFEST_FILE, PREVIOUS_MANIFEST_FILE, RESULTS_FILE, runFilesIn } from "./run-files.ts";
import { removeUnfinishedExports } from "./unfinished-exports.ts";
import { RunWriter, type WriterOptions } from "./writer.ts";

/** A run directory that this process alone may write to. */
export interface OpenRun extends Recovered {
  /** Absolute. */
  readonly directory: string;
  /** Where an older run of this directory was moved to; null when there was none. */
  readonly movedAside: string | null;
  /** As it was when the run was opened. */
  readonly manifest: Manifest;
  readonly journal: RunWriter;
  /** Replaces `run.json`; one that says "finished" only after every record is on the disk. */
  saveManifest(manifest: Manifest): void;
  /** Writes and syncs what is left, then gives the directory free; rejects with `BenchError("output")`. */
  close(): Promise<void>;
  /** The same at once, for a process about to end; nothing can be recorded safely afterwards. */
  closeAtOnce(): void;
}

/** A run directory as reports see it. */
export interface RunReader {
  readonly manifest: Manifest;
  /** Every verified result; each call begins a pass of its own. */
  readonly results: (handlers?: LineHandlers) => Iterable<TestResult>;
}

/**
 * Begins a run in a new or unused directory; with `force` a directory that holds an older run is moved aside to
 * `DIR.old-<UTC time>`, with all that is in it. Throws `BenchError`: "usage" when the directory holds a run, "locked"
 * when a process uses it, "output" when it cannot be written.
 */
export function createRun(
  directory: string,
  manifest: Manifest,
  options: WriterOptions & { force?: boolean },
): OpenRun {
  const path = resolve(directory);
  // Before anything is moved: what cannot be recorded begins no run.
  const text = manifestText(manifest, options.mask);
  try {
    makeDirectory(path);
  } catch (error) {
    throw outputError(`cannot create the directory ${path}`, error);
  }
  const begin = (movedAside: string | null): OpenRun =>
    withLock(path, (lock) => {
      const present = runFilesIn(readdirSync(path));
      if (present.length > 0) throw inUse(path, present);
      writeManifest(path, text, options.files);
      return { ...opened(path, manifest, NOTHING_RECOVERED, lock, options), movedAside };
    });
  return options.force === true ? insteadOf(path, options.clock.wallTime(), begin) : begin(null);
}

/**
 * Opens a run to resume it, its files recovered; with `retryFailed` its failed cases count as unfinished. Throws
 * `BenchError`: "resume" when there is no usable manifest, "locked" when a process uses it, "output" when it cannot be
 * written.
 */
export function openRun(directory: string, options: WriterOptions & { retryFailed?: boolean }): OpenRun {
  const path = resolve(directory);
  requirePlainFiles(path);
  readManifest(path);
  return withLock(path, (lock) => {
    removeUnfinishedExports(path);
    const manifest = readManifest(path);
    const recovered = recoverRun(path, options);
    const warnings = [...recovered.warnings, ...missingLines(manifest, recovered)];
    return { ...opened(path, manifest, { ...recovered, warnings }, lock, options), movedAside: null };
  });
}

/** Reads a run, also one that is being written; throws `BenchError("resume")` when there is no usable manifest. */
export function readRun(directory: string): RunReader {
  const path = resolve(directory);
  requirePlainFiles(path);
  const manifest = readManifest(path);
  return { manifest, results: (handlers) => readResults(join(path, RESULTS_FILE), handlers) };
}

/** As `mkdirSync` with `recursive`, which never returns where a file system answers ENOENT to a new entry (/proc). */
function makeDirectory(path: string): void {
  try {
    mkdirSync(path);
  } catch (error) {
    if (systemCodeOf(error) === "EEXIST" && statSync(path).isDirectory()) return;
    const parent = dirname(path);
    if (systemCodeOf(error) !== "ENOENT" || existsSync(parent)) throw error;
    makeDirectory(parent);
    makeDirectory(path);
  }
}

function withLock<T>(path: string, open: (lock: Lock) => T): T {
  requirePlainFiles(path);
  const lock = acquireLock(path);
  try {
    return open(lock);
  } catch (error) {
    lock.release();
    throw error;
  }
}

function opened(
  directory: string,
  manifest: Manifest,
  recovered: Recovered,
  lock: Lock,
  options: WriterOptions,
): Omit<OpenRun, "movedAside"> {
  const journal = new RunWriter(directory, options, () => {
    lock.requireHeld();
    requireManifest(directory);
  });
  (options.files ?? nodeFiles).syncDirectory(directory);
  return {
    ...recovered,
    directory,
    manifest,
    journal,
    saveManifest(changed) {
      const lines = changed.status === "running" ? null : linesAtEnd(journal, changed.status);
      const text = manifestText(withLines(changed, lines), options.mask);
      // The directory may have been moved away, and another run have begun under its name.
      lock.requireHeld();
      writeManifest(directory, text, options.files);
    },
    async close() {
      try {
        await journal.close();
      } finally {
        lock.release();
      }
    },
    closeAtOnce() {
      try {
        journal.flushSync();
      } finally {
        lock.release();
      }
    },
  };
}

/** How many lines the files of a run have that ends now; null after a failure, when nobody knows what is on the disk. */
function linesAtEnd(journal: RunWriter, status: Manifest["status"]): LineCounts | null {
  try {
    journal.flushSync();
    return journal.lines;
  } catch (error) {
    // After a power cut, too, a run that says it is finished has all its records.
    if (status === "finished") throw error;
    return null;
  }
}

function requireManifest(directory: string): void {
  const path = join(directory, MANIFEST_FILE);
  if (hasPlainFile(path)) return;
  throw new BenchError("output", `${path} was deleted or moved by another program while the run went on`, {
    hint: "It is written again; then resume the run (--resume): only cases without a line are sent again.",
  });
}

function missingLines({ lines }: Manifest, recovered: Recovered): string[] {
  const missing = (lines?.results ?? 0) - recovered.lines;
  if (missing <= 0) return [];
  return [`${RESULTS_FILE} has lost ${missing === 1 ? "a line" : `${missing} lines`}; their cases count as unfinished`];
}

function inUse(path: string, present: readonly string[]): BenchError {
  if (present.includes(MANIFEST_FILE)) {
    return new BenchError("usage", `${path} already holds a run`, {
      hint: "Resume it (--resume), choose another directory (--output), or move it aside (--force).",
    });
  }
  const restore = present.includes(PREVIOUS_MANIFEST_FILE)
    ? `Restore it from ${PREVIOUS_MANIFEST_FILE} (llm-test-bench journal check ${path} --repair), choose`
    : "Choose";
  return new BenchError("usage", `${path} has no ${MANIFEST_FILE}, but holds ${present.join(", ")}`, {
    hint: `${restore} another directory (--output), or move what is there aside (--force).`,
  });
}
