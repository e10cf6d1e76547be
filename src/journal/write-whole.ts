import { randomUUID } from "node:crypto";
import { closeSync, openSync, renameSync, rmSync, writeSync } from "node:fs";
import { dirname } from "node:path";
import { syncDirectory, syncWherePossible } from "./files.ts";
import { outputError } from "./output-error.ts";

const GATHERED_CHARS = 1 << 16;

/**
 * Writes a file piece by piece under a name of its own, syncs it and renames it when it is whole: at every moment, also
 * of a crash, the old or the new file is there. Throws `BenchError("output")`.
 */
export function writeWhole(path: string, pieces: Iterable<string>): void {
  const unfinished = `${path}.${randomUUID()}.tmp`;
  try {
    const file = openSync(unfinished, "wx");
    try {
      let gathered = "";
      for (const piece of pieces) {
        gathered += piece;
        if (gathered.length < GATHERED_CHARS) continue;
        writeAll(file, gathered);
        gathered = "";
      }
      writeAll(file, gathered);
      syncWherePossible(file);
    } finally {
      closeSync(file);
    }
    renameSync(unfinished, path);
  } catch (error) {
    try {
      rmSync(unfinished, { force: true });
    } catch {
      // What could not even be begun need not be taken away.
    }
    throw outputError(`cannot write ${path}`, error);
  }
  syncDirectory(dirname(path));
}

function writeAll(file: number, text: string): void {
  const bytes = Buffer.from(text, "utf8");
  for (let written = 0; written < bytes.length;) written += writeSync(file, bytes, written);
}
