import { existsSync, mkdirSync, readdirSync, renameSync, statSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { BenchError, systemCodeOf } from "../core/errors.ts";
import type { TestResult } from "../core/result.ts";
import type { Manifest } from "../core/run.ts";
import { nodeFiles } from "./files.ts";
import { acquireLock, type Lock } from "./lock.ts";
import { readManifest, writeManifest } from "./manifest.ts";
import { outputError } from "../core/output-error.ts";
import { readResults, type DamagedLine } from "./read.ts";
import { recoverRun, type Recovered } from "./recover.ts";
import { MANIFEST_FILE, RESULTS_FILE, runFilesIn } from "./run-files.ts";
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
  readonly results: (onDamaged?: (damaged: DamagedLine) => void) => Iterable<TestResult>;
}

/**
 * Begins a run in a new or unused directory; with `force` an older run there is moved aside to `DIR.old-<UTC time>`.
 * Throws `BenchError`: "usage" when the directory holds a run, "locked" when a process uses it, "output" when it
 * cannot be written.
 */
export function createRun(
  directory: string,
  manifest: Manifest,
  options: WriterOptions & { force?: boolean },
): OpenRun {
  const path = resolve(directory);
  try {
    makeDirectory(path);
  } catch (error) {
    throw outputError(`cannot create the directory ${path}`, error);
  }
  return withLock(path, (lock) => {
    const present = runFilesIn(readdirSync(path));
    if (present.length > 0 && options.force !== true) throw inUse(path, present);
    const movedAside = present.length > 0 ? moveAside(path, present, options.clock.wallTime()) : null;
    writeManifest(path, manifest, options.mask, options.files);
    const nothing = { finished: new Set<string>(), failed: new Map(), warnings: [] };
    return { ...opened(path, manifest, nothing, lock, options), movedAside };
  });
}

/**
 * Opens a run to go on with it, its files recovered; with `retryFailed` its failed cases count as unfinished. Throws `BenchError`: "resume" when there is no usable manifest,
 * "locked" when a process uses it, "output" when it cannot be written.
 */
export function openRun(directory: string, options: WriterOptions & { retryFailed?: boolean }): OpenRun {
  const path = resolve(directory);
  readManifest(path);
  return withLock(path, (lock) => opened(path, readManifest(path), recoverRun(path, options), lock, options));
}

/** Reads a run, also one that is being written; throws `BenchError("resume")` when there is no usable manifest. */
export function readRun(directory: string): RunReader {
  const path = resolve(directory);
  const manifest = readManifest(path);
  return { manifest, results: (onDamaged) => readResults(join(path, RESULTS_FILE), onDamaged) };
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

function withLock(path: string, open: (lock: Lock) => OpenRun): OpenRun {
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
): OpenRun {
  const journal = new RunWriter(directory, options);
  (options.files ?? nodeFiles).syncDirectory(directory);
  return {
    ...recovered,
    directory,
    movedAside: null,
    manifest,
    journal,
    saveManifest(changed) {
      // After a power cut, too, a run that says it is finished has all its records.
      if (changed.status === "finished") journal.flushSync();
      writeManifest(directory, changed, options.mask, options.files);
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

function inUse(path: string, present: readonly string[]): BenchError {
  if (present.includes(MANIFEST_FILE)) {
    return new BenchError("usage", `${path} already holds a run`, {
      hint: "Go on with it (--resume), choose another directory (--output), or move it aside (--force).",
    });
  }
  return new BenchError("usage", `${path} has no ${MANIFEST_FILE}, but holds ${present.join(", ")}`, {
    hint: "Choose another directory (--output), or move what is there aside (--force).",
  });
}

function moveAside(path: string, names: readonly string[], wallTime: string): string {
  const stamp = wallTime.replaceAll(/[-:]|\.\d+/g, "");
  try {
    let aside = `${path}.old-${stamp}`;
    for (let n = 2; existsSync(aside); n += 1) aside = `${path}.old-${stamp}-${n}`;
    mkdirSync(aside);
    for (const name of names) renameSync(join(path, name), join(aside, name));
    return aside;
  } catch (error) {
    throw outputError(`cannot move the old run in ${path} aside`, error);
  }
}
