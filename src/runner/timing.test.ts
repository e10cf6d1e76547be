import { describe, expect, it } from "vitest";
import type { Attempt } from "../core/provider.ts";
import type { Usage } from "../core/response.ts";
import { connectMsOf, timingOf, tpotOf } from "./timing.ts";

const usage = (completion: number | null, reasoning: number | null = null): Usage => ({
  prompt_tokens: 3,
  completion_tokens: completion,
  total_tokens: null,
  reasoning_tokens: reasoning,
  cached_tokens: null,
  cache_write_tokens: null,
});

/** Connected at 105, sent at 107, first byte at 150, tokens at 200, 220 and 260, done at 270. */
const streamed: Attempt = {
  instants: {
    connectStarted: 101,
    connected: 105,
    sent: 107,
    headers: 149,
    firstByte: 150,
    firstToken: 200,
    firstText: 220,
    lastToken: 260,
    done: 270,
  },
  gapsMs: [20, 40],
  deltasPerRead: [1, 1, 1],
  reasoningStreamed: false,
  outcome: { ok: false, failure: null as never, usage: null },
  requestId: null,
  systemFingerprint: null,
  raw: null,
};
const succeeded = { ...streamed, outcome: { ok: true, response: null as never } } as Attempt;
const waits = { slotWaitMs: 3, limiterWaitMs: 5, backoffMs: 40, connectMs: 4 };
const around = { segmentStart: 10, intended: 60, firstSent: 70, ready: 100, ...waits };

describe("the timing of a case", () => {
  it("follows the definitions", () => {
    expect(timingOf(succeeded, usage(11), around)).toEqual({
      first_sent_at_ms: 60,
      sent_at_ms: 97,
      done_at_ms: 260,
      ttft_ms: 93,
      ttfb_ms: 43,
      ttf_text_ms: 113,
      tpot_ms: 6,
      output_tokens_per_second: (11 * 1000) / 163,
      slot_wait_ms: 3,
      limiter_wait_ms: 5,
      backoff_ms: 40,
      connect_ms: 4,
      send_lag_ms: 3,
      latency_from_intended_ms: 210,
    });
  });

  it("has no latency for a case that failed, but its waits", () => {
    const timing = timingOf(streamed, null, around);
    expect(timing).toMatchObject({ ttft_ms: null, tpot_ms: null, latency_from_intended_ms: null });
    expect(timing).toMatchObject({ sent_at_ms: 97, backoff_ms: 40, send_lag_ms: 3 });
  });

  it("counts what this client was late to begin connecting as its own: 1 ms before, 2 ms after, of 101 to 105", () => {
    expect(timingOf(succeeded, null, around).send_lag_ms).toBe(3);
    const late = { ...streamed.instants, connectStarted: 103 };
    expect(timingOf({ ...succeeded, instants: late }, null, around).send_lag_ms).toBe(5);
  });

  it("measures send lag from the slot on a connection that was kept alive", () => {
    const instants = { ...streamed.instants, connectStarted: null, connected: null };
    expect(timingOf({ ...succeeded, instants }, null, around).send_lag_ms).toBe(7);
    expect(connectMsOf({ ...succeeded, instants })).toBe(0);
    expect(connectMsOf(streamed)).toBe(4);
  });
});

describe("time per output token", () => {
  it("leaves out reasoning that was not streamed, and only that", () => {
    expect(tpotOf(succeeded, usage(11, 6))).toBe(60 / 4);
    expect(tpotOf({ ...succeeded, reasoningStreamed: true }, usage(11, 6))).toBe(60 / 10);
  });

  it("is unknown without usage, with one token, or from a single read", () => {
    expect(tpotOf(succeeded, null)).toBeNull();
    expect(tpotOf(succeeded, usage(1))).toBeNull();
    expect(tpotOf({ ...succeeded, gapsMs: [] }, usage(11))).toBeNull();
  });
});
