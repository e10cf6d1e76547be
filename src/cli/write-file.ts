import { randomUUID } from "node:crypto";
import { lstat, open, rename, rm, stat } from "node:fs/promises";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { createGzip } from "node:zlib";
import { BenchError, systemCodeOf } from "../core/errors.ts";
import { fileError } from "../core/output-error.ts";
import { requireNoRecords } from "../journal/run-place.ts";

const GATHERED_CHARS = 1 << 16;

/** Throws `BenchError("usage")` for a file that is there already; even with `force` for a run's records and what is no file. */
export async function requireFree(path: string, force: boolean): Promise<void> {
  const there = await lstat(path).catch(() => null);
  if (there === null) return;
  // A finished file takes its place: a device or a pipe would be gone.
  const isReplaceable = there.isFile() || (there.isSymbolicLink() && (await leadsToFile(path)));
  if (!isReplaceable) {
    throw new BenchError("output", `${path} is not a regular file`, {
      hint: "Name a file; it is written whole or not at all.",
    });
  }
  requireNoRecords(path);
  if (!force) {
    throw new BenchError("usage", `${path} exists already`, {
      hint: "Choose another name, or replace it with --force.",
    });
  }
}

async function leadsToFile(link: string): Promise<boolean> {
  const target = await stat(link).catch(() => null);
  return target === null || target.isFile();
}

/**
 * Writes a file piece by piece under a name of its own and renames it when it is whole: a command that fails leaves
 * what was there. Throws `BenchError("output")`, and whatever the pieces throw.
 */
export async function writeFileWhole(
  path: string,
  pieces: AsyncIterable<string | Uint8Array> | Iterable<string>,
  gzip: boolean,
): Promise<void> {
  const unfinished = `${path}.${randomUUID()}.tmp`;
  try {
    const file = await open(unfinished, "wx");
    // The stream closes the file, and has it on the disk before.
    const target = file.createWriteStream({ flush: true });
    const text = Readable.from(gathered(pieces));
    await (gzip ? pipeline(text, createGzip(), target) : pipeline(text, target));
    await rename(unfinished, path);
  } catch (error) {
    await rm(unfinished, { force: true }).catch(() => {});
    // What is not of the system comes from the pieces.
    throw systemCodeOf(error) === undefined ? error : fileError(`cannot write ${path}`, error);
  }
}

/** Small texts as larger pieces; bytes are large pieces already. */
async function* gathered(
  pieces: AsyncIterable<string | Uint8Array> | Iterable<string>,
): AsyncGenerator<Uint8Array, void, undefined> {
  let text = "";
  for await (const piece of pieces) {
    if (typeof piece !== "string") {
      yield piece;
      continue;
    }
    text += piece;
    if (text.length < GATHERED_CHARS) continue;
    yield Buffer.from(text, "utf8");
    text = "";
  }
  yield Buffer.from(text, "utf8");
}
