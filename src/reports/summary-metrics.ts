import { z } from "zod";
import { FAILURE_CODES } from "../core/failure.ts";
import { statsSchema, summarySchema, type Summary } from "../core/summary.ts";

/** What a number of a summary counts; decides how a limit for it is written and how it is shown. */
export type MetricUnit = "ms" | "share" | "usd" | "count" | "number";

/** One number of a summary, by its path: `duration_ms.p95`. */
export interface Metric {
  readonly name: string;
  readonly path: readonly string[];
  readonly unit: MetricUnit;
}

const STATISTICS = Object.keys(statsSchema.shape).filter((name) => name !== "ci95");
const FAILURES_BY_CODE = "failures_by_code";
const CODES: readonly string[] = [...FAILURE_CODES, "unknown"];

/** What may stand for a path's beginning. */
const SHORT: Readonly<Record<string, string>> = {
  duration: "duration_ms",
  ttft: "ttft_ms",
  tpot: "tpot_ms",
  icl: "icl_ms",
  latency_from_intended: "latency_from_intended_ms",
  cost: "total_cost_usd",
  tokens: "total_tokens",
};

/**
 * The number that a name stands for: a path of the summary in full, or in short (`p95`, `ttft.p95`, `cost`); null when
 * there is none. A category may hold dots: `by_category.a.b.success_rate`.
 */
export function findMetric(text: string): Metric | null {
  const [head = "", ...rest] = text
    .trim()
    .replace(/(^|\.)p99\.9$/, "$1p999")
    .split(".");
  const segments = STATISTICS.includes(head) ? ["duration_ms", head, ...rest] : [SHORT[head] ?? head, ...rest];
  const found = walk(summarySchema, segments);
  if (found === null) return null;
  const [first, second = ""] = found.path;
  if (first === FAILURES_BY_CODE && !CODES.includes(second)) return null;
  return { name: found.path.join("."), path: found.path, unit: unitOf(found.path, found.leaf) };
}

/** Names to look for a near miss in: every path without a category or an index, and the short forms. */
export function metricNames(): string[] {
  const full = leaves(summarySchema);
  const short = Object.entries(SHORT).flatMap(([name, path]) =>
    full
      .filter((known) => known === path || known.startsWith(`${path}.`))
      .map((known) => name + known.slice(path.length)),
  );
  return [...STATISTICS, ...short, ...full, ...CODES.map((code) => `${FAILURES_BY_CODE}.${code}`)];
}

/** The names in a sentence or two, statistics once. */
export function metricList(): string {
  const full = leaves(summarySchema);
  const groups = new Set(full.filter((name) => name.endsWith(".p95")).map((name) => name.slice(0, -".p95".length)));
  const single = full.filter((name) => !name.includes("."));
  return (
    `The metrics are ${single.join(", ")}, ${FAILURES_BY_CODE}.CODE, by_category.NAME.METRIC; and of ` +
    `${[...groups].join(", ")} each ${STATISTICS.join(", ")} (p95 alone is duration_ms.p95).`
  );
}

/** The number at a metric's place; null when it is unknown. A code that nothing failed with counts 0. */
export function readMetric(summary: Summary, { path }: Metric): number | null {
  const value = path.reduce<unknown>(
    (at, key) => (typeof at === "object" && at !== null && Object.hasOwn(at, key) ? Reflect.get(at, key) : undefined),
    summary,
  );
  if (typeof value === "number") return value;
  return path[0] === FAILURES_BY_CODE ? 0 : null;
}

interface Found {
  readonly path: readonly string[];
  readonly leaf: z.core.$ZodType;
}

function walk(schema: z.core.$ZodType, segments: readonly string[]): Found | null {
  const bare = unwrapped(schema);
  const [head, ...tail] = segments;
  if (head === undefined) return isNumber(bare) ? { path: [], leaf: bare } : null;
  if (bare instanceof z.ZodObject) {
    return Object.hasOwn(bare.shape, head) ? under(head, walk(bare.shape[head] as z.core.$ZodType, tail)) : null;
  }
  if (bare instanceof z.ZodRecord) {
    for (let taken = 1; taken <= segments.length; taken += 1) {
      const key = segments.slice(0, taken).join(".");
      const found = under(key, walk(bare.valueType, segments.slice(taken)));
      if (found !== null) return found;
    }
    return null;
  }
  if (bare instanceof z.ZodArray) return /^\d+$/.test(head) ? under(head, walk(bare.element, tail)) : null;
  if (bare instanceof z.ZodTuple) {
    const item = bare.def.items[Number(head)];
    return item === undefined ? null : under(head, walk(item, tail));
  }
  return null;
}

function under(key: string, found: Found | null): Found | null {
  return found === null ? null : { ...found, path: [key, ...found.path] };
}

/** The paths of all numbers that objects lead to. */
function leaves(schema: z.core.$ZodType): string[] {
  const bare = unwrapped(schema);
  if (isNumber(bare)) return [""];
  if (!(bare instanceof z.ZodObject)) return [];
  return Object.keys(bare.shape).flatMap((key) =>
    leaves(bare.shape[key] as z.core.$ZodType).map((rest) => (rest === "" ? key : `${key}.${rest}`)),
  );
}

function unwrapped(schema: z.core.$ZodType): z.core.$ZodType {
  let inner = schema;
  while (inner instanceof z.ZodNullable || inner instanceof z.ZodOptional || inner instanceof z.ZodDefault) {
    inner = inner.unwrap();
  }
  return inner;
}

function isNumber(schema: z.core.$ZodType): boolean {
  return schema instanceof z.ZodNumber;
}

function unitOf(path: readonly string[], leaf: z.core.$ZodType): MetricUnit {
  if (leaf instanceof z.ZodNumberFormat) return "count";
  if (path.some((key) => key.endsWith("_ms"))) return "ms";
  if (path.some((key) => key.endsWith("_usd"))) return "usd";
  return path.some((key) => /(_rate|_share|^goodput)(_ci95)?$/.test(key)) ? "share" : "number";
}
