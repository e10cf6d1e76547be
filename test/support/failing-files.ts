import { nodeFiles, type JournalFiles } from "../../src/journal/files.ts";

/** A system error by its code. */
export const systemError = (code: string): Error => Object.assign(new Error(code), { code });

/** What goes wrong with a disk, and how far it went. */
export interface FailingFiles extends JournalFiles {
  /** Bytes taken over all files, after each write. */
  readonly written: readonly number[];
  /** From now on nothing fails any more. */
  heal(): void;
}

/** How a disk fails; nothing fails unless given. */
export interface Faults {
  /** Bytes that it has room for, over all files. */
  readonly room?: number;
  /** The most that one write takes. */
  readonly atOnce?: number;
  /** Which operation fails, by its place among those of its kind (from 0). */
  readonly fails?: { readonly operation: "sync" | "syncLater" | "close" | "rename" | "truncate"; readonly nth: number };
}

/** The real files on a disk that fails. Syncs are counted and not made: a test's files need not survive a power cut. */
export function failingFiles({ room = Infinity, atOnce = Infinity, fails }: Faults = {}): FailingFiles {
  let left = room;
  const written: number[] = [];
  let ill = true;
  const seen = new Map<string, number>();
  const error = (operation: string): Error | null => {
    const nth = seen.get(operation) ?? 0;
    seen.set(operation, nth + 1);
    return ill && fails?.operation === operation && fails.nth === nth ? systemError("EIO") : null;
  };
  const meet = (operation: string): void => {
    const met = error(operation);
    if (met !== null) throw met;
  };
  return {
    ...nodeFiles,
    written,
    heal: () => (ill = false),
    write(fd, bytes, offset) {
      if (!ill) return nodeFiles.write(fd, bytes, offset);
      if (left === 0) throw systemError("ENOSPC");
      const taken = nodeFiles.write(fd, bytes.subarray(offset, offset + Math.min(left, atOnce)), 0);
      left -= taken;
      written.push((written.at(-1) ?? 0) + taken);
      return taken;
    },
    truncate(fd, size) {
      meet("truncate");
      nodeFiles.truncate(fd, size);
    },
    sync: () => meet("sync"),
    syncLater: (_fd, done) => done(error("syncLater")),
    close(fd) {
      // As with close(2): the descriptor is free again whatever it answers.
      nodeFiles.close(fd);
      meet("close");
    },
    rename(from, to) {
      meet("rename");
      nodeFiles.rename(from, to);
    },
    syncDirectory: () => {},
  };
}
