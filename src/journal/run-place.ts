import { basename, dirname, join } from "node:path";
import { BenchError } from "../core/errors.ts";
import { isTaken } from "./plain-file.ts";
import { isExport, isRunFile, LOCK_FILE, MANIFEST_FILE, PREVIOUS_MANIFEST_FILE } from "./run-files.ts";

/** A directory with one of these is the place of a run. */
const SIGNS = [MANIFEST_FILE, PREVIOUS_MANIFEST_FILE, LOCK_FILE];

/**
 * Throws `BenchError("usage")` for a path where a run keeps its records: no other file may take their place. Exports
 * may be replaced, since they can be written again.
 */
export function requireNoRecords(path: string): void {
  const [directory, name] = [dirname(path), basename(path)];
  if (!isRunFile(name) || isExport(name) || !SIGNS.some((sign) => isTaken(join(directory, sign)))) return;
  throw new BenchError("usage", `${path} belongs to the run in ${directory}, and is not replaced`, {
    hint: "Name another file.",
  });
}
