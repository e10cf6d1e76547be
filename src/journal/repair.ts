import {
  closeSync,
  constants,
  copyFileSync,
  existsSync,
  fsyncSync,
  linkSync,
  openSync,
  renameSync,
  rmSync,
  writeSync,
} from "node:fs";
import { join } from "node:path";
import type { Clock } from "../core/clock.ts";
import { systemCodeOf } from "../core/errors.ts";
import { checkRun, judgedLines, type CheckedFile, type JournalCheck, type RecordFile } from "./check.ts";
import { syncDirectory } from "./files.ts";
import { acquireLock } from "./lock.ts";
import { outputError } from "../core/output-error.ts";

/** A file that was written anew without its damaged lines. */
export interface RepairedFile {
  readonly file: string;
  readonly kept_lines: number;
  readonly left_out_lines: number;
  /** Name of the file with everything that was there. */
  readonly original: string;
}

const NEWLINE = Buffer.from("\n");

/**
 * Writes the damaged files of a run anew, with every good line as it was, and keeps the originals beside them. At every
 * moment, also of a crash, the old or the new file is there whole. Throws `BenchError`: "locked" while a process writes
 * there, "output" when it cannot be written.
 */
export function repairRun(directory: string, clock: Clock): { check: JournalCheck; repaired: RepairedFile[] } {
  const lock = acquireLock(directory);
  try {
    const check = checkRun(directory);
    const stamp = clock.wallTime().replaceAll(/[-:]|\.\d+/g, "");
    const damaged = check.files.filter(({ present, problems }) => present && problems.length > 0);
    return { check, repaired: damaged.map((file) => repairedFile(directory, file, stamp)) };
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
    rmSync(unfinished, { force: true });
    throw outputError(`cannot repair ${path}`, error);
  }
}

function writeGoodLines(
  path: string,
  file: RecordFile,
  unfinished: string,
): Pick<RepairedFile, "kept_lines" | "left_out_lines"> {
  const counts = { kept_lines: 0, left_out_lines: 0 };
  const fd = openSync(unfinished, "w");
  try {
    for (const { bytes, keep } of judgedLines(path, file)) {
      if (keep) writeAll(fd, Buffer.concat([bytes, NEWLINE]));
      counts[keep ? "kept_lines" : "left_out_lines"] += 1;
    }
    fsyncSync(fd);
  } finally {
    closeSync(fd);
  }
  return counts;
}

function writeAll(fd: number, bytes: Buffer): void {
  for (let written = 0; written < bytes.length;) written += writeSync(fd, bytes, written);
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
