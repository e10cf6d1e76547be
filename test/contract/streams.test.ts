import { brotliCompressSync, deflateSync, gzipSync } from "node:zlib";
import fc from "fast-check";
import { describe, expect, it, test } from "vitest";
import { failure } from "../../src/core/failure.ts";
import { exampleCall } from "../support/call.ts";
import { systemClock } from "../../src/core/clock.ts";
import type { Attempt } from "../../src/core/provider.ts";
import { decodingContent } from "../../src/providers/http/content-encoding.ts";
import { HttpAttempt } from "../../src/providers/http/http-attempt.ts";
import { answerOf, attemptOver, cutAt, endingOf, inPieces } from "../support/wire-attempt.ts";
import { EVENTS, ndjsonBytes, PLAIN_SSE, sseBytes, type Piece, type SseStyle } from "../support/wire-streams.ts";
import { STREAMING_WIRES } from "../support/wires.ts";

// Every legal and illegal shape that real servers give a stream. Each row is read in one piece, in pieces of 1, 2, 3, 5
// and 64 bytes, and cut in two at every byte: always with the same result.

const openai = STREAMING_WIRES.find(({ name }) => name === "openai-chat");
if (openai === undefined) throw new Error("no such wire");
const { wire } = openai;

const chunk = (fields: object): string => JSON.stringify({ id: "c", ...fields });
const delta = (fields: object | null, finish: string | null = null, index = 0): string =>
  chunk({ choices: [{ index, delta: fields, finish_reason: finish }] });
const event = (data: string): string => `data: ${data}\n\n`;
const say = (content: string): string => event(delta({ content }));
const stop = event(delta({}, "stop"));
const usage = { prompt_tokens: 3, completion_tokens: 5 };
const usageOnly = event(chunk({ choices: [], usage }));
const DONE = event("[DONE]");
const HELLO = say("Hel") + say("lo") + stop + usageOnly + DONE;
const hello = { content: "Hello", reasoning: null, tool_calls: null, finish_reason: "stop" };
const helloUsed = { ...hello, usage: { ...usage, total_tokens: 8 } };
const piece = (index: number, fields: object): string => event(delta({ tool_calls: [{ index, ...fields }] }));

type Row = [name: string, body: string | Buffer, expected: object | string];

/** A text is the failure that the row ends in, an object what its answer holds. */
const ROWS: readonly Row[] = [
  ["LF", HELLO, helloUsed],
  ["CRLF", HELLO.replaceAll("\n", "\r\n"), helloUsed],
  ["CR", HELLO.replaceAll("\n", "\r"), helloUsed],
  [
    "line ends of all kinds in one stream",
    say("Hel") + say("lo").replaceAll("\n", "\r") + stop.replaceAll("\n", "\r\n") + usageOnly + DONE,
    helloUsed,
  ],
  [
    "comments and keep-alives between events",
    `: hi\n\n${HELLO.replaceAll("\n\n", "\n\n: OPENROUTER PROCESSING\n\n:\n\n")}`,
    helloUsed,
  ],
  ["a comment inside an event", HELLO.replaceAll("data:", ": keep-alive\ndata:"), helloUsed],
  ["data: without a space", HELLO.replaceAll("data: ", "data:"), helloUsed],
  ["a space too many behind data:", HELLO.replaceAll("data: ", "data:  "), helloUsed],
  [
    "data over several lines",
    `data: {"choices":[{"delta":\ndata: {"content":"Hello"},\ndata: "finish_reason":"stop"}]}\n\n${DONE}`,
    hello,
  ],
  ["event:, id: and retry: lines", HELLO.replaceAll("data:", "event: message\nid: 7\nretry: 3000\ndata:"), helloUsed],
  ["unknown fields and fields without a colon", HELLO.replaceAll("data:", "foo: bar\nbaz\ndata:"), helloUsed],
  ["a byte order mark", `\uFEFF${HELLO}`, helloUsed],
  [
    "text of two, three and four bytes a character",
    say("Grüße, ") + say("世界 ") + say("😀") + stop + DONE,
    { content: "Grüße, 世界 😀" },
  ],
  ["a character cut between two chunks of the model", say("\uD83D") + say("\uDE00") + stop + DONE, { content: "😀" }],
  [
    "raw U+2028, U+2029, U+0085, and an escaped NUL",
    say("a\u2028b\u2029c\u0085\u0000") + stop + DONE,
    { content: "a\u2028b\u2029c\u0085\u0000" },
  ],
  ["white space that matters", say(" a ") + say(" ") + say("\n") + say("b") + stop + DONE, { content: " a  \nb" }],
  ["no final newline", HELLO.trimEnd(), helloUsed],
  ["no final newline behind the usage, without [DONE]", (say("Hello") + stop + usageOnly).trimEnd(), helloUsed],
  ["several blank lines between events", HELLO.replaceAll("\n\n", "\n\n\n\n\n"), helloUsed],
  [
    "role-only chunks",
    event(delta({ role: "assistant" })) + event(delta({ role: "assistant", content: "" })) + HELLO,
    helloUsed,
  ],
  [
    "empty choices before all else, as Azure sends them",
    event(chunk({ choices: [], prompt_filter_results: [{ prompt_index: 0 }] })) + HELLO,
    helloUsed,
  ],
  ["chunks without choices", event(chunk({})) + event(chunk({ choices: null })) + HELLO, helloUsed],
  [
    "usage in the chunk with the finish reason",
    say("Hello") + event(chunk({ choices: [{ index: 0, delta: {}, finish_reason: "stop" }], usage })) + DONE,
    helloUsed,
  ],
  [
    "usage: null in every chunk but one",
    event(chunk({ choices: [{ delta: { content: "Hello" } }], usage: null })) + stop + usageOnly + DONE,
    helloUsed,
  ],
  [
    "usage in every chunk, the last of which counts",
    event(chunk({ choices: [{ delta: { content: "Hello" } }], usage: { prompt_tokens: 3, completion_tokens: 1 } })) +
      stop +
      usageOnly +
      DONE,
    helloUsed,
  ],
  [
    "usage inside x_groq",
    say("Hello") + event(chunk({ choices: [{ delta: {}, finish_reason: "stop" }], x_groq: { id: "r", usage } })) + DONE,
    helloUsed,
  ],
  [
    "the server's own statement of the cost",
    say("Hello") + stop + event(chunk({ choices: [], usage: { ...usage, cost: 0.00014 } })) + DONE,
    { usage: { ...usage, stated_cost_usd: 0.00014 } },
  ],
  [
    "reasoning counted beside the completion",
    say("Hello") +
      stop +
      event(
        chunk({
          choices: [],
          usage: { ...usage, total_tokens: 48, completion_tokens_details: { reasoning_tokens: 40 } },
        }),
      ) +
      DONE,
    { usage: { prompt_tokens: 3, completion_tokens: 45, reasoning_tokens: 40, total_tokens: 48 } },
  ],
  [
    "reasoning, then the answer",
    event(delta({ reasoning_content: "Hm" })) + event(delta({ reasoning: ", so" })) + HELLO,
    { ...helloUsed, reasoning: "Hm, so" },
  ],
  [
    "reasoning and answer in one delta",
    event(delta({ reasoning: "Hm", content: "Hello" })) + stop + DONE,
    { ...hello, reasoning: "Hm" },
  ],
  [
    "tool calls only, their arguments in pieces",
    piece(0, { id: "t0", type: "function", function: { name: "add", arguments: "" } }) +
      piece(0, { function: { arguments: '{"a":' } }) +
      piece(1, { id: "t1", function: { name: "sub", arguments: "{}" } }) +
      piece(0, { function: { arguments: "1}" } }) +
      event(delta({}, "tool_calls")) +
      DONE,
    {
      content: null,
      finish_reason: "tool_calls",
      tool_calls: [
        { id: "t0", type: "function", function: { name: "add", arguments: '{"a":1}' } },
        { id: "t1", type: "function", function: { name: "sub", arguments: "{}" } },
      ],
    },
  ],
  [
    "a refusal",
    event(delta({ refusal: "I can" })) + event(delta({ refusal: "not." })) + stop + DONE,
    { content: "I cannot." },
  ],
  [
    "several answers, of which the first counts",
    event(delta({ content: "Hel" }, null, 0)) +
      event(delta({ content: "Other" }, null, 1)) +
      event(delta({ content: "lo" }, null, 0)) +
      event(delta({}, "length", 1)) +
      event(delta({}, "stop", 0)) +
      DONE,
    hello,
  ],
  ["delta: null, and content: null", event(delta(null)) + event(delta({ content: null })) + HELLO, helloUsed],
  ["an error event in the middle", say("Hel") + event(JSON.stringify({ error: { message: "boom" } })), "stream_error"],
  [
    "an error event, then [DONE]",
    say("Hel") + event(JSON.stringify({ error: { message: "boom" } })) + DONE,
    "stream_error",
  ],
  [
    "an error named by its event",
    `${say("Hel")}event: error\n${event(JSON.stringify({ error: { message: "boom" } }))}`,
    "stream_error",
  ],
  ["no finish reason and no [DONE]", say("Hel"), "stream_cut"],
  ["half an event at the end", `${say("Hel")}data: {"choi`, "stream_cut"],
  ["a finish reason and no [DONE]", say("Hello") + stop, hello],
  ["a finish reason and half an event behind it", `${say("Hello")}${stop}data: {"cho`, hello],
  ["[DONE] and no finish reason", say("Hello") + DONE, { ...hello, finish_reason: null }],
  ["[DONE] followed by more", HELLO + say(" again") + event("{oops"), helloUsed],
  ["[DONE] without a blank line", `${say("Hello")}data: [DONE]`, { content: "Hello" }],
  ["an event that is not JSON", `${say("Hel")}data: <oops>\n\n${DONE}`, "stream_malformed"],
  ["an event that is JSON but no object", say("Hel") + event("42") + DONE, "stream_malformed"],
  ["a web page that calls itself a stream", "<!doctype html>\n<p>Bad gateway</p>\n", "stream_cut"],
  ["nothing", "", "stream_cut"],
];

const packets = (...texts: readonly string[]): Buffer[] => texts.map((text) => Buffer.from(text));
const world = Buffer.from(say("Grüße, 世界 😀") + stop + DONE);
const inWorld = (text: string, offset: number): number => world.indexOf(text) + offset;

/** How the packets of a network can lie across the events. */
const PACKETS: readonly (readonly [name: string, pieces: readonly Buffer[], expected: object])[] = [
  ["a comment alone in a packet", packets(say("Hel"), ": wait\n\n", say("lo"), stop + usageOnly + DONE), helloUsed],
  [
    "a keep-alive of one colon in a packet",
    packets(say("Hel"), ":", "\n\n", say("lo"), stop + usageOnly + DONE),
    helloUsed,
  ],
  ["blank lines alone in a packet", packets("\n", say("Hel"), "\n\n", say("lo"), stop + usageOnly + DONE), helloUsed],
  ["a packet that ends at the space behind data:", packets("data: ", HELLO.slice(6)), helloUsed],
  ["a packet that ends before that space", packets("data:", HELLO.slice(5)), helloUsed],
  ["a packet that ends between CR and LF", packets(...HELLO.replaceAll("\n", "\r\n").split(/(?<=\r)/)), helloUsed],
  ["all events in one packet", packets(HELLO), helloUsed],
  ["several events a packet", packets(say("Hel") + say("lo"), stop + usageOnly + DONE), helloUsed],
  ["a packet inside ü", cutAt(world, [inWorld("ü", 1)]), { content: "Grüße, 世界 😀" }],
  [
    "packets inside 界 and 😀",
    cutAt(world, [inWorld("界", 1), inWorld("😀", 1), inWorld("😀", 3)]),
    { content: "Grüße, 世界 😀" },
  ],
  ["the usage alone in the last packet", packets(say("Hello") + stop, usageOnly + DONE), helloUsed],
  ["[DONE] in two packets", packets(say("Hello") + stop, "data: [DO", "NE]\n\n"), hello],
  ["a packet behind [DONE]", packets(HELLO, say("more")), helloUsed],
];

it.each(PACKETS)("packets: %s", (_name, pieces, expected) => {
  expect(answerOf(attemptOver(wire, true, { contentType: "text/event-stream", pieces }))).toMatchObject(expected);
});

const outcomeOf = (attempt: Attempt): unknown =>
  attempt.outcome.ok ? attempt.outcome.response : attempt.outcome.failure;

describe("a stream with", () => {
  const stream = { contentType: "text/event-stream" };

  it.each(ROWS)("%s", (_name, body, expected) => {
    const bytes = Buffer.from(body);
    const whole = attemptOver(wire, true, { ...stream, pieces: [bytes] });
    if (typeof expected === "string") expect(endingOf(whole)).toBe(expected);
    else expect(answerOf(whole)).toMatchObject(expected);
    const cuttings = [
      ...[1, 2, 3, 5, 64].map((size) => inPieces(bytes, size)),
      ...Array.from({ length: bytes.length }, (_, i) => cutAt(bytes, [i])),
    ];
    for (const pieces of cuttings) {
      const attempt = attemptOver(wire, true, { ...stream, pieces });
      expect(outcomeOf(attempt)).toEqual(outcomeOf(whole));
      expect(attempt.text).toBe(whole.text);
    }
  });

  it("an event of a megabyte", () => {
    const long = "a😀".repeat(200_000);
    const bytes = Buffer.from(say(long) + stop + DONE);
    expect(bytes.length).toBeGreaterThan(1_000_000);
    for (const size of [bytes.length, 65_536, 1461]) {
      expect(answerOf(attemptOver(wire, true, { ...stream, pieces: inPieces(bytes, size) })).content).toBe(long);
    }
  });

  it("each event at the read that completes it, also where lines end with CR alone", () => {
    for (const lineEnd of ["\n", "\r\n", "\r"] as const) {
      const pieces = [say("a"), say("b"), stop, DONE].map((text) => Buffer.from(text.replaceAll("\n", lineEnd)));
      expect(attemptOver(wire, true, { ...stream, pieces }).instants).toMatchObject({ firstToken: 1, lastToken: 2 });
    }
  });

  it("a reset in the middle of a token", () => {
    const error = Object.assign(new Error("read ECONNRESET"), { code: "ECONNRESET" });
    const pieces = [Buffer.from(`${say("Hel")}data: {"choices":[{"delta":{"con`)];
    expect(endingOf(attemptOver(wire, true, { ...stream, pieces, error }))).toBe("stream_cut");
  });

  it("a stall, which ends with the reason of whoever ran out of patience", () => {
    const stalled = new AbortController();
    let settled: Attempt | null = null;
    const call = exampleCall({ signal: stalled.signal });
    const attempt = new HttpAttempt(call, wire, systemClock, new URL("http://host/v1"), {
      settle: (a) => (settled ??= a),
      end() {},
    });
    attempt.sent(0, true);
    attempt.headers(1, 200, { "content-type": "text/event-stream" });
    attempt.data(2, 1, Buffer.from(say("Hel")));
    stalled.abort(failure("timeout_idle", "no token for 30 s"));
    attempt.failed(3, new Error("aborted"));
    expect(settled).toMatchObject({ outcome: { ok: false, failure: { code: "timeout_idle", http_status: 200 } } });
  });

  test.each([
    ["a web page", "text/html", "<html>", "stream_malformed"],
    ["a plain answer", "application/json", '{"choices":[{"message":{"content":"Hi"}}]}', "stream_malformed"],
    ["an error in a plain answer", "application/json", '{"error":{"message":"boom"}}', "stream_error"],
    ["a stream that names no content type", null, HELLO, "ok"],
    ["a stream that calls itself plain text", "text/plain", HELLO, "ok"],
  ])("%s as its body", (_name, contentType, body, ending) => {
    expect(endingOf(attemptOver(wire, true, { contentType, pieces: [Buffer.from(body)] }))).toBe(ending);
  });
});

describe("a compressed stream", () => {
  const read = (encoding: string, pieces: readonly Buffer[]): Promise<Attempt> =>
    new Promise((resolve) => {
      const attempt = new HttpAttempt(exampleCall({}), wire, systemClock, new URL("http://host/v1"), {
        settle: resolve,
        end() {},
      });
      let aborted = false;
      const listener = decodingContent(attempt, (error) => {
        aborted = true;
        listener.failed(99, error);
      });
      listener.sent(0, true);
      listener.headers(0, 200, { "content-type": "text/event-stream", "content-encoding": encoding });
      for (const [i, chunkOfIt] of pieces.entries()) if (!aborted) listener.data(i + 1, i + 1, chunkOfIt);
      if (!aborted) listener.ended(pieces.length + 1);
    });

  it.each([
    ["gzip", gzipSync],
    ["x-gzip", gzipSync],
    ["deflate", deflateSync],
    ["br", brotliCompressSync],
  ])("is read, though nobody asked for %s, however its bytes are cut", async (encoding, compress) => {
    const bytes = compress(Buffer.from(HELLO));
    for (const size of [1, 7, bytes.length]) {
      expect(answerOf(await read(encoding, inPieces(bytes, size)))).toMatchObject(helloUsed);
    }
  });

  it("gives each token the read that it came with", async () => {
    const half = gzipSync(Buffer.from(say("Hel")));
    const rest = gzipSync(Buffer.from(say("lo") + stop + usageOnly + DONE));
    const attempt = await read("gzip", [half, rest]);
    expect(answerOf(attempt)).toMatchObject(helloUsed);
    expect(attempt.instants).toMatchObject({ firstByte: 1, firstToken: 1, lastToken: 2, done: 3 });
  });

  it("that breaks off is cut", async () => {
    const bytes = gzipSync(Buffer.from(say("Hel") + stop + DONE));
    expect(endingOf(await read("gzip", [bytes.subarray(0, 30)]))).toBe("stream_cut");
  });

  it.each([
    ["is not what it says", "gzip", Buffer.from("this is no gzip at all"), "the body is no gzip"],
    ["is in an encoding that we do not know", "zstd", Buffer.from("x"), "encoded as zstd, which nobody asked for"],
  ])("that %s is malformed, and says so", async (_what, encoding, bytes, message) => {
    for (const size of [1, bytes.length]) {
      const { outcome } = await read(encoding, inPieces(bytes, size));
      expect(outcome).toMatchObject({
        ok: false,
        failure: { code: "stream_malformed", message: expect.stringContaining(message) },
      });
    }
  });
});

const pieces: fc.Arbitrary<Piece[]> = fc.array(
  fc.record({
    kind: fc.constantFrom("text" as const, "reasoning" as const),
    text: fc.oneof(
      fc.string({ unit: "binary" }),
      fc.constantFrom("a", "\u2028", "\n\n", "data: x", "[DONE]", "😀", '"}'),
    ),
  }),
  { maxLength: 8 },
);
const style: fc.Arbitrary<SseStyle> = fc.record({
  lineEnd: fc.constantFrom("\n" as const, "\r" as const, "\r\n" as const),
  space: fc.boolean(),
  before: fc.subarray([": keep-alive", "id: 7", "retry: 10", ":"]),
  mark: fc.boolean(),
  finalBlankLine: fc.boolean(),
});

const joined = (of: readonly Piece[], kind: Piece["kind"]): string | null => {
  const texts = of.filter((each) => each.kind === kind && each.text !== "").map(({ text }) => text);
  return texts.length === 0 ? null : texts.join("");
};

describe.each(STREAMING_WIRES)("any legal stream of $name", ({ name, wire: of, streams }) => {
  const frame = streams.ending === "ndjson" ? ndjsonBytes : sseBytes;
  const render = EVENTS[name];
  if (render === undefined) throw new Error(`no events for ${name}`);

  it("is read the same, however it is written and cut", () => {
    fc.assert(
      fc.property(pieces, style, fc.array(fc.nat({ max: 4000 }), { maxLength: 60 }), (answer, written, cuts) => {
        const known = name === "openai-completions" ? answer.filter(({ kind }) => kind === "text") : answer;
        const bytes = frame(render(answer), written);
        for (const cutting of [cutAt(bytes, cuts), inPieces(bytes, 1)]) {
          const attempt = attemptOver(of, true, { contentType: streams.contentType, pieces: cutting });
          expect(answerOf(attempt)).toMatchObject({
            content: joined(known, "text"),
            reasoning: joined(known, "reasoning"),
            usage: { prompt_tokens: 3, completion_tokens: 5, total_tokens: 8 },
          });
          expect(attempt.text).toBe(joined(known, "text") ?? "");
          const deltas = known.filter(({ text }) => text !== "").length;
          expect(attempt.deltasPerRead.reduce((sum, n) => sum + n, 0)).toBe(deltas);
        }
      }),
      { numRuns: 60 },
    );
  });

  it("is a failure or the whole answer wherever it is cut, never half of one", () => {
    fc.assert(
      fc.property(pieces, fc.nat({ max: 2000 }), (answer, length) => {
        const bytes = frame(render(answer), PLAIN_SSE);
        const attempt = attemptOver(of, true, {
          contentType: streams.contentType,
          pieces: [bytes.subarray(0, Math.min(length, bytes.length))],
        });
        if (attempt.outcome.ok) expect(attempt.outcome.response.content).toBe(joined(answer, "text"));
        else expect(attempt.outcome.failure.code).toBe("stream_cut");
      }),
      { numRuns: 60 },
    );
  });
});
