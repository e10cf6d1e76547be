import { distance } from "fastest-levenshtein";
import { parseDuration } from "../core/duration.ts";
import { BenchError } from "../core/errors.ts";
import type { Summary } from "../core/summary.ts";
import { findMetric, metricList, metricNames, readMetric, type Metric, type MetricUnit } from "./summary-metrics.ts";

export const OPERATORS = [">=", "<=", ">", "<"] as const;
export type Operator = (typeof OPERATORS)[number];

/** A condition under which a run fails: `p95>2s`, `sim:fast:success_rate<99%`. */
export interface Threshold {
  /** As it was written. */
  readonly text: string;
  /** Null for every target. */
  readonly target: string | null;
  readonly metric: Metric;
  readonly operator: Operator;
  /** In the metric's own unit: milliseconds, a share from 0 to 1, US dollars. */
  readonly limit: number;
  /** Whether a number that is unknown lets the threshold hold: `cost?>1.5`. */
  readonly unknownHolds: boolean;
}

/** What became of a threshold for one target, as the JSON summary has it. */
export interface ThresholdResult {
  readonly threshold: string;
  readonly target: string;
  readonly metric: string;
  readonly unit: MetricUnit;
  readonly operator: Operator;
  readonly limit: number;
  /** Null when unknown or endless. */
  readonly value: number | null;
  readonly held: boolean;
  /** In words, where there is no number to show. */
  readonly reason: string | null;
}

/** Targets may have any name, values have no operator in them: what counts is the last one. */
const FORM = /^(.+?)\s*(>=|<=|>|<)\s*([^<>=]+)$/s;

/**
 * Reads `[target:]metric[?] op value`, op one of > >= < <=; the condition under which the run is to fail.
 * Throws `BenchError("usage")` for what is no condition, an unknown metric, an unknown target, or a value in a unit
 * that does not suit the metric.
 */
export function parseThreshold(text: string, targets: readonly string[]): Threshold {
  const [, left = "", operator, value = ""] = FORM.exec(text.trim()) ?? [];
  if (!isOperator(operator)) {
    throw fault(text, "it is no condition", "Write metric, comparison and value, such as p95>2s or success_rate<99%.");
  }
  const unknownHolds = left.endsWith("?");
  const { target, metric } = subjectOf(text, unknownHolds ? left.slice(0, -1).trim() : left, targets);
  return { text: text.trim(), target, metric, operator, limit: limitOf(text, metric, value.trim()), unknownHolds };
}

/** What became of each threshold, for every target that it is about. */
export function judgeThresholds(
  thresholds: readonly Threshold[],
  summaries: ReadonlyMap<string, Summary>,
): ThresholdResult[] {
  return thresholds.flatMap((threshold) =>
    [...summaries]
      .filter(([target]) => threshold.target === null || threshold.target === target)
      .map(([target, summary]) => judged(threshold, target, summary)),
  );
}

function judged(threshold: Threshold, target: string, summary: Summary): ThresholdResult {
  const { metric, operator, limit, text } = threshold;
  const value = readMetric(summary, metric);
  const about = { threshold: text, target, metric: metric.name, unit: metric.unit, operator, limit, value };
  if (value !== null) return { ...about, held: !fails(value, operator, limit), reason: null };
  if (isEndless(summary, metric)) {
    return { ...about, held: !fails(Infinity, operator, limit), reason: "endless, since so many cases failed" };
  }
  const reason = `unknown: ${whyUnknown(summary, metric)}`;
  return { ...about, held: threshold.unknownHolds, reason };
}

/** Whether the condition under which the run fails is met. */
export function fails(value: number, operator: Operator, limit: number): boolean {
  switch (operator) {
    case ">":
      return value > limit;
    case ">=":
      return value >= limit;
    case "<":
      return value < limit;
    case "<=":
      return value <= limit;
  }
}

/** A percentile over all attempted that failures make infinite, and that a summary therefore has no number for. */
function isEndless(summary: Summary, { path }: Metric): boolean {
  if (path.at(-1)?.endsWith("_attempted") !== true) return false;
  const count = { name: "", path: [...path.slice(0, -1), "count"], unit: "count" as const };
  return (readMetric(summary, count) ?? 0) > 0;
}

function whyUnknown(summary: Summary, { path, unit }: Metric): string {
  const [first = "", name = ""] = path;
  if (first === "by_category" && !Object.hasOwn(summary.by_category, name)) return `no case has the category ${name}`;
  if (first.startsWith("goodput") && summary.slo === undefined) return "the run has no SLO (--slo)";
  if (first === "concurrency_search") return "the run is no search with a result (--find-max-concurrency)";
  if (summary.attempted === 0) return "nothing was attempted";
  if (path.includes("ci95")) return "too few cases for this end of the interval";
  if (unit === "usd") return "no cost is known";
  if (summary.succeeded === 0) return "no case succeeded";
  return "no answer has this number";
}

function subjectOf(text: string, left: string, targets: readonly string[]): Pick<Threshold, "target" | "metric"> {
  const whole = findMetric(left);
  if (whole !== null) return { target: null, metric: whole };
  const target = targets
    .filter((label) => left.startsWith(`${label}:`))
    .sort((a, b) => b.length - a.length)
    .at(0);
  if (target !== undefined) {
    const name = left.slice(target.length + 1);
    const metric = findMetric(name);
    if (metric === null) throw unknownMetric(text, name);
    return { target, metric };
  }
  const name = left.slice(left.lastIndexOf(":") + 1);
  if (name === left || findMetric(name) === null) throw unknownMetric(text, name);
  const named = left.slice(0, -name.length - 1);
  throw fault(text, `no target is called ${JSON.stringify(named)}`, `The targets are ${targets.join(", ")}.`);
}

function unknownMetric(text: string, name: string): BenchError {
  const near = nearNames(name);
  const meant = near.length === 0 ? "" : `Did you mean ${near.join(" or ")}? `;
  return fault(text, `there is no metric ${JSON.stringify(name)}`, meant + metricList());
}

const NEAR_NAMES = 3;

/** Names that begin with what was written, for what has several numbers, else those a few letters away. */
function nearNames(name: string): string[] {
  const names = metricNames();
  const below = ["p50", "p95", "mean"].map((statistic) => `${name}.${statistic}`).filter((one) => names.includes(one));
  if (below.length > 0) return below;
  const limit = name.length < 4 ? 1 : Math.max(2, Math.floor(name.length / 3));
  return names
    .map((one) => ({ one, far: distance(name.toLowerCase(), one) }))
    .filter(({ far }) => far <= limit)
    .sort((a, b) => a.far - b.far)
    .slice(0, NEAR_NAMES)
    .map(({ one }) => one);
}

function limitOf(text: string, { name, unit }: Metric, value: string): number {
  const limit = READERS[unit](value);
  if (limit !== null) return limit;
  throw fault(text, `${name} cannot be compared with ${JSON.stringify(value)}`, `${WANTED[unit]}.`);
}

const WANTED: Readonly<Record<MetricUnit, string>> = {
  ms: "It is a time: write 500ms, 2s or 1m; a bare number is milliseconds",
  share: "It is a share: write 99% or 0.99",
  usd: "It is a sum in US dollars: write 1.5 or $1.50",
  count: "It is a count: write a number",
  number: "Write a number",
};

const READERS: Readonly<Record<MetricUnit, (value: string) => number | null>> = {
  ms: parseDuration,
  share: (value) => inPercent(value) ?? shareOf(plainNumber(value)),
  usd: (value) => plainNumber(value.replace(/^\$\s*/, "")),
  count: plainNumber,
  number: (value) => inPercent(value) ?? plainNumber(value),
};

/** More than 1 without a percent sign is surely a slip: `success_rate<99`. */
function shareOf(value: number | null): number | null {
  return value !== null && value >= 0 && value <= 1 ? value : null;
}

function inPercent(value: string): number | null {
  const [, digits] = /^(.+?)\s*%$/.exec(value) ?? [];
  const percent = digits === undefined ? null : plainNumber(digits);
  // Not times 0.01, which would make 0.9900000000000001 of 99.
  return percent === null ? null : percent / 100;
}

function plainNumber(value: string): number | null {
  return /^[-+]?(\d+(\.\d*)?|\.\d+)(e[-+]?\d+)?$/i.test(value) ? Number(value) : null;
}

function isOperator(text: string | undefined): text is Operator {
  return OPERATORS.some((operator) => operator === text);
}

function fault(text: string, what: string, hint: string): BenchError {
  return new BenchError("usage", `the threshold ${JSON.stringify(text)}: ${what}`, { hint });
}
