import { positionFinder } from "./position.ts";
import type { Problem } from "./problem.ts";

/**
 * The text of UTF-8 bytes without its byte order mark, or the problem that names the first byte that is not UTF-8;
 * `bytesBefore` of the file stand before them.
 */
export function decodeUtf8(file: string, bytes: Uint8Array, bytesBefore = 0): string | Problem {
  if (decodes(bytes, false)) return new TextDecoder().decode(bytes);
  const offset = firstBadByte(bytes);
  const before = new TextDecoder().decode(bytes.subarray(0, offset));
  const position = positionFinder(before)(before.length);
  const byte = bytes[offset];
  const what = byte === undefined ? "the file ends inside a character" : `byte 0x${byte.toString(16).padStart(2, "0")}`;
  return {
    file,
    position: { ...position, lineText: null },
    path: "",
    message: `not UTF-8 text: ${what} at offset ${bytesBefore + offset}`,
    hint: "Save the file as UTF-8.",
  };
}

function decodes(bytes: Uint8Array, mayGoOn: boolean): boolean {
  try {
    new TextDecoder("utf-8", { fatal: true }).decode(bytes, { stream: mayGoOn });
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
    if (decodes(bytes.subarray(0, middle), true)) good = middle;
    else bad = middle;
  }
  return good;
}
