import { z } from "zod";
import type { TestResult } from "./result.ts";

const limitSchema = z.number().positive().nullable();

export const sloSchema = z.object({
  /** Limits in milliseconds; null where there is none. */
  ttft_ms: limitSchema,
  tpot_ms: limitSchema,
  duration_ms: limitSchema,
  latency_from_intended_ms: limitSchema,
  /** The share of attempted requests that must keep every limit. */
  goodput: z.number().gt(0).max(1),
});
/** A service level objective: what each request must keep, and how many of them must. */
export type Slo = z.infer<typeof sloSchema>;

/** The metrics that an SLO may limit. */
export const SLO_METRICS = ["ttft_ms", "tpot_ms", "duration_ms", "latency_from_intended_ms"] as const;
export type SloMetric = (typeof SLO_METRICS)[number];

/**
 * The limits that a success misses. A time that is unknown is a miss, since nobody can say that it was kept; only an
 * answer that came in one read has no time between tokens to be judged by.
 */
export function missedLimits({ duration_ms, timing, icl_ms }: TestResult, slo: Slo): SloMetric[] {
  const onePiece = icl_ms === null || icl_ms.length === 0;
  const times: Readonly<Record<SloMetric, number | null>> = {
    ttft_ms: timing.ttft_ms,
    tpot_ms: timing.tpot_ms ?? (onePiece ? 0 : null),
    duration_ms,
    latency_from_intended_ms: timing.latency_from_intended_ms,
  };
  return SLO_METRICS.filter((metric) => {
    const [most, time] = [slo[metric], times[metric]];
    return most !== null && (time === null || time > most);
  });
}

/** Whether a request is good: it succeeded and kept every limit. */
export function meetsSlo(result: TestResult, slo: Slo): boolean {
  return result.status === "success" && missedLimits(result, slo).length === 0;
}
