import { createWriteStream } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pipeline } from "node:stream/promises";
import { fileError, isDiskError } from "../../core/output-error.ts";

/** A file in the system's temporary folder, with the way to remove it. */
export interface Scratch {
  readonly path: string;
  remove(): Promise<void>;
}

/** An empty place for a file; throws `BenchError("output")` where the temporary folder cannot be written. */
export async function scratchFile(name: string): Promise<Scratch> {
  const folder = await mkdtemp(join(tmpdir(), "llm-test-bench-")).catch((error: unknown) => {
    throw fileError(`cannot write in ${tmpdir()}`, error);
  });
  return { path: join(folder, name), remove: () => rm(folder, { recursive: true, force: true }) };
}

/** Writes pieces of bytes to a temporary file; removes it again when they cannot be had. */
export async function scratchOf(name: string, pieces: AsyncIterable<Uint8Array>): Promise<Scratch> {
  const scratch = await scratchFile(name);
  try {
    await pipeline(pieces, createWriteStream(scratch.path));
    return scratch;
  } catch (error) {
    await scratch.remove();
    throw isDiskError(error) ? fileError(`cannot write ${scratch.path}`, error) : error;
  }
}
