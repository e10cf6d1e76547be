import { pipeline, type Readable } from "node:stream";
import { createGunzip } from "node:zlib";
import { BenchError, messageOf, systemCodeOf } from "../../core/errors.ts";
import type { ByteSource } from "./byte-source.ts";

/** The bytes after unpacking. Throws `BenchError("dataset")` where they are not gzip data, or end too early. */
export async function* unpacked(source: ByteSource, gzip: boolean): AsyncGenerator<Uint8Array, void, undefined> {
  if (!gzip) {
    yield* source.read();
    return;
  }
  const gunzip = createGunzip({ chunkSize: 64 * 1024 });
  // The error reaches whoever reads; the callback only has to be there.
  pipeline(source.read(), gunzip, () => {});
  try {
    yield* gunzip as Readable as AsyncIterable<Buffer>;
  } catch (cause) {
    throw gzipError(source.name, cause);
  } finally {
    gunzip.destroy();
  }
}

function gzipError(name: string, cause: unknown): unknown {
  if (cause instanceof BenchError || !(systemCodeOf(cause) ?? "").startsWith("Z_")) return cause;
  const cut = systemCodeOf(cause) === "Z_BUF_ERROR";
  return new BenchError(
    "dataset",
    cut ? `${name} ends in the middle of its gzip data` : `${name} is not sound gzip data: ${messageOf(cause)}`,
    {
      hint: cut ? "Copy or download it again." : "Take the .gz away from the name of a file that is not packed.",
      cause,
    },
  );
}
