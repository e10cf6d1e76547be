import type { WireEvent } from "../wire/wire-format.ts";
import type { StreamDecoder } from "./stream-decoder.ts";
import { utf8Text } from "./utf8-text.ts";

/** A JSON value a line; blank lines are nothing. */
export function ndjsonDecoder(onEvent: (event: WireEvent) => void): StreamDecoder {
  const utf8 = utf8Text();
  // Kept in pieces: joining at every read would copy a long line over and over.
  let pieces: string[] = [];
  const line = (rest: string): void => {
    const data = (pieces.length === 0 ? rest : pieces.join("") + rest).trim();
    pieces = [];
    // JSON text sequences (RFC 7464) have a record separator before each line.
    if (data !== "") onEvent({ name: "message", data: data.startsWith("\x1e") ? data.slice(1) : data });
  };
  return {
    feed(chunk) {
      const text = utf8.add(chunk);
      let start = 0;
      for (let end = text.indexOf("\n"); end >= 0; end = text.indexOf("\n", start)) {
        line(text.slice(start, end));
        start = end + 1;
      }
      if (start < text.length) pieces.push(text.slice(start));
    },
    end: () => line(utf8.end()),
    problem: null,
  };
}
