import type { WireEvent } from "../wire/wire-format.ts";
import { jsonArrayDecoder } from "./json-array.ts";
import { jsonValuesDecoder, type JsonValuesDecoder } from "./json-values.ts";
import { ndjsonDecoder } from "./ndjson.ts";
import { sseDecoder } from "./sse.ts";
import type { StreamDecoder } from "./stream-decoder.ts";

/** What a body is, as far as it has come: a stream of events, or one that is read as a whole. */
export type BodyKind = "unknown" | "stream" | "whole";

/** Takes the body that answers a request for a stream, and finds out what it is. */
export interface FramedBody extends StreamDecoder {
  readonly kind: BodyKind;
  /** Once the body has ended: whether it was a stream, if only the beginning of one. */
  readonly isStream: boolean;
}

/** The fields of server-sent events, and the comment, each up to its colon; `error` is what some servers add to them. */
const SSE_LINE_STARTS = ["data:", "event:", "id:", "retry:", "error:", ":"] as const;

const BYTE_ORDER_MARK = Buffer.from([0xef, 0xbb, 0xbf]);
const LINE_FEED = 0x0a;
/** No more of a body is looked at, or kept, to tell what it is. */
const LONGEST_START = 64;
const isWhite = (byte: number): boolean => byte === 0x20 || (byte >= 0x09 && byte <= 0x0d) || byte === 0x1e;

const JSON_LINES = /ndjson|jsonl|json-?lines/i;
/** Streams are also sent as plain text, or without a type. */
const isStreamType = (type: string): boolean => JSON_LINES.test(type) || !/html|json/i.test(type);

type Framing = "sse" | "array" | "lines" | "values" | "whole";

/**
 * How a body is framed, by its first bytes; null while more are needed. Content types are often wrong: gateways send
 * good streams as JSON, as text or as a web page, and errors as event streams.
 */
function framingOf(contentType: string | null, body: Buffer): Framing | null {
  const type = contentType ?? "";
  const start = body.toString("latin1", 0, LONGEST_START);
  if (body.length < 3 && BYTE_ORDER_MARK.subarray(0, body.length).equals(body)) return null;
  if (start.startsWith("[")) return "array";
  if (start.startsWith("{")) return JSON_LINES.test(type) ? linesOrValues(body) : "values";
  if (/event-stream/i.test(type)) return "sse";
  if (SSE_LINE_STARTS.some((field) => start.startsWith(field))) return "sse";
  // A web page, or JSON that is no object.
  return SSE_LINE_STARTS.some((field) => field.startsWith(start)) ? null : "whole";
}

/** Where the first line ends with the brace that it begins with, the object is on several lines. */
function linesOrValues(body: Buffer): Framing | null {
  const next = body.subarray(1).find((byte) => byte === LINE_FEED || !isWhite(byte));
  if (next === undefined) return body.length < LONGEST_START ? null : "values";
  return next === LINE_FEED ? "values" : "lines";
}

/** The body from where its first line begins: a byte order mark and white space say nothing. */
function withoutLead(body: Buffer): Buffer {
  let first = body.subarray(0, 3).equals(BYTE_ORDER_MARK) ? 3 : 0;
  while (first < body.length && isWhite(body[first] ?? 0)) first += 1;
  return body.subarray(first);
}

/** A decoder that waits until it knows how the body is framed, which the first bytes say. */
export function framedBody(contentType: string | null, onEvent: (event: WireEvent) => void): FramedBody {
  return new SniffedBody(contentType, onEvent);
}

class SniffedBody implements FramedBody {
  readonly #contentType: string | null;
  readonly #onEvent: (event: WireEvent) => void;
  #waiting: Buffer = Buffer.alloc(0);
  #decoder: StreamDecoder | null = null;
  #kind: BodyKind = "unknown";
  #values: JsonValuesDecoder | null = null;

  constructor(contentType: string | null, onEvent: (event: WireEvent) => void) {
    this.#contentType = contentType;
    this.#onEvent = onEvent;
  }

  get kind(): BodyKind {
    return this.#values === null ? this.#kind : this.#values.several ? "stream" : "unknown";
  }

  get isStream(): boolean {
    if (this.kind !== "unknown") return this.kind === "stream";
    // One whole value is a plain answer; half of one, or nothing, is what the type says.
    return this.#values?.isWhole !== true && isStreamType(this.#contentType ?? "");
  }

  get problem(): string | null {
    return this.#decoder?.problem ?? null;
  }

  feed(chunk: Buffer): void {
    if (this.#decoder !== null) return this.#decoder.feed(chunk);
    if (this.#kind === "whole") return;
    const begin = withoutLead(this.#waiting.length === 0 ? chunk : Buffer.concat([this.#waiting, chunk]));
    const framing = framingOf(this.#contentType, begin);
    if (framing === null) {
      this.#waiting = begin;
      return;
    }
    this.#waiting = Buffer.alloc(0);
    this.#decide(framing)?.feed(begin);
  }

  end(): void {
    this.#decoder?.end();
  }

  #decide(framing: Framing): StreamDecoder | null {
    this.#kind = framing === "whole" ? "whole" : "stream";
    if (framing === "values") {
      const values = jsonValuesDecoder(this.#onEvent);
      this.#values = values;
      this.#decoder = values;
    } else if (framing !== "whole") {
      const decoders = { sse: sseDecoder, lines: ndjsonDecoder, array: jsonArrayDecoder };
      this.#decoder = decoders[framing](this.#onEvent);
    }
    return this.#decoder;
  }
}
