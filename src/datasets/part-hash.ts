import { createHash } from "node:crypto";
import { isDocument } from "./formats/format.ts";
import type { Part } from "./part.ts";
import { unpacked } from "./sources/unpack.ts";

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
