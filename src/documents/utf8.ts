import { isUtf8 } from "node:buffer";
import { positionFinder } from "./position.ts";
import type { Problem } from "./problem.ts";

/**
 * The text of UTF-8 bytes without its byte order mark, or the problem that names the first byte that is not UTF-8;
 * `bytesBefore` of the file stand before them.
 */
export function decodeUtf8(file: string, bytes: Uint8Array, bytesBefore = 0): string | Problem {
  const otherText = bytesBefore === 0 ? otherTextProblem(file, bytes) : null;
  if (otherText !== null) return otherText;
  // Without making a text of it, which of a large file would fill the memory once more.
  if (isUtf8(bytes)) return new TextDecoder().decode(bytes);
  const offset = characterAt(bytes, firstBadByte(bytes));
  const before = new TextDecoder().decode(bytes.subarray(0, offset));
  const position = positionFinder(before)(before.length);
  const byte = `byte 0x${(bytes[offset] ?? 0).toString(16).padStart(2, "0")}`;
  return {
    file,
    position: { ...position, lineText: null },
    path: "",
    message: `not UTF-8 text: ${byte} at offset ${bytesBefore + offset}`,
    hint: "Save the file as UTF-8. If it comes from an older Windows program: iconv -f WINDOWS-1252 -t UTF-8 OLD > NEW",
  };
}

/** Text as Windows likes to save it, with a mark of its own or without, or a packed file; null for other bytes. */
export function otherTextProblem(file: string, bytes: Uint8Array): Problem | null {
  const [first, second, third, fourth] = bytes;
  if (first === 0x50 && second === 0x4b && third === 0x03 && fourth === 0x04) {
    return {
      file,
      position: null,
      path: "",
      message: "this is a ZIP archive or a spreadsheet, not text",
      hint: "Unpack the archive and give the file inside, or save the spreadsheet as CSV UTF-8.",
    };
  }
  const hasMark = (first === 0xff && second === 0xfe) || (first === 0xfe && second === 0xff);
  // Two characters of ASCII: no other text has a NUL byte in each.
  const little = first !== 0 && second === 0 && third !== 0 && fourth === 0;
  const big = first === 0 && second !== 0 && third === 0 && fourth !== 0;
  if (!hasMark && !((little || big) && bytes.length >= 4)) return null;
  const encoding = hasMark ? "UTF-16" : little ? "UTF-16LE" : "UTF-16BE";
  return {
    file,
    position: null,
    path: "",
    message: "this is UTF-16 text, and only UTF-8 is read",
    hint: `Save the file as UTF-8, or convert it: iconv -f ${encoding} -t UTF-8 OLD > NEW`,
  };
}

/** Where the character begins that is cut off at an offset: its first byte is the one that is wrong there. */
function characterAt(bytes: Uint8Array, offset: number): number {
  for (let start = offset - 1; start >= Math.max(0, offset - 3); start -= 1) {
    const byte = bytes[start] ?? 0;
    if (byte >= 0xc0) return offset - start < lengthOf(byte) ? start : offset;
    if (byte < 0x80) break;
  }
  return offset;
}

const lengthOf = (firstByte: number): number => (firstByte >= 0xf0 ? 4 : firstByte >= 0xe0 ? 3 : 2);

/** Whether these bytes are the beginning of a text. */
function decodes(bytes: Uint8Array): boolean {
  try {
    new TextDecoder("utf-8", { fatal: true }).decode(bytes, { stream: true });
    return true;
  } catch {
    return false;
  }
}

/** Halves the interval: a prefix decodes, as the beginning of more, exactly when the bad byte is not in it. */
function firstBadByte(bytes: Uint8Array): number {
  let good = 0;
  let bad = bytes.length + 1;
  while (bad - good > 1) {
    const middle = Math.floor((good + bad) / 2);
    if (decodes(bytes.subarray(0, middle))) good = middle;
    else bad = middle;
  }
  return good;
}
