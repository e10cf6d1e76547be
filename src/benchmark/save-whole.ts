import { fileError } from "../core/output-error.ts";
import { writeWhole } from "../journal/write-whole.ts";

/** `writeWhole` for a file that is no part of a run: its errors speak of no resume. */
export function saveWhole(path: string, pieces: Iterable<string>): void {
  writeWhole(path, pieces, { worded: fileError });
}
