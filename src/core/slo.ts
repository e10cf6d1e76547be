import { z } from "zod";
import { parseDuration } from "./duration.ts";
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

/** The share of requests that must keep the limits, unless another is given. */
export const DEFAULT_GOODPUT = 0.95;

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

const NAMES: Readonly<Record<string, SloMetric>> = {
  ttft: "ttft_ms",
  tpot: "tpot_ms",
  duration: "duration_ms",
  latency_from_intended: "latency_from_intended_ms",
};

/** Reads `ttft=500,tpot=50ms,duration=10s,goodput=99%`; for what is none, the complaint as one sentence. */
export function parseSlo(text: string): Slo | string {
  const slo = { ttft_ms: null, tpot_ms: null, duration_ms: null, latency_from_intended_ms: null, goodput: null };
  const read: Record<keyof Slo, number | null> = slo;
  for (const part of text.split(",")) {
    const [, name = "", value = ""] = /^\s*([a-z_]+?)(?:_ms)?\s*=\s*(.+?)\s*$/.exec(part) ?? [];
    const metric = name === "goodput" ? name : NAMES[name];
    if (metric === undefined)
      return `Expected limits of ${Object.keys(NAMES).join(", ")} or goodput, such as ttft=500.`;
    if (read[metric] !== null) return `Expected each limit once, but ${name} stands there twice.`;
    const limit = metric === "goodput" ? shareOf(value) : parseDuration(value);
    if (limit === null || limit <= 0) {
      return metric === "goodput"
        ? "Expected a share of the requests as goodput, such as 99% or 0.99."
        : `Expected a duration above 0 for ${name}, such as 500ms or 2s.`;
    }
    read[metric] = limit;
  }
  if (SLO_METRICS.every((metric) => read[metric] === null))
    return "Expected a limit besides goodput, such as ttft=500.";
  return { ...read, goodput: read.goodput ?? DEFAULT_GOODPUT };
}

function shareOf(text: string): number | null {
  const [, digits, percent] = /^(\d+(?:\.\d*)?|\.\d+)\s*(%?)$/.exec(text) ?? [];
  if (digits === undefined) return null;
  const share = percent === "%" ? Number(digits) / 100 : Number(digits);
  return share <= 1 ? share : null;
}
