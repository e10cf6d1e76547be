// A stream is read by how it begins, whatever its content type says: in every API, in every framing, cut anywhere.
import { describe, expect, it } from "vitest";
import { answerOf, attemptOver, cutAt, endingOf, inPieces } from "../support/wire-attempt.ts";
import { EVENTS, ndjsonBytes, PLAIN_SSE, sseBytes, type Piece, type StreamEvent } from "../support/wire-streams.ts";
import { fixture, refusalsOf, STREAMING_WIRES } from "../support/wires.ts";

const PIECES: readonly Piece[] = [
  { kind: "text", text: "Grüße, {" },
  { kind: "text", text: ' "welt" [x]\n😀' },
];
const TEXT = 'Grüße, { "welt" [x]\n😀';

const CONTENT_TYPES = [
  "text/event-stream",
  "application/json",
  "application/json; charset=utf-8",
  "application/x-ndjson",
  "application/jsonl",
  "application/stream+json",
  "application/octet-stream",
  "text/plain; charset=utf-8",
  "text/html",
  null,
];

const values = (events: readonly StreamEvent[]): string[] => events.map(({ data }) => data);
/** JSON values on several lines each, where they are JSON. */
const spread = (data: string): string => (data.startsWith("{") ? JSON.stringify(JSON.parse(data), null, 2) : data);
const bom = (body: string | Buffer): Buffer => Buffer.concat([Buffer.from("\uFEFF"), Buffer.from(body)]);

const FRAMINGS: readonly (readonly [string, (events: readonly StreamEvent[]) => Buffer])[] = [
  ["server-sent events", (events) => sseBytes(events)],
  [
    "server-sent events behind a comment and empty lines",
    (events) => Buffer.from(`\r\n: hi\n\n${sseBytes(events).toString()}`),
  ],
  ["server-sent events behind a byte order mark", (events) => sseBytes(events, { ...PLAIN_SSE, mark: true })],
  ["events with an id first", (events) => sseBytes(events, { ...PLAIN_SSE, before: ["id: 7", "retry: 10"] })],
  ["a JSON value a line", (events) => ndjsonBytes(events)],
  ["a JSON value a line behind a byte order mark", (events) => ndjsonBytes(events, { ...PLAIN_SSE, mark: true })],
  ["JSON values over several lines", (events) => Buffer.from(values(events).map(spread).join("\n"))],
  ["JSON values behind record separators", (events) => Buffer.from(`\x1e${values(events).join("\n\x1e")}\n`)],
  ["one JSON array", (events) => Buffer.from(`[${withoutDone(events).join(",\n")}]`)],
  ["one JSON array behind a byte order mark", (events) => bom(` [ ${withoutDone(events).join(" , ")} ]\n`)],
];
const withoutDone = (events: readonly StreamEvent[]): string[] => values(events).filter((data) => data !== "[DONE]");

describe.each(STREAMING_WIRES)("a stream of $name", ({ name, wire }) => {
  const events = EVENTS[name]?.(PIECES) ?? [];

  it.each(FRAMINGS)("as %s is read under every content type", (_framing, framed) => {
    const body = framed(events);
    for (const contentType of CONTENT_TYPES) {
      for (const pieces of [[body], inPieces(body, 1), inPieces(body, 7), cutAt(body, [1]), cutAt(body, [2, 5])]) {
        const attempt = attemptOver(wire, true, { contentType, pieces });
        expect({ contentType, content: answerOf(attempt).content }).toEqual({ contentType, content: TEXT });
        expect(attempt.text).toBe(TEXT);
      }
    }
  });

  it("has each token at the read that brought it", () => {
    const first = events.findIndex(({ data }) => data.includes("Grüße"));
    for (const framed of [sseBytes, ndjsonBytes]) {
      const ends = events.map((_, n) => framed(events.slice(0, n + 1)).length);
      for (const contentType of ["application/json", "text/plain", null]) {
        const pieces = cutAt(framed(events), ends);
        const { instants } = attemptOver(wire, true, { contentType, pieces });
        expect(instants).toMatchObject({ firstToken: first + 1, lastToken: first + 2 });
      }
    }
  });

  it("is cut where it ends before its end, whatever it is called", () => {
    for (const contentType of CONTENT_TYPES) {
      for (const framed of [sseBytes, ndjsonBytes]) {
        const attempt = attemptOver(wire, true, { contentType, pieces: [framed(events.slice(0, 2))] });
        expect(endingOf(attempt)).toBe("stream_cut");
      }
    }
  });
});

describe.each(STREAMING_WIRES)("what is no stream of $name", ({ name, wire, plain }) => {
  const answer = fixture(name, "plain.json");

  it("is a plain answer that nobody asked for, in a clear failure, under every content type", () => {
    for (const contentType of CONTENT_TYPES) {
      const attempt = attemptOver(wire, true, { contentType, pieces: inPieces(answer, 5) });
      expect(endingOf(attempt)).toBe("stream_malformed");
      if (!attempt.outcome.ok) expect(attempt.outcome.failure.message).toMatch(/^asked for an event stream, got /);
    }
  });

  it("is read with a byte order mark where a plain answer was asked for", () => {
    const attempt = attemptOver(wire, false, { contentType: "application/json", pieces: [bom(answer)] });
    expect(answerOf(attempt)).toMatchObject({ finish_reason: plain.finish_reason });
  });

  it("is the same refusal with a byte order mark before it", () => {
    for (const { file, status } of refusalsOf(name)) {
      const body = fixture(name, file);
      const [plainly, marked] = [body, bom(body)].map((piece) =>
        attemptOver(wire, true, { status, contentType: "application/json", pieces: [piece] }),
      );
      expect(marked?.outcome).toEqual(plainly?.outcome);
    }
  });

  it("is a web page or text in a failure that quotes it", () => {
    for (const body of ["<!doctype html><p>Gateway", "Internal error", "date: today", '"no"', "null", "17"]) {
      const attempt = attemptOver(wire, true, { contentType: "text/plain", pieces: inPieces(Buffer.from(body), 1) });
      expect(endingOf(attempt)).toBe("stream_malformed");
      if (!attempt.outcome.ok) expect(attempt.outcome.failure.message).toContain(body);
    }
  });
});
