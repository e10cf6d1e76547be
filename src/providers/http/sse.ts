import { StringDecoder } from "node:string_decoder";
import { createParser } from "eventsource-parser";
import type { WireEvent } from "../wire/wire-format.ts";

/** Feeds bytes, cut anywhere, and hands out whole events. */
export interface SseDecoder {
  feed(chunk: Buffer): void;
  /** Ends the stream; an event without its blank line is handed out too, as browsers do not but servers rely on. */
  end(): void;
}

export function sseDecoder(onEvent: (event: WireEvent) => void): SseDecoder {
  const utf8 = new StringDecoder("utf8");
  const parser = createParser({ onEvent: ({ event, data }) => onEvent({ name: event ?? "message", data }) });
  return {
    feed: (chunk) => parser.feed(utf8.write(chunk)),
    end() {
      parser.feed(`${utf8.end()}\n\n`);
    },
  };
}
