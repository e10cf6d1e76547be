import type { IncomingMessage } from "node:http";

const MiB = 1024 * 1024;

/** What requests may cost the simulator; docs/simulator.md states them. */
export const BODY_LIMITS = {
  /** One body. */
  bytes: 32 * MiB,
  /** Pieces that one body may come in: each costs as much time as a few hundred bytes. */
  pieces: 500_000,
  /** All bodies that are being read, together. */
  bytesTogether: 256 * MiB,
  /** Lists and objects inside one another: more would exhaust the stack of whatever walks them. */
  levels: 1000,
  /** Lists, objects and values of one body: each takes up to 60 bytes once it is parsed. */
  values: 1_000_000,
  /** A model's name comes back with every token. */
  modelCharacters: 500,
} as const;

/** What a request's body is, or why it is not taken. */
export type Body = { readonly text: string } | { readonly tooLarge: string };

/** Reads bodies, and keeps count of what all of them take. */
export interface BodyReader {
  /** Calls `use` once, unless the client leaves before its body is complete. */
  read(request: IncomingMessage, use: (body: Body) => void): void;
}

/** A reader for one server. */
export function bodyReader(): BodyReader {
  let together = 0;
  return {
    read(request, use) {
      const stated = Number(request.headers["content-length"] ?? NaN);
      // Grown by doubling: a client may state gigabytes, or send byte by byte.
      let bytes = Buffer.alloc(0);
      let length = 0;
      let pieces = 0;
      let settled = false;
      const settle = (body: Body | null): void => {
        if (settled) return;
        settled = true;
        together -= bytes.length;
        bytes = Buffer.alloc(0);
        if (body !== null) use(body);
      };
      const fits = (wanted: number): boolean => {
        if (wanted > BODY_LIMITS.bytes) settle({ tooLarge: `a body may have ${inMiB(BODY_LIMITS.bytes)}` });
        else if (together + wanted > BODY_LIMITS.bytesTogether) {
          settle({ tooLarge: `the bodies being read may have ${inMiB(BODY_LIMITS.bytesTogether)} together` });
        }
        return !settled;
      };
      if (stated > BODY_LIMITS.bytes) fits(stated);
      request.on("data", (piece: Buffer) => {
        if (settled) return;
        if (length === 0 && piece.length === stated) {
          // Nearly always: the whole body at once, which is not copied.
          return settle({ text: piece.toString("utf8") });
        }
        pieces += 1;
        if (pieces > BODY_LIMITS.pieces) settle({ tooLarge: `a body may have at most ${BODY_LIMITS.pieces} chunks` });
        const wanted = length + piece.length;
        if (settled || (wanted > bytes.length && !fits(wanted))) return;
        if (wanted > bytes.length) {
          const larger = Buffer.allocUnsafe(Math.min(BODY_LIMITS.bytes, Math.max(1024, wanted * 2)));
          bytes.copy(larger, 0, 0, length);
          together += larger.length - bytes.length;
          bytes = larger;
        }
        piece.copy(bytes, length);
        length = wanted;
      });
      request.on("end", () => settle({ text: bytes.toString("utf8", 0, length) }));
      request.on("close", () => settle(null));
    },
  };
}

const inMiB = (bytes: number): string => `at most ${bytes / MiB} MiB`;

/** What of a JSON text would cost more than its length to parse, in words; null for nothing. Looks, and parses nothing. */
export function excessIn(text: string): string | null {
  // A value takes two characters, and most bodies have fewer than these limits allow.
  if (text.length <= BODY_LIMITS.levels) return null;
  let levels = 0;
  let values = 0;
  for (let at = 0; at < text.length; at += 1) {
    const character = text.charCodeAt(at);
    if (character === QUOTE) at = endOfString(text, at);
    else if (character === OPEN_LIST || character === OPEN_OBJECT) {
      levels += 1;
      values += 1;
      if (levels > BODY_LIMITS.levels) return `is nested more than ${BODY_LIMITS.levels} levels deep`;
    } else if (character === CLOSE_LIST || character === CLOSE_OBJECT) levels -= 1;
    else if (character === COMMA) values += 1;
    if (values > BODY_LIMITS.values) return `has more than ${BODY_LIMITS.values} values`;
  }
  return null;
}

const [QUOTE, COMMA, BACKSLASH] = [0x22, 0x2c, 0x5c];
const [OPEN_LIST, CLOSE_LIST, OPEN_OBJECT, CLOSE_OBJECT] = [0x5b, 0x5d, 0x7b, 0x7d];

/** Where a string that begins at `start` ends: at its quote, or with the text. */
function endOfString(text: string, start: number): number {
  for (let end = text.indexOf('"', start + 1); end !== -1; end = text.indexOf('"', end + 1)) {
    let escapes = 0;
    while (text.charCodeAt(end - 1 - escapes) === BACKSLASH) escapes += 1;
    if (escapes % 2 === 0) return end;
  }
  return text.length;
}
