import { closeSync, fstatSync, lstatSync, readSync } from "node:fs";
import { join } from "node:path";
import { crc32 } from "node:zlib";
import { z } from "zod";
import { hasPlainFile, openToRead, readPlain } from "./plain-file.ts";
import { EXPORTS_FILE, MANIFEST_FILE, RESULTS_FILE } from "./run-files.ts";
import { unfinishedExportPath } from "./unfinished-exports.ts";
import { writeWhole } from "./write-whole.ts";

const MAX_BYTES = 64 * 1024 * 1024;
/** As many bytes as hold the checksum at the end of a line. */
const TAIL_BYTES = 32;

const stampSchema = z.object({
  /** CRC-32 of `run.json`, in hex. */
  manifest: z.string(),
  /** Size of `results.jsonl`, and CRC-32 of its last bytes: a line ends with its checksum. */
  results_bytes: z.int().nonnegative(),
  results_end: z.string(),
});
/** What a journal is at some moment, told by sizes and checksums. */
export type JournalStamp = z.infer<typeof stampSchema>;

const fileSchema = z.object({
  format_version: z.literal(1),
  /** By the name of the export. */
  exports: z.record(z.string(), z.object({ bytes: z.int().nonnegative(), of: stampSchema })),
});
type ExportStamps = z.infer<typeof fileSchema>["exports"];

/** What the journal in a directory is now; taken before it is read, it stays true of what was read. */
export function journalStamp(directory: string): JournalStamp {
  const { bytes, end } = tailOf(join(directory, RESULTS_FILE));
  return { manifest: checksum(manifestIn(directory)), results_bytes: bytes, results_end: end };
}

/** Of one that cannot be read, nothing: whoever reads the run hears why. */
function manifestIn(directory: string): string {
  try {
    return readPlain(join(directory, MANIFEST_FILE), MAX_BYTES);
  } catch {
    return "";
  }
}

/** Those of these exports that are missing, were changed, or were not made from this journal. */
export function staleExports(directory: string, files: readonly string[], present: JournalStamp): string[] {
  const stamps = stampsIn(directory);
  return files.filter((file) => {
    const made = stamps[file];
    return (
      made === undefined ||
      sizeOf(join(directory, file)) !== made.bytes ||
      made.of.manifest !== present.manifest ||
      made.of.results_bytes !== present.results_bytes ||
      made.of.results_end !== present.results_end
    );
  });
}

/** Records of these exports, which are there whole, that they were made from a journal; throws `BenchError("output")`. */
export function stampExports(directory: string, files: readonly string[], of: JournalStamp): void {
  const made = files.map((file) => [file, { bytes: sizeOf(join(directory, file)) ?? 0, of }] as const);
  const exports: ExportStamps = { ...stampsIn(directory), ...Object.fromEntries(made) };
  const path = join(directory, EXPORTS_FILE);
  const text = `${JSON.stringify({ format_version: 1, exports }, null, 2)}\n`;
  writeWhole(path, [text], { unfinished: unfinishedExportPath(path) });
}

/** One that cannot be read says nothing of any export: they are made again. */
function stampsIn(directory: string): ExportStamps {
  try {
    return fileSchema.parse(JSON.parse(readPlain(join(directory, EXPORTS_FILE), MAX_BYTES))).exports;
  } catch {
    return {};
  }
}

function tailOf(path: string): { readonly bytes: number; readonly end: string } {
  if (!hasPlainFile(path)) return { bytes: 0, end: checksum("") };
  const fd = openToRead(path);
  try {
    const bytes = fstatSync(fd).size;
    const tail = Buffer.alloc(Math.min(TAIL_BYTES, bytes));
    readSync(fd, tail, 0, tail.length, bytes - tail.length);
    return { bytes, end: checksum(tail) };
  } finally {
    closeSync(fd);
  }
}

const checksum = (content: string | Buffer): string => crc32(content).toString(16).padStart(8, "0");

const sizeOf = (path: string): number | null => lstatSync(path, { throwIfNoEntry: false })?.size ?? null;
