import { z } from "zod";
import { failureCodeSchema } from "./failure.ts";
import { modelResponseSchema, usageSchema } from "./response.ts";

const millis = z.number().nonnegative().nullable();

export const timingSchema = z.object({
  /** When the first attempt was handed to its socket, after the start of the segment. */
  first_sent_at_ms: millis,
  /** When the last attempt was handed to its socket, after the start of the segment. */
  sent_at_ms: millis,
  /** When the last attempt ended, after the start of the segment. */
  done_at_ms: millis,
  ttft_ms: millis,
  ttfb_ms: millis,
  ttf_text_ms: millis,
  tpot_ms: millis,
  output_tokens_per_second: z.number().nonnegative().nullable(),
  slot_wait_ms: millis,
  limiter_wait_ms: millis,
  backoff_ms: millis,
  connect_ms: millis,
  send_lag_ms: millis,
  latency_from_intended_ms: millis,
});
/**
 * The measurements of one case, in milliseconds; formulas and null conditions in `docs/metrics.md`.
 * Latencies are those of the attempt that succeeded; waits are those of the whole case.
 */
export type Timing = z.infer<typeof timingSchema>;

export const RESULT_STATUSES = ["success", "failure", "timeout", "skipped"] as const;

export const testResultSchema = z.object({
  v: z.literal(1),
  target: z.string(),
  provider: z.string(),
  model: z.string(),
  test_id: z.string(),
  sample: z.int().nonnegative(),
  category: z.string().nullable(),
  status: z.enum(RESULT_STATUSES),
  response: modelResponseSchema.nullable(),
  error: z
    .object({ code: failureCodeSchema.nullable(), message: z.string(), http_status: z.int().nullable() })
    .nullable(),
  /** Attempts made, the successful one included; 0 for a skipped case. */
  attempts: z.int().nonnegative(),
  duration_ms: millis,
  timing: timingSchema,
  /** Gaps between socket reads that brought model output, in milliseconds. */
  icl_ms: z.array(z.number().nonnegative()).nullable(),
  /** How many model deltas each of those reads brought; null when each brought one. */
  deltas_per_read: z.array(z.int().positive()).nullable(),
  cost_usd: z.number().nonnegative().nullable(),
  scores: z.record(z.string(), z.number()),
  request_id: z.string().nullable(),
  system_fingerprint: z.string().nullable(),
  /** Wall time at the end of the case, ISO-8601 UTC. */
  timestamp: z.string(),
  /** Which stretch of the run this belongs to: 0 until the first resume, then 1, and so on. */
  segment: z.int().nonnegative(),
  /** The level of a sweep that it belongs to, as its number of slots; missing in any other run. */
  level: z.int().positive().optional(),
  /** A successful answer without text, reasoning or tool call that nothing explains; missing in all others. */
  nothing_understood: z.literal(true).optional(),
});
/** One finished case: a line of the journal, without its checksum. Identity is (target, test_id, sample). */
export type TestResult = z.infer<typeof testResultSchema>;

export const failedAttemptSchema = z.object({
  target: z.string(),
  test_id: z.string(),
  sample: z.int().nonnegative(),
  attempt: z.int().nonnegative(),
  code: failureCodeSchema,
  http_status: z.int().nullable(),
  message: z.string(),
  request_id: z.string().nullable(),
  /** The pause taken before the next attempt, in milliseconds; 0 when there was none. */
  waited_ms: z.number().nonnegative(),
  /** What the server states that the attempt used all the same; missing where it states nothing. */
  usage: usageSchema.optional(),
});
/** One failed attempt, also one that a retry made good: a line of `failures.jsonl`. */
export type FailedAttempt = z.infer<typeof failedAttemptSchema>;

/** What identifies a case within a run, as one text. */
export function resultKey(identity: Pick<TestResult, "target" | "test_id" | "sample">): string {
  return `${identity.target}\u0000${identity.test_id}\u0000${identity.sample}`;
}
