import fc from "fast-check";
import { describe, expect, it, test } from "vitest";
import { conditionNamed } from "./conditions.ts";
import { statedErrorIn, statedErrorOf } from "./stated-error.ts";

const code = (body: unknown): string | null => statedErrorIn(body)?.code ?? null;

describe("the condition that an API's word names", () => {
  test.each([
    ["overloaded_error", "overloaded"],
    ["engine_overloaded_error", "overloaded"],
    ["ServiceUnavailable", "overloaded"],
    ["UNAVAILABLE", "overloaded"],
    ["insufficient_system_resource", "overloaded"],
    ["capacity_exceeded", "overloaded"],
    ["rate_limit_error", "rate_limited"],
    ["RateLimitError", "rate_limited"],
    ["rate_limit_reached_error", "rate_limited"],
    ["Throttling", "rate_limited"],
    ["Throttling.AllocationQuota", "rate_limited"],
    ["ThrottlingException", "rate_limited"],
    ["TooManyRequests", "rate_limited"],
    ["request_quota_exceeded", "rate_limited"],
    ["RESOURCE_EXHAUSTED", "rate_limited"],
    ["insufficient_quota", "quota"],
    ["billing_hard_limit_reached", "quota"],
    ["exceeded_current_quota_error", "quota"],
    ["Arrearage", "quota"],
    ["content_filter", "content_filter"],
    ["content_policy_violation", "content_filter"],
    ["ResponsibleAIPolicyViolation", "content_filter"],
    ["DataInspectionFailed", "content_filter"],
    ["invalid_prompt", "content_filter"],
    ["server_error", null],
    ["invalid_request_error", null],
    ["INTERNAL", null],
    ["api_error", null],
    ["context_length_exceeded", null],
    ["", null],
  ])("%j is %j", (word, expected) => {
    expect(conditionNamed(word)).toBe(expected);
  });
});

const nothing = fc.constantFrom(null, false, "", {}, [], 0, "0", 200, "200", "ok", "OK", "Success", "none", " ");
const empty = fc.oneof(
  nothing,
  fc.record({ code: nothing, message: nothing, type: nothing, param: fc.string() }),
  fc.array(nothing, { maxLength: 3 }),
);
const words = fc.string({ minLength: 1, maxLength: 80 }).map((text) => `boom ${text.replaceAll(/\d/g, "x")}`);
const answer = fc.constantFrom(
  {},
  { choices: [{ index: 0, delta: { content: "a" } }] },
  { candidates: [{ content: { parts: [{ text: "a" }] } }] },
  { message: { role: "assistant", content: "a" } },
  { type: "content_block_delta", delta: { text: "a" } },
);
/** Each puts an error where servers put it. */
const wraps = fc.constantFrom<((error: object) => object)[]>(
  (error) => ({ error }),
  (error) => ({ errors: [error] }),
  (error) => [{ error }],
  (error) => ({ x_groq: { error } }),
  (error) => ({ type: "error", error }),
  (error) => ({ data: { error } }),
  (error) => error,
);

describe("what a 200 states", () => {
  it("is no error where it states success", () => {
    fc.assert(
      fc.property(answer, empty, empty, nothing, (holds, error, errors, status) => {
        expect(statedErrorIn({ error, errors, base_resp: { status_code: status }, ...holds })).toBeNull();
        expect(statedErrorOf(error)).toBeNull();
        expect(statedErrorIn({ code: status, message: "anything goes" }, false)).toBeNull();
      }),
    );
    fc.assert(
      fc.property(fc.constantFrom(0, 200, "0", "200", "ok", "Success"), words, (status, message) => {
        expect(statedErrorIn({ code: status, message })).toBeNull();
      }),
    );
  });

  it("is an error where it states one, with the server's words, beside whatever stands there", () => {
    fc.assert(
      fc.property(wraps, words, fc.constantFrom(400, 401, 404, 500, 502), (wrap, message, status) => {
        const failure = statedErrorIn(wrap({ message, code: status }));
        expect(failure?.code).not.toBeUndefined();
        expect(failure?.message.startsWith("boom")).toBe(true);
      }),
    );
    fc.assert(
      fc.property(answer, words, (holds, message) => {
        expect(statedErrorIn({ ...holds, error: { message } }, false)).not.toBeNull();
        expect(statedErrorIn({ ...holds, error: message }, false)).not.toBeNull();
      }),
    );
  });

  it("has the code of the status that it states, wherever it stands and however it is written", () => {
    const statuses = fc.constantFrom(
      ...([
        [429, "rate_limited"],
        [503, "overloaded"],
        [529, "overloaded"],
        [400, "stream_error"],
        [500, "stream_error"],
        [401, "stream_error"],
        [404, "stream_error"],
      ] as const),
    );
    const keys = fc.constantFrom("code", "status", "status_code", "statusCode");
    fc.assert(
      fc.property(wraps, statuses, keys, fc.boolean(), (wrap, [status, expected], key, asText) => {
        expect(code(wrap({ [key]: asText ? String(status) : status, message: "boom" }))).toBe(expected);
      }),
    );
  });

  it("never throws, however odd it is, and never has endless words", () => {
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        for (const failure of [statedErrorIn(value), statedErrorOf(value), statedErrorIn({ detail: value })]) {
          expect(failure?.message ?? "-").not.toBe("");
          expect((failure?.message ?? "").length).toBeLessThan(700);
        }
      }),
    );
    let deep: unknown = "boom";
    for (let i = 0; i < 50_000; i += 1) deep = { error: deep };
    expect(statedErrorIn({ error: deep })?.code).toBe("stream_error");
    expect(statedErrorIn({ error: "x".repeat(1_000_000) })?.message.length).toBeLessThan(700);
  });

  it("asks to wait where Google's details do", () => {
    const error = { code: 429, status: "RESOURCE_EXHAUSTED", message: "quota", details: [{ retryDelay: "17s" }] };
    expect(statedErrorIn({ error })).toEqual({ code: "rate_limited", message: "quota", retryAfterMs: 17_000 });
  });

  it("is no rate limit where the request alone is more than a minute's limit", () => {
    const message = "Request too large for gpt-4o: Limit 30000, Requested 40000";
    expect(code({ error: { code: "rate_limit_exceeded", message } })).toBe("stream_error");
  });

  test.each([
    [{ message: "keep-alive" }],
    [{ message: "processing" }],
    [{ status: "in_progress", message: "working on it" }],
    [{ status: "queued", detail: "queued" }],
    [{ id: "c", object: "chat.completion.chunk", model: "m" }],
    [{ choices: [], usage: { prompt_tokens: 3 } }],
    [{ type: "ping" }],
    [{ success: true, message: "ok" }],
    [{ code: 20_000, message: "success" }],
  ])("is no error in %j", (body) => {
    expect(statedErrorIn(body)).toBeNull();
  });
});
