import {
  closeSync,
  constants,
  fstatSync,
  lstatSync,
  openSync,
  readdirSync,
  readSync,
  statSync,
  type Stats,
} from "node:fs";
import { join } from "node:path";
import { BenchError, systemCodeOf } from "../core/errors.ts";
import { outputError } from "../core/output-error.ts";
import { isRunFile } from "./run-files.ts";

/*
 * A run's files are regular files. A link could lead anywhere, and opening a named pipe waits for its other end, so
 * whatever else stands under one of their names is refused and never opened. `lstat` finds it; the flags of `open` are
 * for what comes between.
 */

// Windows has neither.
const NEVER_FOLLOW = (constants.O_NOFOLLOW ?? 0) | (constants.O_NONBLOCK ?? 0);

/** Something that is in the way of one of a run's files. */
export interface InTheWay {
  readonly file: string;
  /** What it is: "a symbolic link". */
  readonly kind: string;
}

/** What is at a path, links not followed; null for nothing. Throws `BenchError("output")` where nobody can tell. */
function statsAt(path: string): Stats | null {
  try {
    return lstatSync(path);
  } catch (error) {
    if (["ENOENT", "ENOTDIR"].includes(systemCodeOf(error) ?? "")) return null;
    throw outputError(`cannot look at ${path}`, error);
  }
}

/** Whether anything is at a path, whatever it is; throws `BenchError("output")` where nobody can tell. */
export const isTaken = (path: string): boolean => statsAt(path) !== null;

/** What else than a regular file is at a path; null for a regular file, and for nothing. */
function kindAt(path: string): string | null {
  const stats = statsAt(path);
  return stats === null ? null : kindOf(stats);
}

function kindOf(stats: Stats): string | null {
  if (stats.isFile()) return null;
  if (stats.isSymbolicLink()) return "a symbolic link";
  if (stats.isDirectory()) return "a directory";
  if (stats.isFIFO()) return "a named pipe";
  if (stats.isSocket()) return "a socket";
  return "a device";
}

const refusal = (path: string, kind: string): BenchError =>
  new BenchError("output", `${path} is ${kind}, not a regular file`, {
    hint: "Move it away, or choose another path.",
  });

/** Whether a regular file is at a path; throws `BenchError("output")` for anything else than a file there. */
export function hasPlainFile(path: string): boolean {
  const stats = statsAt(path);
  const kind = stats === null ? null : kindOf(stats);
  if (kind !== null) throw refusal(path, kind);
  return stats !== null;
}

/** Throws `BenchError("output")` for a path where a file cannot take the place of what is there: a device, a pipe. */
export function requireReplaceable(path: string): void {
  const there = statsAt(path)?.isSymbolicLink() === true ? statSync(path, { throwIfNoEntry: false }) : statsAt(path);
  const kind = there === undefined || there === null ? null : kindOf(there);
  if (kind !== null) throw refusal(path, kind);
}

/** Opens a regular file, never through a link and without waiting; throws `BenchError("output")` for anything else. */
export function openPlain(path: string, flags: number): number {
  const kind = kindAt(path);
  if (kind !== null) throw refusal(path, kind);
  const fd = openSync(path, flags | NEVER_FOLLOW, 0o666);
  const opened = kindOf(fstatSync(fd));
  if (opened === null) return fd;
  closeSync(fd);
  throw refusal(path, opened);
}

/** The same for reading, with every error worded: throws `BenchError("output")`. */
export function openToRead(path: string): number {
  try {
    return openPlain(path, constants.O_RDONLY);
  } catch (error) {
    throw outputError(`cannot read ${path}`, error);
  }
}

/** The text of a regular file; throws a system error where it is not to be had. */
export function readPlain(path: string, maxBytes: number): string {
  const fd = openPlain(path, constants.O_RDONLY);
  try {
    const { size } = fstatSync(fd);
    if (size > maxBytes) throw new Error(`it has ${size} bytes, and at most ${maxBytes} are read`);
    const bytes = Buffer.alloc(size);
    let filled = 0;
    for (let read = -1; read !== 0 && filled < size; filled += read)
      read = readSync(fd, bytes, filled, size - filled, filled);
    return bytes.toString("utf8", 0, filled);
  } finally {
    closeSync(fd);
  }
}

/** What is in the way of a run's files in a directory, under the names of unfinished files too; none where there is no directory. */
export function thingsInTheWay(directory: string): InTheWay[] {
  return namesIn(directory)
    .filter(isRunFile)
    .map((file) => ({ file, kind: kindAt(join(directory, file)) }))
    .filter((found): found is InTheWay => found.kind !== null);
}

/** Throws `BenchError("output")` where something is in the way of a run's files. */
export function requirePlainFiles(directory: string): void {
  const [first] = thingsInTheWay(directory);
  if (first !== undefined) throw refusal(join(directory, first.file), first.kind);
}

function namesIn(directory: string): string[] {
  try {
    return readdirSync(directory);
  } catch (error) {
    if (["ENOENT", "ENOTDIR"].includes(systemCodeOf(error) ?? "")) return [];
    throw outputError(`cannot read ${directory}`, error);
  }
}
