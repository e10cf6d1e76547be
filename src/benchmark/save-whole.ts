import { fileError } from "../core/output-error.ts";
import { requireNoRecords } from "../journal/run-place.ts";
import { writeWhole } from "../journal/write-whole.ts";

/**
 * `writeWhole` for a file that is no part of a run: its errors speak of no resume. Throws `BenchError`: "usage" for a
 * path where a run keeps its records, "output" when it cannot be written.
 */
export function saveWhole(path: string, pieces: Iterable<string>): void {
  requireNoRecords(path);
  writeWhole(path, pieces, { worded: fileError });
}
