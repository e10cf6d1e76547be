import { BenchError } from "../core/errors.ts";
import { writeWhole } from "../journal/write-whole.ts";

/** `writeWhole` for a file that a program named: its errors speak of no flags. */
export function saveWhole(path: string, pieces: Iterable<string>): void {
  try {
    writeWhole(path, pieces);
  } catch (error) {
    if (!(error instanceof BenchError) || error.code !== "output") throw error;
    throw new BenchError("output", error.message, {
      hint: "Name a file in a folder that exists, may be written to and has space.",
      cause: error.cause,
    });
  }
}
