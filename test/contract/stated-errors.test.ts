import { describe, expect, it, test } from "vitest";
import { systemClock } from "../../src/core/clock.ts";
import { failure, type Failure } from "../../src/core/failure.ts";
import type { Attempt } from "../../src/core/provider.ts";
import { HttpAttempt } from "../../src/providers/http/http-attempt.ts";
import type { WireFormat } from "../../src/providers/wire/wire-format.ts";
import { decideRetry } from "../../src/runner/retry.ts";
import { exampleCall } from "../support/call.ts";
import { attemptOver } from "../support/wire-attempt.ts";
import { EVENTS, ndjsonBytes, sseBytes, type StreamEvent } from "../support/wire-streams.ts";
import { fixture, STREAMING_WIRES, WIRES, type WireCase } from "../support/wires.ts";

// How servers, gateways and proxies state an error although they answered with 200, each shape against every API: in a
// plain body, as the only event of a stream, and behind some of an answer, whether the stream then ends in order or not.

type Shape = readonly [name: string, body: unknown, code: string, message: string];

const SHAPES: readonly Shape[] = [
  ["an error object", { error: { message: "worker died" } }, "stream_error", "worker died"],
  ["an error text", { error: "worker died" }, "stream_error", "worker died"],
  ["an error array", { error: [{ message: "worker died" }] }, "stream_error", "worker died"],
  ["error: true beside its words", { error: true, message: "worker died" }, "stream_error", "worker died"],
  ["a text for a detail", { detail: "CUDA out of memory" }, "stream_error", "CUDA out of memory"],
  [
    "FastAPI's details",
    { detail: [{ loc: ["body"], msg: "field required", type: "missing" }] },
    "stream_error",
    "field required",
  ],
  ["a message and a code", { code: 503, message: "worker died" }, "overloaded", "worker died"],
  ["a code in text", { code: "429", message: "slow down" }, "rate_limited", "slow down"],
  ["a code of the server's own", { code: 10013, message: "bad input" }, "stream_error", "bad input"],
  ["msg instead of message", { code: -1, msg: "worker died" }, "stream_error", "worker died"],
  ["an array of errors", { errors: [{ code: 7000, message: "no route" }] }, "stream_error", "no route"],
  ["an array of texts", { errors: ["no route"] }, "stream_error", "no route"],
  [
    "Cloudflare's envelope",
    { success: false, errors: [{ code: 3040, message: "Capacity temporarily exceeded" }], messages: [], result: null },
    "stream_error",
    "Capacity temporarily exceeded",
  ],
  ["MiniMax's base_resp", { base_resp: { status_code: 1013, status_msg: "internal" } }, "stream_error", "internal"],
  [
    "MiniMax's rate limit",
    { choices: null, base_resp: { status_code: 1002, status_msg: "rate limit" } },
    "rate_limited",
    "rate limit",
  ],
  ["MiniMax's balance", { base_resp: { status_code: 1008, status_msg: "no balance" } }, "quota", "no balance"],
  ["DashScope's throttling", { code: "Throttling.RateQuota", message: "too fast" }, "rate_limited", "too fast"],
  ["DashScope's inspection", { code: "DataInspectionFailed", message: "no" }, "content_filter", "no"],
  ["Baidu's error", { error_code: 336_003, error_msg: "invalid messages" }, "stream_error", "invalid messages"],
  [
    "Anthropic's error",
    { type: "error", error: { type: "overloaded_error", message: "Overloaded" } },
    "overloaded",
    "Overloaded",
  ],
  [
    "Anthropic's internal error",
    { type: "error", error: { type: "api_error", message: "Internal server error" } },
    "stream_error",
    "Internal server error",
  ],
  [
    "the error event of Responses",
    { type: "error", code: "rate_limit_exceeded", message: "slow down", param: null },
    "rate_limited",
    "slow down",
  ],
  ["Gemini's array", [{ error: { code: 503, message: "busy", status: "UNAVAILABLE" } }], "overloaded", "busy"],
  [
    "Gemini's daily limit",
    {
      error: {
        code: 429,
        message: "You exceeded your current quota",
        status: "RESOURCE_EXHAUSTED",
        details: [{ violations: [{ quotaId: "GenerateRequestsPerDayPerProject" }] }],
      },
    },
    "quota",
    "You exceeded your current quota",
  ],
  [
    "earlier vLLM's",
    { object: "error", message: "died", type: "InternalServerError", code: 500 },
    "stream_error",
    "died",
  ],
  ["TGI's", { error: "Model is overloaded", error_type: "overloaded" }, "overloaded", "Model is overloaded"],
  ["Groq's", { x_groq: { id: "r", error: "over capacity" } }, "stream_error", "over capacity"],
  ["an error in data", { data: { error: { code: 529, message: "busy" } } }, "overloaded", "busy"],
  [
    "an error of RFC 9457",
    { type: "about:blank#error", title: "Bad Gateway", status: 502, detail: "upstream gone" },
    "stream_error",
    "upstream gone",
  ],
  [
    "an error of RFC 9457 without a type",
    { type: "about:blank", title: "Too Many Requests", status: 429, detail: "slow down" },
    "rate_limited",
    "slow down",
  ],
  ["AWS Lambda's", { errorMessage: "Task timed out", errorType: "Sandbox.Timedout" }, "stream_error", "Task timed out"],
  ["JSON in the text of an error", { error: '{"error":{"code":503,"message":"busy"}}' }, "overloaded", "busy"],
  ["Zhipu's rate limit", { error: { code: "1302", message: "high concurrency" } }, "rate_limited", "high concurrency"],
  ["Dify's error event", { event: "error", task_id: "t", message: "boom" }, "stream_error", "boom"],
  ["an error beside empty members", { choices: [], content: "", code: 500, message: "boom" }, "stream_error", "boom"],
  [
    "GraphQL's",
    { errors: [{ message: "no node", extensions: { code: "SERVICE_UNAVAILABLE" } }] },
    "overloaded",
    "no node",
  ],
  ["AWS's throttling, named by its member", { throttlingException: { message: "slow" } }, "rate_limited", "slow"],
  ["AWS's error, named by its member", { internalServerException: { message: "died" } }, "stream_error", "died"],
  [
    "Apigee's fault",
    { fault: { faultstring: "no", detail: { errorcode: "policies.ratelimit.QuotaViolation" } } },
    "rate_limited",
    "no",
  ],
  ["AWS's older error", { Error: { Code: "Throttling", Message: "slow" } }, "rate_limited", "slow"],
  [
    "Volcengine's",
    { ResponseMetadata: { RequestId: "r", Error: { Code: "InternalError", Message: "died" } } },
    "stream_error",
    "died",
  ],
  ["err_no and err_msg", { err_no: 17, err_msg: "died" }, "stream_error", "died"],
  ["retcode and retmsg", { retcode: -1, retmsg: "died" }, "stream_error", "died"],
  ["Spark's header", { header: { code: 10_013, message: "died", sid: "s" } }, "stream_error", "died"],
  ["a lone message", { message: "upstream gone" }, "stream_error", "upstream gone"],
  [
    "a stated 400",
    { error: { code: 400, message: "the prompt is too long" } },
    "stream_error",
    "the prompt is too long",
  ],
  [
    "a stated 500",
    { error: { code: 500, message: "the server is overloaded" } },
    "stream_error",
    "the server is overloaded",
  ],
  ["a stated 503", { error: { code: 503, message: "no worker" } }, "overloaded", "no worker"],
  ["a stated 529", { error: { status: "529", message: "no worker" } }, "overloaded", "no worker"],
  ["a stated 429", { error: { status_code: 429, message: "slow down" } }, "rate_limited", "slow down"],
  ["a status beside the error", { status: 503, error: "no worker" }, "overloaded", "no worker"],
  [
    "OpenAI's quota",
    { error: { code: "insufficient_quota", type: "insufficient_quota", message: "pay" } },
    "quota",
    "pay",
  ],
  [
    "a 429 for want of money",
    { error: { code: 429, message: "You exceeded your current quota" } },
    "quota",
    "You exceeded your current quota",
  ],
  ["Azure's filter", { error: { code: "content_filter", message: "filtered" } }, "content_filter", "filtered"],
  ["an overload in words alone", { error: "Overloaded" }, "overloaded", "Overloaded"],
  [
    "a status at the head of a text",
    { error: "Error code: 429 - slow down" },
    "rate_limited",
    "Error code: 429 - slow down",
  ],
  ["an error without words", { error: { code: 503 } }, "overloaded", '{"code":503}'],
];

/** What looks like an error and states none. */
const SUCCESSES: readonly (readonly [name: string, fields: object])[] = [
  ["error: null", { error: null }],
  ["error: false", { error: false }],
  ["error: an empty text", { error: "" }],
  ["error: {}", { error: {} }],
  ["error: []", { error: [] }],
  ["error: 0", { error: 0 }],
  ["errors: []", { errors: [] }],
  ["an error of nulls", { error: { message: null, code: null, type: "" } }],
  ["an error that says success", { error: { code: 0, message: "ok" } }],
  ["code: 0", { code: 0, message: "success" }],
  ["code: 200", { code: 200, message: "OK" }],
  ["code: 0 in text", { code: "0", msg: "" }],
  ["MiniMax's success", { base_resp: { status_code: 0, status_msg: "" } }],
  ["detail: null", { detail: null }],
  ["a figure that is called an error", { mean_squared_error: 0.1 }],
  ["a yes that is called one", { no_error: true }],
  ["a header that says success", { header: { code: 0, message: "Success" } }],
];

const JSON_TYPE = "application/json";
const stateless = (event: StreamEvent): StreamEvent => event;
const frame = ({ streams }: WireCase, events: readonly StreamEvent[]): Buffer =>
  streams?.ending === "ndjson" ? ndjsonBytes(events) : sseBytes(events);

const eventsOf = (name: string): StreamEvent[] => {
  const render = EVENTS[name];
  if (render === undefined) throw new Error(`no events for ${name}`);
  return render([
    { kind: "text", text: "Hel" },
    { kind: "text", text: "lo" },
  ]);
};

const failureOf = ({ outcome }: ReturnType<typeof attemptOver>): object =>
  outcome.ok ? { ok: outcome.response } : { code: outcome.failure.code, message: outcome.failure.message };

/** The failure of a stream that stands still after these bytes, until the time for it is over. */
function stalledAfter(wire: WireFormat, contentType: string, bytes: Buffer, reason: Failure): object {
  const ending = new AbortController();
  let settled: Attempt["outcome"] | null = null;
  const call = exampleCall({ signal: ending.signal });
  const attempt = new HttpAttempt(call, wire, systemClock, new URL("http://host/v1"), {
    settle: ({ outcome }) => (settled ??= outcome),
    end() {},
  });
  attempt.sent(0, true);
  attempt.headers(1, 200, { "content-type": contentType });
  attempt.data(2, 1, bytes);
  ending.abort(reason);
  attempt.failed(3, new Error("aborted"));
  return settled ?? {};
}

const RESET = Object.assign(new Error("read ECONNRESET"), { code: "ECONNRESET" });

test.each([
  [429, "rate_limited"],
  [503, "overloaded"],
  [529, "overloaded"],
  [500, "stream_error"],
  [400, "stream_error"],
])("a stated %i is %s, before and after the first token, and retried as that code is", (status, code) => {
  const error = { data: JSON.stringify({ error: { code: status, message: "boom" } }) };
  for (const of of STREAMING_WIRES) {
    for (const events of [[error], [...eventsOf(of.name).slice(0, 2), error]]) {
      const { streams, wire } = of;
      const { outcome } = attemptOver(wire, true, { contentType: streams.contentType, pieces: [frame(of, events)] });
      if (outcome.ok) throw new Error("no failure");
      expect(outcome.failure).toMatchObject({ code, http_status: 200 });
      expect(decideRetry(outcome.failure, 0, 1, () => 0).retry).toBe(code !== "stream_error");
    }
  }
});

describe.each(WIRES)("$name, plain", (of) => {
  it.each(SHAPES)("%s is the failure that it states", (_name, body, code, message) => {
    const pieces = [Buffer.from(JSON.stringify(body))];
    expect(failureOf(attemptOver(of.wire, false, { contentType: JSON_TYPE, pieces }))).toEqual({ code, message });
  });

  it.each(SUCCESSES)("%s beside an answer is no error", (_name, fields) => {
    const answer: object = JSON.parse(fixture(of.name, "plain.json").toString());
    const pieces = [Buffer.from(JSON.stringify({ ...fields, ...answer }))];
    expect(attemptOver(of.wire, false, { contentType: JSON_TYPE, pieces }).outcome.ok).toBe(true);
  });
});

describe.each(STREAMING_WIRES)("$name, streamed", (of) => {
  const { name, wire, streams } = of;
  const { contentType } = streams;
  const events = eventsOf(name);
  const failing = (bytes: Buffer, error?: Error): object =>
    failureOf(attemptOver(wire, true, { contentType, pieces: [bytes], ...(error === undefined ? {} : { error }) }));

  it.each(SHAPES)("%s is the failure that it states, wherever it comes", (_name, body, code, message) => {
    const error = stateless({ data: JSON.stringify(body) });
    const expected = { code, message };
    expect(failing(frame(of, [error]))).toEqual(expected);
    expect(failing(frame(of, [error, { data: "[DONE]" }]))).toEqual(expected);
    const cut = frame(of, [...events.slice(0, 2), error]);
    expect(failing(cut)).toEqual(expected);
    expect(failing(cut, RESET)).toEqual(expected);
    expect(failing(cut.subarray(0, -1))).toEqual(expected);
    expect(failing(frame(of, [...events.slice(0, -1), error, ...events.slice(-1)]))).toEqual(expected);
  });

  it.each(SHAPES)("%s is read without a frame too", (_name, body, code, message) => {
    const good = frame(of, events.slice(0, 2));
    for (const text of [JSON.stringify(body), JSON.stringify(body, null, 2)]) {
      for (const bytes of [Buffer.from(text), Buffer.concat([good, Buffer.from(text)])]) {
        expect(failing(bytes)).toEqual({ code, message });
        expect(failing(bytes, RESET)).toEqual({ code, message });
      }
    }
  });

  it.each(SUCCESSES)("%s in an event is no error", (_name, fields) => {
    const marked = events.map(({ data, ...event }) =>
      data === "[DONE]" ? { data } : { ...event, data: JSON.stringify({ ...fields, ...(JSON.parse(data) as object) }) },
    );
    const attempt = attemptOver(wire, true, { contentType, pieces: [frame(of, marked)] });
    expect(failureOf(attempt)).toMatchObject({ ok: { content: "Hello" } });
    const between = [...events.slice(0, 2), { data: JSON.stringify(fields) }, ...events.slice(2)];
    expect(failureOf(attemptOver(wire, true, { contentType, pieces: [frame(of, between)] }))).toMatchObject({
      ok: { content: "Hello" },
    });
  });
});

describe.each(STREAMING_WIRES)("$name, standing still", (of) => {
  const { wire, streams } = of;
  const good = frame(of, eventsOf(of.name).slice(0, 2));
  const error = Buffer.concat([good, Buffer.from('{"error":{"code":503,"message":"boom"}}')]);

  it("says what the server said, though its last line never ended", () => {
    const reason = failure("timeout_idle", "no token for 30 s");
    const outcome = stalledAfter(wire, streams.contentType, error, reason);
    expect(outcome).toMatchObject({ failure: { code: "overloaded", message: "boom" } });
    expect(stalledAfter(wire, streams.contentType, good, reason)).toMatchObject({ failure: { code: "timeout_idle" } });
  });

  it("is a case that was not made when the run was stopped", () => {
    const reason = failure("cancelled", "the run was stopped");
    expect(stalledAfter(wire, streams.contentType, error, reason)).toMatchObject({ failure: { code: "cancelled" } });
  });
});

const SSE_WIRES = STREAMING_WIRES.filter(({ streams }) => streams.ending === "sse");

describe.each(SSE_WIRES)("$name, server-sent events", ({ name, wire, streams }) => {
  const events = eventsOf(name);
  const read = (bytes: Buffer): object =>
    failureOf(attemptOver(wire, true, { contentType: streams.contentType, pieces: [bytes] }));
  const between = (raw: string): Buffer =>
    Buffer.concat([sseBytes(events.slice(0, 2)), Buffer.from(raw), sseBytes(events.slice(2))]);

  test.each([
    [
      "a field error: with an object",
      'error: {"code":400,"message":"boom","type":"invalid_request_error"}\n\n',
      "stream_error",
      "boom",
    ],
    [
      "a field error: with an object over several lines",
      'error: {\n  "code": 503,\n  "message": "boom"\n}\n\n',
      "overloaded",
      "boom",
    ],
    ["a field error: with a text", "error: boom\n\n", "stream_error", "boom"],
    ["a field error: in front of data", 'error: {"message":"boom"}\ndata: [DONE]\n\n', "stream_error", "boom"],
    [
      "event: error with an object",
      'event: error\ndata: {"code":"Throttling","message":"boom"}\n\n',
      "rate_limited",
      "boom",
    ],
    [
      "event: error with an error",
      'event: error\ndata: {"error":{"message":"boom","code":503}}\n\n',
      "overloaded",
      "boom",
    ],
    ["event: error with a message alone", 'event: error\ndata: {"message":"boom"}\n\n', "stream_error", "boom"],
    ["event: error with a text", "event: error\ndata: boom\n\n", "stream_error", "boom"],
    ["event: error with a JSON text", 'event: error\ndata: "boom"\n\n', "stream_error", "boom"],
    ["an exception of AWS", 'event: internalServerException\ndata: {"message":"boom"}\n\n', "stream_error", "boom"],
    ["a body without data:", '{"error":{"message":"boom","code":503}}\n\n', "overloaded", "boom"],
    ["a body in an array without data:", '[{\n "error": {"message":"boom","code":503}\n}\n]\n', "overloaded", "boom"],
  ])("%s is an error", (_name, raw, code, message) => {
    expect(read(between(raw))).toEqual({ code, message });
    expect(read(Buffer.from(`${raw}data: [DONE]\n\n`))).toEqual({ code, message });
    expect(read(Buffer.from(raw.trimEnd()))).toEqual({ code, message });
  });

  it("broken JSON does not hide an error that follows, nor does a missing blank line", () => {
    const overloaded = { code: "overloaded", message: "boom" };
    const error = 'data: {"error":{"code":503,"message":"boom"}}';
    expect(read(between(`data: {"a":\n\n${error}\n\n`))).toEqual(overloaded);
    expect(read(between(`${error}\ndata: [DONE]\n\n`))).toEqual(overloaded);
  });

  it("an error in a stream is read too where a plain answer was asked for", () => {
    const plainly = (raw: string): object =>
      failureOf(attemptOver(wire, false, { contentType: streams.contentType, pieces: [Buffer.from(raw)] }));
    expect(plainly('data: {"error":{"code":503,"message":"boom"}}\n\n')).toMatchObject({ code: "overloaded" });
    expect(plainly("event: error\ndata: boom\n\n")).toEqual({ code: "stream_error", message: "boom" });
    expect(plainly(sseBytes(events).toString())).toMatchObject({ code: "stream_malformed" });
  });

  test.each([
    ["an event with empty data", "data: \n\n"],
    ["an event with empty data of several lines", "data:\ndata:\n\n"],
    ["a named event with empty data", "event: ping\ndata:\n\n"],
    ["an event whose name the API does not define", "event: heartbeat\ndata: keep-alive\n\n"],
    ["one whose data is JSON", 'event: heartbeat\ndata: {"status":"processing","message":"wait","code":102}\n\n'],
    [
      "one with counts of its own",
      `event: metrics\ndata: ${JSON.stringify({
        id: "x",
        model: "x",
        usage: { prompt_tokens: 999, completion_tokens: 999, input_tokens: 999, output_tokens: 999 },
        usageMetadata: { promptTokenCount: 999, candidatesTokenCount: 999 },
        prompt_eval_count: 999,
        done: true,
        done_reason: "length",
      })}\n\n`,
    ],
    ["one with a list of the steps before it", 'event: flowResponses\ndata: [{"error":"no documents"}]\n\n'],
    ["one whose data is broken JSON", 'event: x-debug\ndata: {"a":\n\n'],
    ["one whose data is no object", "event: queue_position\ndata: 4\n\n"],
    ["comment text in data", "data: : OPENROUTER PROCESSING\n\n"],
    ["event: error without data", "event: error\ndata: \n\n"],
    ["event: error with an empty object", "event: error\ndata: {}\n\n"],
    ["event: error that says success", 'event: error\ndata: {"code":0,"message":"ok"}\n\n'],
    ["a field error: that is empty", "error: \n\n"],
    ["a field error: that is null", "error: null\n\n"],
    ["a field error: that is false", "error: false\n\n"],
    ["a field error: that is an empty object", "error: {}\n\n"],
  ])("%s is ignored", (_name, raw) => {
    const found = read(between(raw));
    expect(found).toMatchObject({ ok: { content: "Hello" } });
    expect(found).toEqual(read(between("")));
  });

  it("a piece of an answer is read under any name", () => {
    const named = events.map(({ data }) => ({ name: "answer", data }));
    expect(read(sseBytes(named))).toEqual(read(between("")));
  });

  it("broken JSON in an event without a name is malformed", () => {
    expect(read(between('data: {"a":\n\n'))).toMatchObject({ code: "stream_malformed" });
    expect(read(between("data: keep-alive\n\n"))).toMatchObject({ code: "stream_malformed" });
  });
});
