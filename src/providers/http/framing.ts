import type { Framing, WireEvent } from "../wire/wire-format.ts";
import { jsonArrayDecoder } from "./json-array.ts";
import { ndjsonDecoder } from "./ndjson.ts";
import { sseDecoder } from "./sse.ts";
import type { StreamDecoder } from "./stream-decoder.ts";

/** How a body of this type is framed, of the ways that an API has; null when it is no stream at all. */
export function framingOf(contentType: string | null, framings: readonly Framing[]): Framing | null {
  const type = contentType ?? "";
  const wanted = /html/i.test(type)
    ? null
    : /ndjson|jsonl|json-?lines/i.test(type)
      ? "ndjson"
      : /json/i.test(type)
        ? "json_array"
        : (framings[0] ?? null);
  return wanted !== null && framings.includes(wanted) ? wanted : null;
}

const DECODERS: Readonly<Record<Framing, (onEvent: (event: WireEvent) => void) => StreamDecoder>> = {
  sse: sseDecoder,
  ndjson: ndjsonDecoder,
  json_array: jsonArrayDecoder,
};

export function streamDecoder(framing: Framing, onEvent: (event: WireEvent) => void): StreamDecoder {
  return DECODERS[framing](onEvent);
}
