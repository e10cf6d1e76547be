import { isDocument, stemOf } from "./formats/format.ts";
import type { Part } from "./part.ts";
import { firstRecords } from "./part-records.ts";
import type { Foreign } from "../core/dataset.ts";
import { readingOf } from "./reading.ts";

/**
 * Looks at the beginning of each file and says how its records become test cases; documents are looked at when they are
 * read. Throws `BenchError`, as `readingOf` does.
 */
export async function understood(
  parts: readonly Part[],
  foreign: Foreign,
): Promise<{ readonly parts: readonly Part[]; readonly notes: readonly string[] }> {
  const known: Part[] = [];
  const notes: string[] = [];
  for (const part of parts) {
    // Rows of several files are told apart by the files' names.
    const idPrefix = parts.length > 1 ? `${stemOf(part.source.name)}-` : "";
    if (isDocument(part.encoding.format)) {
      known.push({ ...part, foreign, idPrefix });
      continue;
    }
    const reading = readingOf(await firstRecords(part), part.source.name, foreign, idPrefix);
    known.push({ ...part, reading });
    notes.push(...reading.notes);
  }
  return { parts: known, notes };
}
