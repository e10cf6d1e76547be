import type { Dataset, DatasetNote } from "../core/dataset.ts";
import { documentDataset, lifetimeOf } from "./document-dataset.ts";
import { notesOf } from "./foreign-cases.ts";
import { isDocument } from "./formats/format.ts";
import type { Part } from "./part.ts";
import { hashOfParts } from "./part-hash.ts";
import { findDataset, type FoundDataset, type SourceOptions } from "./find-dataset.ts";
import type { Foreign } from "../core/dataset.ts";
import { understood } from "./understand.ts";
import { CaseStream, streamedDataset, type StreamOptions } from "./stream.ts";

/** How a dataset is to be read. */
export interface LoadOptions extends SourceOptions, Foreign, StreamOptions {
  /** Check the whole dataset before it is used, however large it is. */
  readonly validateFirst?: boolean;
}

/** Files up to this size are checked whole before anything is sent. */
const VALIDATED_FIRST_BYTES = 64 * 1024 * 1024;
/** What packed text is taken for, without unpacking it to see. */
const BYTES_PER_PACKED_BYTE = 4;

/**
 * Reads a dataset: a path to a file or a folder, `-` for standard input, an `https:` address, `hf:owner/name`, or the
 * bare name of a built-in one. Throws one `BenchError("dataset")` that tells everything that is wrong with it; a large
 * one, and standard input, are checked while they are used instead.
 */
export async function loadDataset(nameOrPath: string, options: LoadOptions = {}): Promise<Dataset> {
  const found = await findDataset(nameOrPath, options);
  try {
    return await datasetOf(found, options);
  } catch (error) {
    await found.close?.();
    throw error;
  }
}

async function datasetOf(given: FoundDataset, options: LoadOptions): Promise<Dataset> {
  const { map, prompt, shape } = options;
  const reading: Foreign = {
    ...(map === undefined ? {} : { map }),
    ...(prompt === undefined ? {} : { prompt }),
    ...(shape === undefined ? {} : { shape }),
  };
  const { parts, notes } = await understood(given.parts, options);
  const dataset = await datasetOfParts({ ...given, parts }, options);
  return {
    ...dataset,
    ...(Object.keys(reading).length === 0 ? {} : { reading }),
    ...(notes.length === 0 ? {} : { notes: [...notesOf(notes), ...(dataset.notes ?? [])] }),
  };
}

async function datasetOfParts(found: FoundDataset, options: LoadOptions): Promise<Dataset> {
  const [first] = found.parts;
  if (first !== undefined && found.parts.length === 1 && isDocument(first.encoding.format)) {
    return documentDataset(first, found, options);
  }
  const cases = new CaseStream(found.parts, options);
  const { name, source } = found;
  const defaults = await cases.defaults();
  const streamed = {
    ...streamedDataset({ name, version: "0", source, defaults }, found.parts, cases),
    ...lifetimeOf(found),
  };
  if (options.validateFirst !== true && !isSmall(found.parts)) return streamed;
  await cases.check();
  const sha256 = await hashOfParts(found.parts);
  const notes = (cases.leftOut?.inWords ?? []).map((text): DatasetNote => ({ kind: "warning", text }));
  return {
    ...streamed,
    version: sha256.slice(0, 12),
    sha256,
    ...(notes.length === 0 ? {} : { notes }),
  };
}

function isSmall(parts: readonly Part[]): boolean {
  let bytes = 0;
  for (const { source, encoding } of parts) {
    if (source.state === null) return false;
    bytes += source.state.bytes * (encoding.gzip ? BYTES_PER_PACKED_BYTE : 1);
  }
  return bytes < VALIDATED_FIRST_BYTES;
}
