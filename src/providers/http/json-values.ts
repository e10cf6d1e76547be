import type { WireEvent } from "../wire/wire-format.ts";
import type { StreamDecoder } from "./stream-decoder.ts";
import { utf8Text } from "./utf8-text.ts";

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const LINE_FEED = 0x0a;
const OPENING = new Set([0x7b, 0x5b]);
const CLOSING = new Set([0x7d, 0x5d]);
/** What may stand between values: white space, commas, and the record separator of JSON text sequences (RFC 7464). */
const BETWEEN = new Set([0x20, 0x09, 0x0a, 0x0d, 0x2c, 0x1e]);

/** Tells one JSON value, which is a plain body, from several, which are a stream. */
export interface JsonValuesDecoder extends StreamDecoder {
  /** Whether a second value has begun. */
  readonly several: boolean;
  /** Whether a value has begun and none is open. */
  readonly isWhole: boolean;
}

/**
 * JSON objects one after another, each on its line, over several lines, or on one line with others. Each is handed out
 * when its last brace has come. Anything else is handed out line by line, such as `[DONE]`.
 */
export function jsonValuesDecoder(onEvent: (event: WireEvent) => void): JsonValuesDecoder {
  const utf8 = utf8Text();
  let begun = 0;
  let depth = 0;
  let inWord = false;
  let inString = false;
  let escaped = false;
  let pieces: string[] = [];

  const handOut = (last: string): void => {
    const data = (pieces.length === 0 ? last : pieces.join("") + last).trim();
    pieces = [];
    depth = 0;
    inString = inWord = escaped = false;
    if (data !== "") onEvent({ name: "message", data });
  };

  /** Takes a character of a value; says whether the value ends with it. */
  const ends = (code: number): boolean => {
    if (inWord) return code === LINE_FEED;
    if (inString) {
      // Not allowed within a string: the line is broken, and the next one may be whole.
      if (code === LINE_FEED) return true;
      if (escaped) escaped = false;
      else if (code === BACKSLASH) escaped = true;
      else if (code === QUOTE) inString = false;
      return false;
    }
    if (code === QUOTE) inString = true;
    else if (OPENING.has(code)) depth += 1;
    else if (CLOSING.has(code)) depth -= 1;
    return depth === 0;
  };

  return {
    feed(chunk) {
      const text = utf8.add(chunk);
      let start = 0;
      for (let i = 0; i < text.length; i += 1) {
        const code = text.charCodeAt(i);
        if (depth === 0 && !inWord) {
          if (BETWEEN.has(code)) continue;
          begun += 1;
          start = i;
          if (code === 0x7b) depth = 1;
          else inWord = true;
        } else if (ends(code)) {
          handOut(text.slice(start, i + 1));
        }
      }
      if (depth > 0 || inWord) pieces.push(text.slice(start));
    },
    end: () => handOut(utf8.end()),
    problem: null,
    get isWhole() {
      return begun > 0 && depth === 0 && !inWord;
    },
    get several() {
      return begun > 1;
    },
  };
}
