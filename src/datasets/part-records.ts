import { readDocumentCases } from "./document-cases.ts";
import { readCsv } from "./formats/csv-records.ts";
import { isDocument } from "./formats/format.ts";
import { readJsonLines } from "./formats/jsonl.ts";
import type { Batches, Read } from "./formats/record.ts";
import { BenchError } from "../core/errors.ts";
import type { Part } from "./part.ts";
import { shapedRead } from "./shaped-records.ts";
import type { ByteSource } from "./sources/byte-source.ts";
import { scratchOf } from "./sources/scratch.ts";
import { unpacked } from "./sources/unpack.ts";

/** The records of a file, shaped like test cases; one pass. */
export async function* recordsOf(part: Part): Batches {
  const { reading, reads } = part;
  if (reads !== undefined) {
    let batch: Read[] = [];
    for (const read of reads) {
      batch.push(read);
      if (batch.length < BATCH) continue;
      yield batch;
      batch = [];
    }
    if (batch.length > 0) yield batch;
    return;
  }
  for await (const batch of readerOf(part, reading !== undefined && reading.shape !== null)) {
    if (reading === undefined || reading.shape === null) yield batch;
    else yield batch.map((read) => (read.ok ? shapedRead(read.record, reading) : read));
  }
}

/** The rows of a table or of JSON Lines as they are, with columns of any name; one pass. */
export const rowsOf = (part: Part): Batches => readerOf(part, true);

/** The first records of a file as they are, for a look at what they are. */
export async function firstRecords(part: Part): Promise<unknown[]> {
  const { first } = part.source;
  // Parquet is read from its end, so there is nothing to be seen before all of it is there.
  if (first === undefined || part.encoding.format === "parquet") return recordsAtFirst(part);
  // The last line or row of a piece may be cut.
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
  const records: unknown[] = [];
  let batches = 0;
  for await (const batch of readerOf(part, true, LOOKED_AT)) {
    for (const read of batch) if (read.ok) records.push(read.record.value);
    batches += 1;
    // Long records come one by one, and a few of them say enough.
    if (records.length >= LOOKED_AT || batches >= MOST_BATCHES) break;
  }
  return records.slice(0, LOOKED_AT);
}

/** By how many records columns are known. */
const LOOKED_AT = 100;
const MOST_BATCHES = 8;
/** So many records of a document at a time. */
const BATCH = 1000;

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
