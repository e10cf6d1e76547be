import { createParser } from "eventsource-parser";
import type { WireEvent } from "../wire/wire-format.ts";
import type { StreamDecoder } from "./stream-decoder.ts";
import { utf8Text } from "./utf8-text.ts";

/**
 * Server-sent events. The parser is a library's: twice as fast as one of our own over bytes (0.25 against 0.7 µs an
 * event). Two things it leaves to us: a byte order mark, and a carriage return at the end of a chunk, which it keeps
 * until the next one to see whether a line feed follows. That would hand an event to a later read than it came with.
 */
export function sseDecoder(onEvent: (event: WireEvent) => void): StreamDecoder {
  const utf8 = utf8Text();
  const parser = createParser({ onEvent: ({ event, data }) => onEvent({ name: event ?? "message", data }) });
  let lineFeedMayFollow = false;
  return {
    feed(chunk) {
      let text = utf8.add(chunk);
      if (text === "") return;
      if (lineFeedMayFollow && text.startsWith("\n")) text = text.slice(1);
      lineFeedMayFollow = text.endsWith("\r");
      parser.feed(lineFeedMayFollow ? `${text}\n` : text);
    },
    // Browsers drop an event without its blank line, but servers rely on its being read.
    end: () => parser.feed(`${utf8.end()}\n\n`),
    problem: null,
  };
}
