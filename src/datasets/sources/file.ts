import { createReadStream, type Stats } from "node:fs";
import { stat } from "node:fs/promises";
import { dirname } from "node:path";
import type { DatasetFileState } from "../../core/dataset.ts";
import { BenchError } from "../../core/errors.ts";
import { fileError } from "../../documents/read-file.ts";
import type { ByteSource } from "./byte-source.ts";

const PIECE_BYTES = 16 * 1024;

/** What stands at a path: a file, a folder; throws `BenchError("dataset")` for what cannot be a dataset. */
export async function lookAt(path: string): Promise<{ readonly kind: "file" | "folder"; readonly stats: Stats }> {
  const stats = await statOf(path);
  if (stats.isDirectory()) return { kind: "folder", stats };
  if (stats.isFile()) return { kind: "file", stats };
  const what = stats.isFIFO() ? "a pipe" : stats.isSocket() ? "a socket" : "a device";
  throw new BenchError("dataset", `${path} is ${what}, not a file`, {
    hint: stats.isFIFO()
      ? "A pipe can be read only once: give it as standard input, --dataset - < PIPE."
      : "Name a file or a folder, or - for standard input.",
  });
}

async function statOf(path: string): Promise<Stats> {
  try {
    return await stat(path);
  } catch (cause) {
    throw await fileError(path, "dataset", cause);
  }
}

/** A file that must stay as it is while it is used. */
export function fileSource(path: string, stats: Stats, name = path): ByteSource {
  const state = stateOf(stats);
  return {
    name,
    state,
    // What was downloaded goes by another name.
    folder: name === path ? dirname(path) : null,
    async *read() {
      const now = stateOf(await statOf(path));
      if (now.bytes !== state.bytes || now.modified_at !== state.modified_at) {
        throw new BenchError("dataset", `${name} was changed while it was in use`, {
          hint: "Leave the file alone during a run, or work on a copy.",
        });
      }
      try {
        yield* createReadStream(path, { highWaterMark: PIECE_BYTES }) as AsyncIterable<Buffer>;
      } catch (cause) {
        throw await fileError(path, "dataset", cause);
      }
    },
    path: () => Promise.resolve(path),
  };
}

const stateOf = ({ size, mtime }: Stats): DatasetFileState => ({ bytes: size, modified_at: mtime.toISOString() });
