import { createHash } from "node:crypto";
import { readDocumentCases } from "./document-cases.ts";
import { readCsv } from "./formats/csv-records.ts";
import { isDocument, type Encoding } from "./formats/format.ts";
import { readJsonLines } from "./formats/jsonl.ts";
import type { Batches, Read } from "./formats/record.ts";
import { BenchError } from "../core/errors.ts";
import type { Foreign } from "../core/dataset.ts";
import type { Reading } from "./reading.ts";
import { shapedRead } from "./shaped-records.ts";
import type { ByteSource } from "./sources/byte-source.ts";
import { scratchOf } from "./sources/scratch.ts";
import { unpacked } from "./sources/unpack.ts";

/** One file of a dataset. */
export interface Part {
  readonly source: ByteSource;
  readonly encoding: Encoding;
  /** Where its records are not test cases as they stand. */
  readonly reading?: Reading;
  /** What a document besides one in our own shape may be. */
  readonly foreign?: Foreign;
  /** Stands before the ids of a document's entries that have none. */
  readonly idPrefix?: string;
  /** The records of a document that was read before. */
  readonly reads?: readonly Read[];
}

/** The records of a file, shaped like test cases; one pass. */
export async function* recordsOf(part: Part): Batches {
  const { reading, reads } = part;
  if (reads !== undefined) {
    yield reads;
    return;
  }
  for await (const batch of readerOf(part, reading !== undefined && reading.shape !== null)) {
    if (reading === undefined || reading.shape === null) yield batch;
    else yield batch.map((read) => (read.ok ? shapedRead(read.record, reading) : read));
  }
}

/** The first records of a file as they are, for a look at what they are. */
export async function firstRecords(part: Part): Promise<unknown[]> {
  const { first } = part.source;
  if (first === undefined) return recordsAtFirst(part);
  // The last line or row of a piece may be cut; so is Parquet, which is read from its end.
  if (part.encoding.format === "parquet") return [];
  try {
    return await recordsAtFirst({ ...part, source: beginningOf(part.source, first) });
  } catch (error) {
    if (error instanceof BenchError) return [];
    throw error;
  }
}

function beginningOf(source: ByteSource, first: Uint8Array): ByteSource {
  return {
    name: source.name,
    state: null,
    folder: null,
    async *read() {
      yield first;
    },
    path: () => source.path(),
  };
}

async function recordsAtFirst(part: Part): Promise<unknown[]> {
  for await (const batch of readerOf(part, true, LOOKED_AT)) {
    return batch.slice(0, LOOKED_AT).flatMap((read) => (read.ok ? [read.record.value] : []));
  }
  return [];
}

/** By how many records columns are known. */
const LOOKED_AT = 100;

/** With columns of any name when their shape is not ours; `most` rows at least of a file that comes in large pieces. */
function readerOf(part: Part, anyColumns: boolean, most = Number.POSITIVE_INFINITY): Batches {
  const { source, encoding } = part;
  if (isDocument(encoding.format)) return readDocumentCases(part);
  if (encoding.format === "parquet") return parquetOf(part, anyColumns, most);
  const bytes = unpacked(source, encoding.gzip);
  if (encoding.format === "jsonl") return readJsonLines(source.name, bytes);
  return readCsv(source.name, bytes, { separator: encoding.format === "tsv" ? "\t" : ",", anyColumns });
}

/** Parquet is read from its end, so a packed file is unpacked to the disk first. */
async function* parquetOf({ source, encoding }: Part, anyColumns: boolean, most: number): Batches {
  // Imported here for its cost: few datasets are Parquet files.
  const { readParquet } = await import("./formats/parquet.ts");
  if (!encoding.gzip) return yield* readParquet(source.name, await source.path(), { anyColumns, most });
  const scratch = await scratchOf("unpacked.parquet", unpacked(source, true));
  try {
    yield* readParquet(source.name, scratch.path, { anyColumns, most });
  } finally {
    await scratch.remove();
  }
}

/** SHA-256 of the files' bytes: of one file its own, of several that of the list of their names and hashes. */
export async function hashOfParts(parts: readonly Part[]): Promise<string> {
  const hashes: string[] = [];
  for (const { source } of parts) {
    const hash = createHash("sha256");
    for await (const piece of source.read()) hash.update(piece);
    hashes.push(hash.digest("hex"));
  }
  const [only] = hashes;
  if (only !== undefined && hashes.length === 1) return only;
  const list = hashes.map((hash, i) => `${hash}  ${baseName(parts[i]?.source.name ?? "")}\n`);
  return createHash("sha256").update(list.join("")).digest("hex");
}

const baseName = (path: string): string => path.replace(/^.*[/\\]/, "");

/** SHA-256 of the first bytes after unpacking, of one file of lines; null where there are fewer or no such order. */
export async function hashOfFirst(parts: readonly Part[], bytes: number): Promise<string | null> {
  const [part] = parts;
  if (
    part === undefined ||
    parts.length > 1 ||
    isDocument(part.encoding.format) ||
    part.encoding.format === "parquet"
  ) {
    return null;
  }
  const hash = createHash("sha256");
  let left = bytes;
  for await (const piece of unpacked(part.source, part.encoding.gzip)) {
    hash.update(piece.subarray(0, left));
    left -= Math.min(left, piece.length);
    if (left === 0) break;
  }
  return left === 0 ? hash.digest("hex") : null;
}
