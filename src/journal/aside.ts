import { existsSync, mkdirSync, readdirSync, realpathSync, renameSync, rmdirSync, rmSync, statSync } from "node:fs";
import { dirname, join } from "node:path";
import { BenchError } from "../core/errors.ts";
import { outputError } from "../core/output-error.ts";
import { syncDirectory } from "./files.ts";
import { acquireLock } from "./lock.ts";
import { requirePlainFiles } from "./plain-file.ts";
import { FAILURES_FILE, LOCK_FILE, MANIFEST_FILE, RESPONSES_FILE, RESULTS_FILE, runFilesIn } from "./run-files.ts";

/**
 * Begins a run in a directory that may hold another one: that one is moved aside first, as a whole and in one step, so
 * that a kill at any moment leaves it whole under the old name or the new one. Where the new run cannot begin, it is
 * moved back. Throws `BenchError`: "locked" while a process uses the directory, "output" when it cannot be moved.
 */
export function insteadOf<T>(path: string, wallTime: string, begin: (movedAside: string | null) => T): T {
  requirePlainFiles(path);
  if (runFilesIn(readdirSync(path)).length === 0) return begin(null);
  const { real, aside } = moveAside(path, wallTime);
  let isOurs = false;
  try {
    // Fails where another process was faster; then nothing there is ours to remove.
    mkdirSync(real);
    isOurs = true;
    return begin(aside);
  } catch (error) {
    if (isOurs && moveBack(real, aside)) throw error;
    const { message, hint, code } = outputError(`cannot begin a run in ${path}`, error);
    throw new BenchError(code, `${message}; the old run is in ${aside}`, {
      ...(hint === undefined ? {} : { hint }),
      cause: error,
    });
  }
}

function moveAside(path: string, wallTime: string): { readonly real: string; readonly aside: string } {
  // A living process keeps its directory.
  const lock = acquireLock(path);
  try {
    // A link to a directory stays: what it leads to is moved.
    const real = realpathSync(path);
    const aside = freeName(`${real}.old-${wallTime.replaceAll(/[-:]|\.\d+/g, "")}`);
    renameSync(real, aside);
    // The lock went along.
    rmSync(join(aside, LOCK_FILE), { force: true });
    syncDirectory(dirname(real));
    return { real, aside };
  } catch (error) {
    lock.release();
    throw outputError(`cannot move the old run in ${path} aside`, error);
  }
}

function freeName(wanted: string): string {
  let name = wanted;
  for (let n = 2; existsSync(name); n += 1) name = `${wanted}-${n}`;
  return name;
}

/** Takes away what a run that could not begin has left, and nothing else; false where that is not all there is. */
function moveBack(real: string, aside: string): boolean {
  try {
    const journals = [RESULTS_FILE, RESPONSES_FILE, FAILURES_FILE].map((name) => join(real, name));
    const holdsRecords = journals.some((path) => (statSync(path, { throwIfNoEntry: false })?.size ?? 0) > 0);
    if (holdsRecords) return false;
    for (const path of [join(real, MANIFEST_FILE), ...journals]) rmSync(path, { force: true });
    rmdirSync(real);
    renameSync(aside, real);
    return true;
  } catch {
    return false;
  }
}
