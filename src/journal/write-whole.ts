import { randomUUID } from "node:crypto";
import { dirname } from "node:path";
import { outputError } from "../core/output-error.ts";
import { nodeFiles, type JournalFiles } from "./files.ts";
import { requireReplaceable } from "./plain-file.ts";

const GATHERED_CHARS = 1 << 16;

/** How a whole file is written. */
export interface WholeOptions {
  readonly files?: JournalFiles | undefined;
  /** The name until it is whole; one of its own unless given. */
  readonly unfinished?: string;
  /** Words an error; speaks of a run's file unless given. */
  readonly worded?: typeof outputError;
}

/**
 * Writes a file piece by piece under another name, syncs it and renames it when it is whole: at every moment, also of a
 * crash, the old or the new file is there. Throws `BenchError("output")`, also for a path that is no file, such as a
 * device or a pipe: a file would take its place.
 */
export function writeWhole(
  path: string,
  pieces: Iterable<string>,
  { files = nodeFiles, unfinished = `${path}.${randomUUID()}.tmp`, worded = outputError }: WholeOptions = {},
): void {
  try {
    requireReplaceable(path);
    writeUnfinished(unfinished, pieces, files);
    files.rename(unfinished, path);
  } catch (error) {
    try {
      files.remove(unfinished);
    } catch {
      // What could not even be begun need not be taken away.
    }
    throw worded(`cannot write ${path}`, error);
  }
  files.syncDirectory(dirname(path));
}

function writeUnfinished(path: string, pieces: Iterable<string>, files: JournalFiles): void {
  const file = files.openEmpty(path);
  try {
    let gathered = "";
    for (const piece of pieces) {
      gathered += piece;
      if (gathered.length < GATHERED_CHARS) continue;
      writeAll(file, gathered, files);
      gathered = "";
    }
    writeAll(file, gathered, files);
    files.sync(file);
  } finally {
    // Some network file systems tell only now that the disk was full: that is an error of the write.
    files.close(file);
  }
}

function writeAll(file: number, text: string, files: JournalFiles): void {
  const bytes = Buffer.from(text, "utf8");
  for (let written = 0; written < bytes.length;) {
    const taken = files.write(file, bytes, written);
    if (taken === 0) throw new Error("the system takes no more bytes");
    written += taken;
  }
}
