import { randomUUID } from "node:crypto";
import { access, open, rename, rm } from "node:fs/promises";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { createGzip } from "node:zlib";
import { BenchError, messageOf, systemCodeOf } from "../../core/errors.ts";

const GATHERED_CHARS = 1 << 16;

/** Throws `BenchError("usage")` for a file that is there already. */
export async function requireFree(path: string, force: boolean): Promise<void> {
  if (force) return;
  const isThere = await access(path).then(
    () => true,
    () => false,
  );
  if (!isThere) return;
  throw new BenchError("usage", `${path} exists already`, { hint: "Choose another name, or replace it with --force." });
}

/**
 * Writes a file piece by piece under a name of its own and renames it when it is whole: a command that fails leaves
 * what was there. Throws `BenchError("output")`, and whatever the pieces throw.
 */
export async function writeFileWhole(
  path: string,
  pieces: AsyncIterable<string | Uint8Array>,
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
    throw writeError(path, error);
  }
}

/** Small texts as larger pieces; bytes are large pieces already. */
async function* gathered(pieces: AsyncIterable<string | Uint8Array>): AsyncGenerator<Uint8Array, void, undefined> {
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

function writeError(path: string, cause: unknown): unknown {
  const code = systemCodeOf(cause);
  if (cause instanceof BenchError || code === undefined) return cause;
  const why = { ENOENT: "there is no such folder", ENOSPC: "the disk is full" }[code] ?? messageOf(cause);
  return new BenchError("output", `${path} cannot be written: ${why}`, {
    hint: "Check the path, your right to write there, and the space on the disk.",
    cause,
  });
}
