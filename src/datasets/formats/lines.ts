import { isUtf8 } from "node:buffer";
import type { Problem } from "../../documents/problem.ts";
import { decodeUtf8, otherTextProblem } from "../../documents/utf8.ts";
import { MAX_RECORD_BYTES, shiftedLine } from "./record.ts";

/** One line of a text file, or why it cannot be read. */
export interface Line {
  /** Without its line feed; a carriage return before that stays. */
  readonly text: string | Problem;
  /** Counts from 1. */
  readonly number: number;
  /** Where it begins, in bytes. */
  readonly offset: number;
  /** Whether nothing behind it can be read. */
  readonly isLast?: true;
}

const LINE_FEED = 0x0a;

/**
 * Splits bytes into lines of UTF-8, a batch for each piece that comes. A line of more than `maxBytes` is a problem and
 * the last thing that comes: where it ends is not known.
 */
export async function* splitLines(
  file: string,
  pieces: AsyncIterable<Uint8Array>,
  maxBytes: number = MAX_RECORD_BYTES,
): AsyncGenerator<readonly Line[], void, undefined> {
  let rest: Buffer[] = [];
  let restBytes = 0;
  let number = 1;
  let offset = 0;
  for await (const piece of pieces) {
    const buffer = Buffer.from(piece.buffer, piece.byteOffset, piece.byteLength);
    const otherText = offset === 0 && restBytes === 0 ? otherTextProblem(file, buffer) : null;
    if (otherText !== null) {
      // Each line would be wrong in the same way.
      yield [{ text: otherText, number, offset, isLast: true }];
      return;
    }
    const lines: Line[] = [];
    let start = 0;
    for (let end = buffer.indexOf(LINE_FEED); end >= 0; end = buffer.indexOf(LINE_FEED, start)) {
      const tail = buffer.subarray(start, end);
      const bytes = restBytes === 0 ? tail : Buffer.concat([...rest, tail]);
      if (bytes.length > maxBytes) break;
      lines.push(lineOf(file, bytes, number, offset));
      [rest, restBytes] = [[], 0];
      number += 1;
      offset += bytes.length + 1;
      start = end + 1;
    }
    rest.push(buffer.subarray(start));
    restBytes += buffer.length - start;
    if (restBytes > maxBytes) lines.push({ text: tooLong(file, number, maxBytes), number, offset, isLast: true });
    if (lines.length > 0) yield lines;
    if (restBytes > maxBytes) return;
  }
  if (restBytes > 0) yield [lineOf(file, Buffer.concat(rest), number, offset)];
}

function lineOf(file: string, bytes: Buffer, number: number, offset: number): Line {
  if (isUtf8(bytes)) {
    const text = bytes.toString("utf8");
    return { text: text.charCodeAt(0) === 0xfeff ? text.slice(1) : text, number, offset };
  }
  const problem = decodeUtf8(file, bytes, offset);
  if (typeof problem === "string") return { text: problem, number, offset };
  return { text: { ...problem, position: shiftedLine(problem.position, number - 1) }, number, offset };
}

function tooLong(file: string, number: number, maxBytes: number): Problem {
  return {
    file,
    position: { line: number, column: 1, lineText: null },
    path: "",
    message: `this line is longer than ${Math.round(maxBytes / 1024 / 1024)} MB, the most that one test case may take`,
    hint: "Each test case stands on a line of its own. If the file is one JSON document, name it .json or say --format json.",
  };
}
