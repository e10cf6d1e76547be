import fc from "fast-check";
import { describe, expect, it, test } from "vitest";
import { answerOf, attemptOver, cutAt, endingOf, inPieces } from "../support/wire-attempt.ts";
import {
  ARGUMENTS,
  fixture,
  REASONING,
  refusalsOf,
  STREAMING_WIRES,
  TEXT,
  WIRES,
  type WireCase,
} from "../support/wires.ts";
import type { Attempt } from "../../src/core/provider.ts";
import type { ModelResponse } from "../../src/core/response.ts";

// What every wire format must make of the bodies in test/fixtures/wires, which say the same in the words of each API.

const JSON_TYPE = "application/json; charset=utf-8";

const plainly = ({ name, wire }: WireCase, file: string, status = 200): Attempt =>
  attemptOver(wire, false, { status, contentType: JSON_TYPE, pieces: [fixture(name, file)] });

const expected = ({ plain }: WireCase, more: Partial<ModelResponse>): ModelResponse => ({
  ...plain,
  content: null,
  reasoning: null,
  tool_calls: null,
  ...more,
});

const toolCall = (id: string | null): object => ({
  id,
  type: "function",
  function: { name: "get_weather", arguments: ARGUMENTS },
});

describe.each(WIRES)("$name, plain", (of) => {
  const { name, type, wire } = of;

  it("reads an answer with its usage and finish reason", () => {
    const content = type === "openai-embeddings" ? null : TEXT;
    expect(answerOf(plainly(of, "plain.json"))).toEqual(expected(of, { content }));
  });

  it.each(refusalsOf(name))("reads $file as $code", ({ file, status, code }) => {
    const { outcome } = plainly(of, file, status);
    expect(outcome).toMatchObject({ ok: false, failure: { code, http_status: status } });
    expect(outcome.ok ? "" : outcome.failure.message).not.toMatch(/[{}]/);
  });

  it("says the status of a refusal without a body, and shows one that is not of its shape", () => {
    expect(wire.readFailure(502, undefined, "")).toEqual({
      code: "server_error",
      message: "HTTP 502 without a message",
    });
    expect(wire.readFailure(503, undefined, "<h1>Busy\n now</h1>")).toEqual({
      code: "overloaded",
      message: "<h1>Busy now</h1>",
    });
  });

  it.each(["", "null", "[]", "{}", '"text"', "{", '{"object":"list"}', "<html>"])("takes %j for no answer", (body) => {
    const pieces = [Buffer.from(body)];
    expect(endingOf(attemptOver(wire, false, { contentType: JSON_TYPE, pieces }))).toBe("stream_malformed");
  });

  it("never throws at what a server sends", () => {
    fc.assert(fc.property(fc.jsonValue(), (value) => void wire.readBody(value)));
    fc.assert(
      fc.property(fc.integer({ min: 400, max: 599 }), fc.jsonValue(), (status, value) => {
        expect(wire.readFailure(status, value, JSON.stringify(value)).message).not.toBe("");
      }),
    );
  });
});

describe.each(STREAMING_WIRES)("$name, streamed", (of) => {
  const { name, wire, streams, tools, completes } = of;
  const { contentType } = streams;
  const bytesOf = (file: string): Buffer => fixture(name, `${file}.${streams.ending}`);
  const read = (bytes: Buffer, pieces: readonly Buffer[] = [bytes]): ReturnType<typeof attemptOver> =>
    attemptOver(wire, true, { contentType, pieces });

  it("reads what the plain answer says", () => {
    const attempt = read(bytesOf("stream"));
    expect(answerOf(attempt)).toEqual(expected(of, { content: TEXT, ...of.streamed }));
    expect(attempt.text).toBe(TEXT);
    expect(attempt.deltasPerRead).toEqual([5]);
  });

  it("stamps the read of each delta, and no other", () => {
    const bytes = bytesOf("stream");
    const events = inPieces(bytes, 1);
    const { instants, gapsMs } = read(bytes, events);
    const firstAt = bytes.indexOf("Grüße") + 1;
    const lastAt = instants.lastToken ?? 0;
    expect(instants.firstToken).toBeGreaterThan(firstAt);
    expect(gapsMs).toHaveLength(4);
    expect(lastAt).toBeLessThanOrEqual(events.length);
    expect(instants.firstText).toBe(instants.firstToken);
  });

  it("leaves usage unknown when the server states none", () => {
    const answer = answerOf(read(bytesOf("stream-without-usage")));
    expect(answer).toMatchObject({ content: TEXT, usage: null });
  });

  it("fails on an error inside the stream, whatever came before it", () => {
    const attempt = read(bytesOf("error-in-stream"));
    const code = of.errorInStream ?? "stream_error";
    expect(attempt.outcome).toMatchObject({ ok: false, failure: { code, http_status: 200 } });
    expect(attempt.text.startsWith("Grü")).toBe(true);
  });

  it("is cut wherever it ends before what makes it whole", () => {
    const bytes = bytesOf("stream");
    const until = bytes.indexOf(completes);
    expect(until).toBeGreaterThan(0);
    for (let end = 0; end <= until; end += 1) {
      expect({ end, ending: endingOf(read(bytes.subarray(0, end))) }).toEqual({ end, ending: "stream_cut" });
    }
  });

  it("is cut when the connection is reset in the middle", () => {
    const bytes = bytesOf("stream");
    const error = Object.assign(new Error("read ECONNRESET"), { code: "ECONNRESET" });
    const attempt = attemptOver(wire, true, {
      contentType,
      pieces: [bytes.subarray(0, bytes.indexOf(completes))],
      error,
    });
    expect(endingOf(attempt)).toBe("stream_cut");
  });

  it("is read the same however its bytes are cut", () => {
    for (const file of ["stream", "error-in-stream", ...(tools === null ? [] : ["tools"])]) {
      const bytes = bytesOf(file);
      const { outcome, text } = read(bytes);
      for (const size of [1, 2, 3, 7, 64]) {
        const pieced = read(bytes, inPieces(bytes, size));
        expect({ outcome: pieced.outcome, text: pieced.text }).toEqual({ outcome, text });
      }
      fc.assert(
        fc.property(fc.array(fc.integer({ min: 1, max: bytes.length - 1 }), { maxLength: 40 }), (places) => {
          expect(read(bytes, cutAt(bytes, places)).outcome).toEqual(outcome);
        }),
        { numRuns: 40 },
      );
    }
  });

  test.each([
    ["no byte", "", "stream_cut"],
    ["white space", " \n\n", "stream_cut"],
  ])("of %s is cut", (_what, body, ending) => {
    expect(endingOf(read(Buffer.from(body)))).toBe(ending);
  });

  it("takes a web page or a plain answer for malformed", () => {
    const page = { contentType: "text/html", pieces: [Buffer.from("<html>")] };
    expect(endingOf(attemptOver(wire, true, page))).toBe("stream_malformed");
    const plain = { contentType: JSON_TYPE, pieces: [fixture(name, "plain.json")] };
    expect(endingOf(attemptOver(wire, true, plain))).toBe("stream_malformed");
  });

  it("never throws at an event, and keeps text as text", () => {
    fc.assert(
      fc.property(fc.array(fc.oneof(fc.json(), fc.string())), (events) => {
        const reader = wire.startStream?.();
        for (const data of events) reader?.take({ name: "message", data });
        expect(reader?.response().content ?? "").toEqual(expect.any(String));
      }),
    );
  });
});

const REASONING_WIRES = WIRES.flatMap((of) => (of.reasoning === null ? [] : [{ ...of, reasoning: of.reasoning }]));
const TOOL_WIRES = WIRES.flatMap((of) => (of.tools === null ? [] : [{ ...of, tools: of.tools }]));

const streamOf = ({ name, wire, streams }: WireCase, file: string, size = Infinity): Attempt & { text: string } => {
  const bytes = fixture(name, `${file}.${streams?.ending ?? ""}`);
  const pieces = size === Infinity ? [bytes] : inPieces(bytes, size);
  return attemptOver(wire, true, { contentType: streams?.contentType ?? null, pieces });
};

describe.each(REASONING_WIRES)("$name, reasoning", (of) => {
  it("is kept apart from the answer, and counted into the completion", () => {
    const answer = answerOf(plainly(of, "reasoning.json"));
    expect(answer).toMatchObject({ content: TEXT, reasoning: REASONING, usage: of.reasoning });
  });

  it("is a token in a stream, but no text", () => {
    const attempt = streamOf(of, "reasoning", 1);
    expect(answerOf(attempt)).toMatchObject({ content: TEXT, reasoning: REASONING, usage: of.reasoning });
    expect(attempt).toMatchObject({ text: TEXT, reasoningStreamed: true });
    expect(attempt.instants.firstText ?? 0).toBeGreaterThan(attempt.instants.firstToken ?? 0);
  });
});

describe.each(TOOL_WIRES)("$name, a tool call", (of) => {
  const call = { content: null, tool_calls: [toolCall(of.tools.id)], finish_reason: of.tools.finish };

  it("is read", () => {
    expect(answerOf(plainly(of, "tools.json"))).toMatchObject(call);
  });

  it("is put together from a stream, and its arguments are tokens", () => {
    const attempt = streamOf(of, "tools");
    expect(answerOf(attempt)).toMatchObject({ ...call, reasoning: of.tools.reasoning ?? null });
    expect(attempt.instants.firstToken).not.toBeNull();
  });
});

test("Gemini's stream without alt=sse, one JSON array, is read the same however its bytes are cut", () => {
  const of = WIRES.find(({ name }) => name === "google-gemini");
  if (of === undefined) throw new Error("no such wire");
  const bytes = fixture("google-gemini", "stream-array.json");
  for (const size of [1, 2, 3, 50, bytes.length]) {
    const attempt = attemptOver(of.wire, true, { contentType: JSON_TYPE, pieces: inPieces(bytes, size) });
    expect(answerOf(attempt)).toEqual(expected(of, { content: TEXT }));
  }
  const cut = bytes.subarray(0, bytes.indexOf('"finishReason"'));
  expect(endingOf(attemptOver(of.wire, true, { contentType: JSON_TYPE, pieces: [cut] }))).toBe("stream_cut");
});

test("Gemini's blocked prompt is a content filter's refusal, though its status is 200", () => {
  const of = WIRES.find(({ name }) => name === "google-gemini");
  if (of === undefined) throw new Error("no such wire");
  expect(plainly(of, "blocked.json").outcome).toMatchObject({
    ok: false,
    failure: { code: "content_filter", message: "the prompt was blocked: PROHIBITED_CONTENT" },
  });
  const blocked = Buffer.from(
    `data: ${JSON.stringify(JSON.parse(fixture(of.name, "blocked.json").toString()))}\r\n\r\n`,
  );
  const streamed = attemptOver(of.wire, true, { contentType: "text/event-stream", pieces: [blocked] });
  expect(endingOf(streamed)).toBe("content_filter");
});

test("Gemini's body says how long to wait", () => {
  const of = WIRES.find(({ name }) => name === "google-gemini");
  if (of === undefined) throw new Error("no such wire");
  const { outcome } = plainly(of, "429-rate-limited.json", 429);
  expect(outcome).toMatchObject({ ok: false, failure: { retry_after_ms: 17_000 } });
});

test("an answer that the Responses API cut short says why", () => {
  const of = WIRES.find(({ name }) => name === "openai-responses");
  if (of === undefined) throw new Error("no such wire");
  expect(answerOf(plainly(of, "incomplete.json"))).toMatchObject({
    content: "Grüße",
    finish_reason: "max_output_tokens",
  });
});
