import { closeSync, constants, copyFileSync, existsSync, linkSync, renameSync, rmSync } from "node:fs";
import { join } from "node:path";
import type { Clock } from "../core/clock.ts";
import { systemCodeOf } from "../core/errors.ts";
import { outputError } from "../core/output-error.ts";
import { checkRun, judgedLines, type CheckedFile, type JournalCheck, type RecordFile } from "./check.ts";
import { nodeFiles, syncDirectory } from "./files.ts";
import { acquireLock } from "./lock.ts";
import { repairManifests, type RepairedFile } from "./repair-manifest.ts";
import { removeUnfinishedExports } from "./unfinished-exports.ts";

const NEWLINE = Buffer.from("\n");

/**
 * Writes the damaged files of a run anew, with every good line as it was, and keeps the originals beside them;
 * `run.json` comes from `run.json.prev` where only that is good. At every moment, also of a crash, the old or the new
 * file is there whole. Changes nothing where something else than a file is in the way. Throws `BenchError`: "locked"
 * while a process writes there, "output" when it cannot be written.
 */
export function repairRun(directory: string, clock: Clock): { check: JournalCheck; repaired: RepairedFile[] } {
  const looked = checkRun(directory);
  if (looked.in_the_way.length > 0) return { check: looked, repaired: [] };
  const lock = acquireLock(directory);
  try {
    removeUnfinishedExports(directory);
    const check = checkRun(directory);
    const stamp = clock.wallTime().replaceAll(/[-:]|\.\d+/g, "");
    const damaged = check.files.filter(({ present, problems }) => present && problems.some(({ line }) => line > 0));
    const repaired = damaged.map((file) => repairedFile(directory, file, stamp));
    return {
      check,
      repaired: [...repaired, ...repairManifests(directory, check, (file) => keepOriginal(directory, file, stamp))],
    };
  } catch (error) {
    throw outputError(`cannot repair ${directory}`, error);
  } finally {
    lock.release();
  }
}

function repairedFile(directory: string, { file }: CheckedFile, stamp: string): RepairedFile {
  const path = join(directory, file);
  const unfinished = `${path}.tmp`;
  try {
    const counts = writeGoodLines(path, file, unfinished);
    const original = keepOriginal(directory, file, stamp);
    renameSync(unfinished, path);
    syncDirectory(directory);
    return { file, ...counts, original };
  } catch (error) {
    try {
      rmSync(unfinished, { force: true });
    } catch {
      // The next repair takes it away.
    }
    throw outputError(`cannot repair ${path}`, error);
  }
}

function writeGoodLines(
  path: string,
  file: RecordFile,
  unfinished: string,
): { readonly kept_lines: number; readonly left_out_lines: number } {
  const counts = { kept_lines: 0, left_out_lines: 0 };
  const fd = nodeFiles.openEmpty(unfinished);
  try {
    for (const { bytes, keep } of judgedLines(path, file)) {
      if (keep) writeAll(fd, Buffer.concat([bytes, NEWLINE]));
      counts[keep ? "kept_lines" : "left_out_lines"] += 1;
    }
    nodeFiles.sync(fd);
  } finally {
    closeSync(fd);
  }
  return counts;
}

function writeAll(fd: number, bytes: Buffer): void {
  for (let written = 0; written < bytes.length;) written += nodeFiles.write(fd, bytes, written);
}

/** Gives the file a second name that nothing has yet, and returns it. */
function keepOriginal(directory: string, file: string, stamp: string): string {
  let name = `${file}.damaged-${stamp}`;
  for (let n = 2; existsSync(join(directory, name)); n += 1) name = `${file}.damaged-${stamp}-${n}`;
  const [from, to] = [join(directory, file), join(directory, name)];
  try {
    linkSync(from, to);
  } catch (error) {
    if (systemCodeOf(error) === "EEXIST") throw error;
    // Some file systems have no links (FAT).
    copyFileSync(from, to, constants.COPYFILE_EXCL);
  }
  return name;
}
