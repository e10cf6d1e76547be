import type { Millis } from "../core/clock.ts";
import type { Attempt } from "../core/provider.ts";
import type { Usage } from "../core/response.ts";
import type { Timing } from "../core/result.ts";

/** What happened around the last attempt of a case. Instants are on the monotonic clock. */
export interface CaseInstants {
  readonly segmentStart: Millis;
  readonly intended: Millis;
  /** When the first attempt was handed to its socket; null when none was. */
  readonly firstSent: Millis | null;
  /** When slot, limiter and backoff were over for the last attempt; an open connection may have come later. */
  readonly ready: Millis;
  /** From the intended instant until a slot was held. */
  readonly slotWaitMs: Millis;
  /** Waits for the target's limiter, summed over all attempts. */
  readonly limiterWaitMs: Millis;
  /** Pauses between attempts, summed. */
  readonly backoffMs: Millis;
  /** DNS, TCP and TLS of all attempts, summed. */
  readonly connectMs: Millis;
}

/** `later` − `earlier` in milliseconds, or null when either did not happen. */
const between = (earlier: Millis | null, later: Millis | null): Millis | null =>
  earlier === null || later === null ? null : Math.max(0, later - earlier);

/** Connect time of one attempt in milliseconds; 0 on a kept-alive connection. */
export function connectMsOf({ instants }: Attempt): Millis {
  return between(instants.connectStarted, instants.connected) ?? 0;
}

/**
 * Time per output token after the first, in milliseconds: (last_token − first_token) / (streamed_tokens − 1).
 * Streamed tokens are the completion's, less its reasoning when that was not streamed. Null when they are unknown or
 * fewer than 2, or came in one read. (docs/metrics.md)
 */
export function tpotOf(attempt: Attempt, usage: Usage | null): Millis | null {
  const hidden = attempt.reasoningStreamed ? 0 : (usage?.reasoning_tokens ?? 0);
  const tokens = (usage?.completion_tokens ?? 0) - hidden;
  const span = between(attempt.instants.firstToken, attempt.instants.lastToken);
  return span === null || tokens < 2 || attempt.gapsMs.length === 0 ? null : span / (tokens - 1);
}

/**
 * How late this client sent an attempt that was ready, in milliseconds: sent − ready, less the connecting between them.
 * So what it was late to begin connecting counts as its own. Null when nothing was sent. (docs/metrics.md)
 */
export function sendLagOf(attempt: Attempt, ready: Millis): Millis | null {
  const lag = between(ready, attempt.instants.sent);
  return lag === null ? null : Math.max(0, lag - connectMsOf(attempt));
}

/** The metrics of a case from its last attempt; latencies are null unless it succeeded. (docs/metrics.md) */
export function timingOf(attempt: Attempt, usage: Usage | null, around: CaseInstants): Timing {
  const { instants } = attempt;
  const succeeded = attempt.outcome.ok;
  const sent = succeeded ? instants.sent : null;
  const duration = between(sent, instants.done);
  const tokens = usage?.completion_tokens ?? null;
  return {
    first_sent_at_ms: between(around.segmentStart, around.firstSent),
    sent_at_ms: between(around.segmentStart, instants.sent),
    done_at_ms: between(around.segmentStart, instants.done),
    ttft_ms: between(sent, instants.firstToken),
    ttfb_ms: between(sent, instants.firstByte),
    ttf_text_ms: between(sent, instants.firstText),
    tpot_ms: succeeded ? tpotOf(attempt, usage) : null,
    output_tokens_per_second: duration && tokens !== null ? (tokens * 1000) / duration : null,
    slot_wait_ms: around.slotWaitMs,
    limiter_wait_ms: around.limiterWaitMs,
    backoff_ms: around.backoffMs,
    connect_ms: around.connectMs,
    send_lag_ms: sendLagOf(attempt, around.ready),
    latency_from_intended_ms: succeeded ? between(around.intended, instants.done) : null,
  };
}

/** The timing of a case that was never sent. */
export const NO_TIMING: Timing = {
  first_sent_at_ms: null,
  sent_at_ms: null,
  done_at_ms: null,
  ttft_ms: null,
  ttfb_ms: null,
  ttf_text_ms: null,
  tpot_ms: null,
  output_tokens_per_second: null,
  slot_wait_ms: null,
  limiter_wait_ms: null,
  backoff_ms: null,
  connect_ms: null,
  send_lag_ms: null,
  latency_from_intended_ms: null,
};
