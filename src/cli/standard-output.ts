import { fstatSync, writeSync } from "node:fs";
import { systemCodeOf } from "../core/errors.ts";
import type { Stream } from "./context.ts";

/** Nobody reads any more: a closed pipe, or a terminal that was hung up. No failure of what was written. */
const READER_GONE: ReadonlySet<string> = new Set(["EPIPE", "ECONNRESET"]);

/**
 * Standard output or standard error as commands write to them. What cannot be written never throws: `failure` says why
 * nothing more arrives.
 */
export function standardOutput(stream: NodeJS.WriteStream, fd: 1 | 2): Stream {
  return !stream.isTTY && isFile(fd) ? fileOutput(fd) : streamOutput(stream);
}

function isFile(fd: number): boolean {
  try {
    const stats = fstatSync(fd);
    return stats.isFile() || stats.isCharacterDevice();
  } catch {
    return false;
  }
}

/** Node's own stream for files takes a short write, as on a disk that becomes full, for a whole one. */
function fileOutput(fd: number): Stream {
  let failure: unknown = null;
  return {
    write(text) {
      if (failure !== null) return true;
      try {
        const bytes = Buffer.from(text, "utf8");
        for (let written = 0; written < bytes.length;) written += writeSync(fd, bytes, written);
      } catch (error) {
        failure = error;
      }
      return true;
    },
    isTTY: false,
    get destroyed() {
      return failure !== null;
    },
    get failure() {
      return failure;
    },
  };
}

function streamOutput(stream: NodeJS.WriteStream): Stream {
  let failure: unknown = null;
  stream.on("error", (error) => {
    const code = systemCodeOf(error) ?? "";
    // A terminal answers EIO when its window has been closed.
    if (!READER_GONE.has(code) && !(stream.isTTY && code === "EIO")) failure ??= error;
  });
  return {
    write: (text) => stream.write(text),
    get isTTY() {
      return stream.isTTY;
    },
    get columns() {
      return stream.columns;
    },
    get rows() {
      return stream.rows;
    },
    get destroyed() {
      return stream.destroyed;
    },
    get failure() {
      return failure;
    },
    on: (event, listener) => stream.on(event, listener),
    off: (event, listener) => stream.off(event, listener),
  };
}
