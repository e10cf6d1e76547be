import { closeSync, readSync } from "node:fs";
import { openToRead } from "./plain-file.ts";

const CHUNK_BYTES = 1 << 18;
const NEWLINE = 0x0a;

/** Longest line that is held, in bytes: no record is as long, and a text in V8 could not be. */
const LONGEST_BYTES = 1 << 29;

/** What is kept of a longer one, in bytes: enough to tell its case. */
const BEGINNING_BYTES = 1 << 16;

/** One line of a file. */
export interface ScannedLine {
  /** From 1. */
  readonly number: number;
  /** Where it begins in the file. */
  readonly offset: number;
  /** Without its newline; valid only until the next line is asked for. Only the beginning of a line that is too long. */
  readonly bytes: Buffer;
  /** False for what stands after the last newline. */
  readonly whole: boolean;
}

/**
 * The lines in the first `endBytes` of a file, in memory for a chunk and the longest line.
 * Splits bytes, so no character is ever cut at a chunk's border.
 */
export function* scanLines(
  path: string,
  endBytes = Infinity,
  chunkBytes = CHUNK_BYTES,
  longestBytes = LONGEST_BYTES,
): Generator<ScannedLine> {
  const fd = openToRead(path);
  try {
    let buffer = Buffer.allocUnsafe(chunkBytes);
    let used = 0;
    let offset = 0;
    let number = 1;
    /** The beginning of a line that is too long, until its end is found. */
    let tooLong: { readonly offset: number; readonly bytes: Buffer } | null = null;
    for (;;) {
      const wanted = Math.min(buffer.length - used, endBytes - offset - used);
      const read = readSync(fd, buffer, used, wanted, null);
      const filled = buffer.subarray(0, used + read);
      let start = 0;
      for (let end = filled.indexOf(NEWLINE, used); end !== -1; end = filled.indexOf(NEWLINE, start)) {
        yield { number, offset: offset + start, bytes: filled.subarray(start, end), ...tooLong, whole: true };
        tooLong = null;
        number += 1;
        start = end + 1;
      }
      const rest = filled.subarray(start);
      if (read === 0) {
        if (rest.length > 0 || tooLong !== null) {
          yield { number, offset: offset + start, bytes: rest, ...tooLong, whole: false };
        }
        return;
      }
      if (tooLong !== null || rest.length >= longestBytes) {
        tooLong ??= { offset: offset + start, bytes: Buffer.from(rest.subarray(0, BEGINNING_BYTES)) };
        if (buffer.length > chunkBytes) buffer = Buffer.allocUnsafe(chunkBytes);
        used = 0;
        offset += filled.length;
        continue;
      }
      if (rest.length === buffer.length) {
        buffer = Buffer.concat([buffer], buffer.length * 2);
      } else {
        buffer.copyWithin(0, start, filled.length);
      }
      used = rest.length;
      offset += start;
    }
  } finally {
    closeSync(fd);
  }
}

/** How many newlines a file has: reads bytes and decodes nothing. */
export function countLines(path: string): number {
  const fd = openToRead(path);
  try {
    const chunk = Buffer.allocUnsafe(CHUNK_BYTES);
    let lines = 0;
    for (let read = readSync(fd, chunk); read > 0; read = readSync(fd, chunk)) {
      lines += newlinesIn(chunk.subarray(0, read));
    }
    return lines;
  } finally {
    closeSync(fd);
  }
}

/** How many newlines there are in some bytes. */
export function newlinesIn(bytes: Buffer): number {
  let lines = 0;
  for (let at = bytes.indexOf(NEWLINE); at !== -1; at = bytes.indexOf(NEWLINE, at + 1)) lines += 1;
  return lines;
}
