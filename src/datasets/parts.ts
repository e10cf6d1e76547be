import { createHash } from "node:crypto";
import { readDocumentCases } from "./document-cases.ts";
import { readCsv } from "./formats/csv-records.ts";
import { isDocument, type Encoding } from "./formats/format.ts";
import { readJsonLines } from "./formats/jsonl.ts";
import type { Batches, Shape } from "./formats/record.ts";
import type { ByteSource } from "./sources/byte-source.ts";
import { scratchOf } from "./sources/scratch.ts";
import { unpacked } from "./sources/unpack.ts";

/** One file of a dataset. */
export interface Part {
  readonly source: ByteSource;
  readonly encoding: Encoding;
}

/** The records of a file, shaped like test cases; one pass. */
export async function* recordsOf({ source, encoding }: Part, shape?: Shape): Batches {
  for await (const batch of readerOf({ source, encoding })) {
    if (shape === undefined) yield batch;
    else yield batch.map((read) => (read.ok ? { ok: true, record: shape(read.record) } : read));
  }
}

function readerOf(part: Part): Batches {
  const { source, encoding } = part;
  if (isDocument(encoding.format)) return readDocumentCases(part);
  if (encoding.format === "parquet") return parquetOf(part);
  const bytes = unpacked(source, encoding.gzip);
  if (encoding.format === "jsonl") return readJsonLines(source.name, bytes);
  return readCsv(source.name, bytes, encoding.format === "tsv" ? "\t" : ",");
}

/** Parquet is read from its end, so a packed file is unpacked to the disk first. */
async function* parquetOf({ source, encoding }: Part): Batches {
  // Imported here for its cost: few datasets are Parquet files.
  const { readParquet } = await import("./formats/parquet.ts");
  if (!encoding.gzip) return yield* readParquet(source.name, await source.path());
  const scratch = await scratchOf("unpacked.parquet", unpacked(source, true));
  try {
    yield* readParquet(source.name, scratch.path);
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
