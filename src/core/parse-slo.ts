import { parseDuration } from "./duration.ts";
import { RANGES } from "./ranges.ts";
import type { Slo, SloMetric } from "./slo.ts";

/** The share of requests that must keep the limits, unless another is given. */
const DEFAULT_GOODPUT = 0.95;

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
    if (limit === null || limit <= 0 || limit > RANGES.duration.most) {
      return metric === "goodput"
        ? "Expected a share of the requests as goodput, such as 99% or 0.99."
        : `Expected a duration above 0 for ${name}, such as 500ms or 2s.`;
    }
    read[metric] = limit;
  }
  if (Object.values(NAMES).every((metric) => read[metric] === null))
    return "Expected a limit besides goodput, such as ttft=500.";
  return { ...read, goodput: read.goodput ?? DEFAULT_GOODPUT };
}

function shareOf(text: string): number | null {
  const [, digits, percent] = /^(\d+(?:\.\d*)?|\.\d+)\s*(%?)$/.exec(text) ?? [];
  if (digits === undefined) return null;
  const share = percent === "%" ? Number(digits) / 100 : Number(digits);
  return share <= 1 ? share : null;
}
