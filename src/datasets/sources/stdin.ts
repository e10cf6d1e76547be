import { existsSync } from "node:fs";
import { lstat, readdir } from "node:fs/promises";
import { join } from "node:path";
import { BenchError } from "../../core/errors.ts";
import type { DatasetFormat } from "../../core/dataset-format.ts";
import { encodingOf } from "../formats/format.ts";
import { encodingOfBytes, unknownFormat } from "../formats/sniff.ts";
import type { Part } from "../part.ts";
import { fileSource } from "./file.ts";
import { Spool } from "./spool.ts";

/** Standard input, as the command line has it. */
export interface StandardInput {
  readonly isTTY?: boolean | undefined;
  pieces(): AsyncIterable<Uint8Array>;
}

/** A dataset from standard input. */
export interface FoundInput {
  readonly part: Part;
  readonly keepIn?: (directory: string) => Promise<void>;
  readonly keepRest?: (stop: AbortSignal) => Promise<boolean>;
  readonly close?: () => Promise<void>;
}

/** What a run directory calls it: `stdin.jsonl`. */
const KEPT_NAME = "stdin";

/**
 * Standard input as a dataset. A run directory that holds all of it already, from the run that is resumed, is read
 * instead. Throws `BenchError("dataset")` for a terminal, and where nobody says the format.
 */
export async function inputDataset(
  stdin: StandardInput | undefined,
  { format, kept }: { readonly format?: DatasetFormat | undefined; readonly kept?: string | undefined },
): Promise<FoundInput> {
  const before = kept === undefined ? null : await keptPart(kept);
  if (before !== null) return { part: before };
  if (stdin === undefined || stdin.isTTY === true) {
    throw new BenchError("dataset", "standard input is a terminal, and no dataset comes from it", {
      hint: "Pipe one in: cat cases.jsonl | llm-test-bench bench --dataset - …",
    });
  }
  const rest = stdin.pieces()[Symbol.asyncIterator]();
  const next = await rest.next();
  const first = next.done === true ? new Uint8Array() : await withFirstRecord(next.value, rest);
  if (first.length === 0) throw new BenchError("dataset", "standard input is empty", { hint: "Pipe a dataset in." });
  const encoding = encodingOfBytes(first, format);
  if (encoding === null) throw unknownFormat("standard input");
  const spool = new Spool(first, rest);
  const name = `${KEPT_NAME}.${encoding.format}${encoding.gzip ? ".gz" : ""}`;
  return {
    part: { source: spool, encoding },
    keepIn: (directory) => spool.keepAt(join(directory, name)),
    keepRest: (stop) => spool.keepRest(stop),
    close: () => spool.close(),
  };
}

/** Enough to hold the first record of any file but an odd one. */
const ENOUGH_BYTES = 64 * 1024;
const LINE_FEED = 10;

/** The first bytes with those that follow, until a record is there that says what shape the file has. */
async function withFirstRecord(first: Uint8Array, rest: AsyncIterator<Uint8Array>): Promise<Uint8Array> {
  // A table's first row names its columns.
  const lines = String.fromCharCode(first[0] ?? 0) === "{" ? 1 : 2;
  let bytes = first;
  while (bytes.length < ENOUGH_BYTES && countOf(bytes, LINE_FEED) < lines) {
    const next = await rest.next();
    if (next.done === true) break;
    bytes = Buffer.concat([bytes, next.value]);
  }
  return bytes;
}

const countOf = (bytes: Uint8Array, wanted: number): number =>
  bytes.reduce((sum, byte) => (byte === wanted ? sum + 1 : sum), 0);

async function keptPart(directory: string): Promise<Part | null> {
  if (!existsSync(directory)) return null;
  const name = (await readdir(directory)).find((one) => one.startsWith(`${KEPT_NAME}.`) && encodingOf(one) !== null);
  const encoding = name === undefined ? null : encodingOf(name);
  if (name === undefined || encoding === null) return null;
  const path = join(directory, name);
  const there = await lstat(path);
  // A pipe would be waited for, and a link leads elsewhere.
  if (!there.isFile()) {
    throw new BenchError("output", `${path} is not a regular file`, {
      hint: "Move it away, and pipe the dataset in again.",
    });
  }
  return { source: fileSource(path, there, "standard input"), encoding };
}
