import { createHash, type Hash } from "node:crypto";
import type { Dataset } from "../core/dataset.ts";
import type { SourceDocument } from "../documents/source-document.ts";
import { readPart, wholeOf } from "./document.ts";
import { foreignCases } from "./foreign-cases.ts";
import { foreignDocument } from "./foreign-document.ts";
import { namedFiles } from "./named-files.ts";
import { ownDataset } from "./own-dataset.ts";
import type { Part } from "./part.ts";
import type { OnCase, StreamOptions } from "./stream.ts";

/**
 * A dataset of one JSON or YAML document, read whole; `onCase` hears of each case and where it stands. Throws
 * `BenchError("dataset")` that tells all that is wrong.
 */
export async function documentDataset(
  part: Part,
  found: Pick<Dataset, "name" | "source"> & Lifetime,
  options: StreamOptions = {},
  onCase?: OnCase,
): Promise<Dataset> {
  const { document, hash } = await hashedDocument(part);
  const files = await namedFiles(document, part);
  for (const one of files.bytes) hash.update(one);
  const sha256 = hash.digest("hex");
  const foreign = foreignDocument(document, part.foreign ?? {}, { files: files.files });
  if (foreign !== null) {
    const { reads, ...about } = foreign;
    return {
      ...(await foreignCases({ ...part, reads }, about, options, onCase)),
      name: found.name,
      version: sha256.slice(0, 12),
      sha256,
      source: found.source,
      ...lifetimeOf(found),
    };
  }
  const own = await ownDataset(document, part, options, onCase);
  return { ...own, sha256, source: found.source, ...lifetimeOf(found) };
}

/** A document and the hash of its bytes, which nothing holds any longer. */
async function hashedDocument(part: Part): Promise<{ document: SourceDocument; hash: Hash }> {
  const bytes = await wholeOf(part);
  return { hash: createHash("sha256").update(bytes), document: await readPart(part, bytes) };
}

/** What is to be done with a dataset besides reading it. */
export type Lifetime = Pick<Dataset, "keepIn" | "keepRest" | "close">;

/** What a dataset has besides its content when it does not come from a file of the user's. */
export function lifetimeOf({ keepIn, keepRest, close }: Lifetime): Lifetime {
  return {
    ...(keepIn === undefined ? {} : { keepIn }),
    ...(keepRest === undefined ? {} : { keepRest }),
    ...(close === undefined ? {} : { close }),
  };
}
