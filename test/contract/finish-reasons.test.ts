import { describe, expect, it, test } from "vitest";
import { attemptOver } from "../support/wire-attempt.ts";
import { EVENTS, ndjsonBytes, sseBytes, type Piece, type StreamEvent } from "../support/wire-streams.ts";
import { fixture, STREAMING_WIRES, type WireCase } from "../support/wires.ts";

// What a finish reason does, whatever the API calls it: none that says nothing ends an answer, one that says that the
// server gave up fails it, and all others are answers.

/** Where each API has the reason: how to set it in its last event, and in its plain body. */
const PLACES: Readonly<Record<string, (body: Json, reason: unknown) => void>> = {
  "openai-chat": (body, reason) => void (first(body, "choices")["finish_reason"] = reason),
  "openai-completions": (body, reason) => void (first(body, "choices")["finish_reason"] = reason),
  "openai-responses": (body, reason) => void (((body["response"] as Json | undefined) ?? body)["status"] = reason),
  "anthropic-messages": (body, reason) => void (((body["delta"] as Json | undefined) ?? body)["stop_reason"] = reason),
  "google-gemini": (body, reason) => void (first(body, "candidates")["finishReason"] = reason),
  "ollama-chat": (body, reason) => void (body["done_reason"] = reason),
  "cohere-chat": (body, reason) => void (((body["delta"] as Json | undefined) ?? body)["finish_reason"] = reason),
};
/** The APIs whose end is the finish reason itself, without another marker. */
const ENDS_BY_REASON = new Set(["openai-chat", "openai-completions", "google-gemini"]);
const HAS_REASON = /"(finish_reason|stop_reason|finishReason|done_reason)":"|"status":"completed"/;

type Json = Record<string, unknown>;

function first(body: Json, key: string): Json {
  const list = body[key];
  const entry: unknown = Array.isArray(list) ? list[0] : undefined;
  if (typeof entry !== "object" || entry === null) throw new Error(`no ${key}`);
  return entry as Json;
}

const HELLO: Piece[] = [
  { kind: "text", text: "Hel" },
  { kind: "text", text: "lo" },
];

function eventsOf(name: string, pieces = HELLO): StreamEvent[] {
  const render = EVENTS[name];
  if (render === undefined) throw new Error(`no events for ${name}`);
  return render(pieces);
}

/** The event with the finish reason, where it says another. */
function withReason(name: string, event: StreamEvent, reason: unknown): StreamEvent {
  const body = JSON.parse(event.data) as Json;
  PLACES[name]?.(body, reason);
  return { ...event, data: JSON.stringify(body) };
}

function read({ wire, streams }: WireCase, events: readonly StreamEvent[]): ReturnType<typeof attemptOver> {
  const bytes = streams?.ending === "ndjson" ? ndjsonBytes(events) : sseBytes(events);
  return attemptOver(wire, true, { contentType: streams?.contentType ?? null, pieces: [bytes] });
}

const outcomeOf = ({ outcome }: ReturnType<typeof attemptOver>): unknown =>
  outcome.ok ? outcome.response : { ...outcome.failure, usage: outcome.usage };

const GIVEN_UP: readonly (readonly [reason: string, code: string])[] = [
  ["abort", "stream_error"],
  ["aborted", "stream_error"],
  ["cancelled", "stream_error"],
  ["canceled", "stream_error"],
  ["CANCELLED", "stream_error"],
  ["USER_CANCEL", "stream_error"],
  ["error", "stream_error"],
  ["ERROR", "stream_error"],
  ["ERROR_LIMIT", "stream_error"],
  ["ERROR_TOXIC", "content_filter"],
  ["network_error", "stream_error"],
  ["TIMEOUT", "stream_error"],
  ["failed", "stream_error"],
  ["insufficient_system_resource", "overloaded"],
];
const ANSWERS = [
  "stop",
  "length",
  "content_filter",
  "SAFETY",
  "RECITATION",
  "MALFORMED_FUNCTION_CALL",
  "OTHER",
  "refusal",
  "max_tokens",
  "sensitive",
  "model_context_window_exceeded",
];
const UNSTATED = ["", " ", "null", "None", null, "FINISH_REASON_UNSPECIFIED", "unspecified"];

describe.each(STREAMING_WIRES)("$name", (of) => {
  const { name, wire } = of;
  const events = eventsOf(name);
  const at = events.findIndex(({ data }) => HAS_REASON.test(data));
  const last = events[at];
  if (last === undefined) throw new Error(`no finish reason in ${name}`);
  const replaced = (reason: unknown): StreamEvent[] => events.with(at, withReason(name, last, reason));

  it.each(GIVEN_UP)("%s is an answer that the server gave up: %s, its usage kept", (reason, code) => {
    const usage = { prompt_tokens: 3, completion_tokens: 5 };
    expect(outcomeOf(read(of, replaced(reason)))).toMatchObject({ code, usage, http_status: 200 });
    const body = JSON.parse(fixture(name, "plain.json").toString()) as Json;
    PLACES[name]?.(body, reason);
    const plain = attemptOver(wire, false, {
      contentType: "application/json",
      pieces: [Buffer.from(JSON.stringify(body))],
    });
    const { prompt_tokens, completion_tokens } = of.plain.usage ?? {};
    expect(outcomeOf(plain)).toMatchObject({ code, usage: { prompt_tokens, completion_tokens } });
  });

  it.each(ANSWERS)("%s is an answer", (reason) => {
    expect(outcomeOf(read(of, replaced(reason)))).toMatchObject({ content: "Hello", finish_reason: reason });
  });

  it.each(UNSTATED)("%j is no finish reason, and ends nothing", (reason) => {
    const expected = ENDS_BY_REASON.has(name) ? { code: "stream_cut" } : { content: "Hello", finish_reason: null };
    const stated = replaced(reason).filter(({ data }) => data !== "[DONE]");
    expect(outcomeOf(read(of, stated))).toMatchObject(expected);
  });

  it.each(UNSTATED)("%j behind a reason does not erase it", (reason) => {
    // Only where more may follow: the others end with the event that has the reason.
    const length = withReason(name, last, "length");
    const outcome = outcomeOf(read(of, [...events.slice(0, at), length, ...replaced(reason).slice(at)]));
    expect(outcome).toMatchObject({ content: "Hello", finish_reason: "length" });
  });

  it("is malformed when it ends and no answer began, however it ends", () => {
    const done = { data: "[DONE]" };
    expect(outcomeOf(read(of, [done]))).toMatchObject({ code: "stream_malformed" });
    expect(outcomeOf(read(of, [{ data: '{"id":"c"}' }, done]))).toMatchObject({ code: "stream_malformed" });
    expect(outcomeOf(read(of, [{ data: '{"id":"c","choices":[],"candidates":[]}' }]))).toMatchObject({
      code: "stream_malformed",
    });
  });
});

describe("an empty answer of Gemini has the same outcome streamed or not", () => {
  const of = STREAMING_WIRES.find(({ name }) => name === "google-gemini");
  if (of === undefined) throw new Error("no such wire");
  const usageMetadata = { promptTokenCount: 8, totalTokenCount: 8 };
  test.each([
    ["without a candidate", { candidates: [], usageMetadata }, "stream_malformed"],
    ["without candidates", { usageMetadata }, "stream_malformed"],
    ["with a blank prompt feedback", { promptFeedback: {}, usageMetadata }, "stream_malformed"],
    ["of a blocked prompt", { promptFeedback: { blockReason: "SAFETY" }, usageMetadata }, "content_filter"],
    ["that stopped at once", { candidates: [{ finishReason: "STOP" }], usageMetadata }, "ok"],
    ["with a role alone", { candidates: [{ content: { role: "model" }, finishReason: "STOP" }] }, "ok"],
    ["that the filter emptied", { candidates: [{ finishReason: "SAFETY", safetyRatings: [] }] }, "ok"],
    ["that never ended", { candidates: [{ content: { role: "model", parts: [] } }], usageMetadata }, "stream_cut"],
    ["of an unspecified end", { candidates: [{ finishReason: "FINISH_REASON_UNSPECIFIED" }] }, "stream_cut"],
  ])("%s", (_name, body, ending) => {
    const text = JSON.stringify(body);
    const plain = attemptOver(of.wire, false, { contentType: "application/json", pieces: [Buffer.from(text)] });
    const streamed = read(of, [{ data: text }]);
    for (const { outcome } of [plain, streamed]) expect(outcome.ok ? "ok" : outcome.failure.code).toBe(ending);
    if (!plain.outcome.ok && !streamed.outcome.ok && ending === "content_filter") {
      expect(plain.outcome.usage).toEqual(streamed.outcome.usage);
      expect(plain.outcome.usage?.prompt_tokens).toBe(8);
    }
  });
});

test("SGLang's finish reason, an object, is the type in it", () => {
  const [of] = STREAMING_WIRES;
  if (of === undefined) throw new Error("no wire");
  const events = eventsOf(of.name);
  const at = events.findIndex(({ data }) => HAS_REASON.test(data));
  const say = (reason: object): unknown =>
    outcomeOf(read(of, events.with(at, withReason(of.name, events[at] ?? { data: "" }, reason))));
  expect(say({ type: "length", length: 16 })).toMatchObject({ finish_reason: "length" });
  expect(say({ type: "abort", message: "client disconnected" })).toMatchObject({ code: "stream_error" });
});

describe("usage without counts", () => {
  const [of] = STREAMING_WIRES;
  if (of === undefined) throw new Error("no wire");
  const chunk = (usage: unknown): StreamEvent => ({ data: JSON.stringify({ choices: [], usage }) });
  const events = eventsOf(of.name).filter(({ data }) => data !== "[DONE]");
  test.each([
    [{}],
    [null],
    [{ total_tokens: 0 }],
    [{ prompt_tokens: 0, completion_tokens: 0, total_tokens: 0 }],
    [{ prompt_tokens: null, completion_tokens: null }],
    [{ prompt_tokens: "many" }],
    ["none"],
    [[]],
  ])("%j never erases counts", (usage) => {
    expect(outcomeOf(read(of, [...events, chunk(usage), { data: "[DONE]" }]))).toMatchObject({
      usage: { prompt_tokens: 3, completion_tokens: 5, total_tokens: 8 },
    });
  });

  it("leaves the counts that it does not have", () => {
    expect(outcomeOf(read(of, [...events, chunk({ completion_tokens: 7 }), { data: "[DONE]" }]))).toMatchObject({
      usage: { prompt_tokens: 3, completion_tokens: 7, total_tokens: 10 },
    });
  });
});
