import {
  closeSync,
  constants,
  fstatSync,
  fsync,
  fsyncSync,
  ftruncateSync,
  lstatSync,
  openSync,
  renameSync,
  rmSync,
  writeSync,
} from "node:fs";
import { systemCodeOf } from "../core/errors.ts";
import { hasPlainFile, openPlain } from "./plain-file.ts";

/** Whether an open file is still the one at its path. */
export type Place = "here" | "gone" | "another";

/** The operations on a run's files, as a seam for full disks, short writes and failing syncs. */
export interface JournalFiles {
  /** Opens for appending, creating the file where there is none; refuses whatever is not a regular file. */
  openAppend(path: string): number;
  /** Opens a new, empty file, instead of one that is there; refuses whatever is not a regular file. */
  openEmpty(path: string): number;
  size(fd: number): number;
  place(fd: number, path: string): Place;
  /** Writes from `offset` on and returns how many bytes were taken, which may be fewer than were given. */
  write(fd: number, bytes: Buffer, offset: number): number;
  truncate(fd: number, size: number): void;
  sync(fd: number): void;
  /** Syncs off the event loop. */
  syncLater(fd: number, done: (error: unknown) => void): void;
  close(fd: number): void;
  rename(from: string, to: string): void;
  /** Removes a file, if there is one. */
  remove(path: string): void;
  /** Makes new and renamed entries of a directory last, where the system can. */
  syncDirectory(path: string): void;
}

/** One write is no larger, so that no answer, however long, stops the event loop for long. */
export const MAX_WRITE_BYTES = 8 * 1024 * 1024;

/** The real file system. */
export const nodeFiles: JournalFiles = {
  openAppend: (path) => openPlain(path, constants.O_WRONLY | constants.O_APPEND | constants.O_CREAT),
  openEmpty(path) {
    // What a killed process left.
    if (hasPlainFile(path)) rmSync(path, { force: true });
    return openPlain(path, constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL);
  },
  size: (fd) => fstatSync(fd).size,
  place(fd, path) {
    const there = lstatSync(path, { throwIfNoEntry: false });
    if (there === undefined) return "gone";
    const opened = fstatSync(fd);
    return there.ino === opened.ino && there.dev === opened.dev ? "here" : "another";
  },
  write: (fd, bytes, offset) => writeSync(fd, bytes, offset, Math.min(bytes.length - offset, MAX_WRITE_BYTES)),
  truncate: (fd, size) => ftruncateSync(fd, size),
  sync: syncWherePossible,
  syncLater: (fd, done) => fsync(fd, (error) => done(cannotSync(error) ? null : error)),
  close: (fd) => closeSync(fd),
  rename: (from, to) => renameSync(from, to),
  remove: (path) => rmSync(path, { force: true }),
  syncDirectory,
};

/** Syncs a file, on file systems that can. */
function syncWherePossible(fd: number): void {
  try {
    fsyncSync(fd);
  } catch (error) {
    if (!cannotSync(error)) throw error;
  }
}

/** Makes new and renamed entries of a directory last through a power cut, on systems that can sync a directory. */
export function syncDirectory(path: string): void {
  try {
    const fd = openSync(path, "r");
    try {
      fsyncSync(fd);
    } finally {
      closeSync(fd);
    }
  } catch {
    // Windows and some network file systems refuse; the files themselves have been synced.
  }
}

/** Some file systems have no sync at all; that is no reason to refuse them. */
function cannotSync(error: unknown): boolean {
  return ["EINVAL", "ENOTSUP", "ENOSYS"].includes(systemCodeOf(error) ?? "");
}
