import type { WireEvent } from "../wire/wire-format.ts";
import { jsonValuesDecoder } from "./json-values.ts";
import type { StreamDecoder } from "./stream-decoder.ts";
import { utf8Text } from "./utf8-text.ts";

/**
 * A JSON value a line; blank lines are nothing. From a line that is one bracket on, values may be over several lines: what
 * breaks a stream off may write its error so.
 */
export function ndjsonDecoder(onEvent: (event: WireEvent) => void): StreamDecoder {
  const utf8 = utf8Text();
  // Kept in pieces: joining at every read would copy a long line over and over.
  let pieces: string[] = [];
  let values: StreamDecoder | null = null;
  /** Takes a line; gives what reads the rest where values of several lines begin with it. */
  const line = (rest: string): StreamDecoder | null => {
    const data = (pieces.length === 0 ? rest : pieces.join("") + rest).trim();
    pieces = [];
    if (data === "{" || data === "[") {
      values = jsonValuesDecoder(onEvent);
      if (data === "{") values.feed(Buffer.from(data));
      return values;
    }
    // JSON text sequences (RFC 7464) have a record separator before each line.
    if (data !== "") onEvent({ name: "message", data: data.startsWith("\x1e") ? data.slice(1) : data });
    return null;
  };
  return {
    feed(chunk) {
      if (values !== null) return values.feed(chunk);
      const text = utf8.add(chunk);
      let start = 0;
      let reader: StreamDecoder | null = null;
      for (let end = text.indexOf("\n"); end >= 0; end = text.indexOf("\n", start)) {
        reader = line(text.slice(start, end));
        start = end + 1;
        if (reader !== null) break;
      }
      const rest = text.slice(start);
      if (reader !== null) reader.feed(Buffer.from(rest));
      else if (rest !== "") pieces.push(rest);
    },
    end() {
      if (values === null) line(utf8.end());
      else values.end();
    },
    problem: null,
  };
}
