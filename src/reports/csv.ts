import { closest, distance } from "fastest-levenshtein";
import { BenchError } from "../core/errors.ts";
import type { TestResult } from "../core/result.ts";
import type { Results } from "./results.ts";

type Cell = string | number | null | undefined;

const COLUMNS = {
  target: (result) => result.target,
  provider: (result) => result.provider,
  model: (result) => result.model,
  test_id: (result) => result.test_id,
  sample: (result) => result.sample,
  category: (result) => result.category,
  status: (result) => result.status,
  error_code: (result) => result.error?.code,
  error_message: (result) => result.error?.message,
  prompt_tokens: (result) => result.response?.usage?.prompt_tokens,
  completion_tokens: (result) => result.response?.usage?.completion_tokens,
  total_tokens: (result) => result.response?.usage?.total_tokens,
  reasoning_tokens: (result) => result.response?.usage?.reasoning_tokens,
  cached_tokens: (result) => result.response?.usage?.cached_tokens,
  cost_usd: (result) => result.cost_usd,
  duration_ms: (result) => result.duration_ms,
  ttft_ms: (result) => result.timing.ttft_ms,
  tpot_ms: (result) => result.timing.tpot_ms,
  ttfb_ms: (result) => result.timing.ttfb_ms,
  latency_from_intended_ms: (result) => result.timing.latency_from_intended_ms,
  connect_ms: (result) => result.timing.connect_ms,
  backoff_ms: (result) => result.timing.backoff_ms,
  attempts: (result) => result.attempts,
  finish_reason: (result) => result.response?.finish_reason,
  request_id: (result) => result.request_id,
  timestamp: (result) => result.timestamp,
  response: (result) => result.response?.content,
  cost_source: (result) => costSource(result),
  level: (result) => result.level,
} satisfies Record<string, (result: TestResult) => Cell>;

/** Whether the server stated what an answer cost, or it follows from prices. */
function costSource({ response, cost_usd }: TestResult): Cell {
  if (cost_usd === null) return null;
  return response?.usage?.stated_cost_usd === undefined ? "prices" : "server";
}

/** The columns of `results.csv` in their order, without the scores. */
export const CSV_FIELDS: readonly string[] = Object.keys(COLUMNS);

/** How `results.csv` is written. */
export interface CsvOptions {
  /** Only these columns, in this order; all of them, then one a score, unless told. */
  readonly fields?: readonly string[];
  /** Leaves text alone that a spreadsheet would run as a formula. */
  readonly rawCsv?: boolean;
}

/**
 * The text of `results.csv` in pieces, one row each: RFC 4180 with a header, one row a case and target, null as an empty
 * cell. Text that a spreadsheet would run as a formula gets a leading `'` (OWASP, "CSV Injection"). A first pass collects
 * the names of the scores. Throws `BenchError("usage")` for a field that is none.
 */
export function* resultsCsv(results: Results, options: CsvOptions = {}): Generator<string> {
  const scores = scoreNames(results);
  const fields = options.fields ?? [...CSV_FIELDS, ...scores];
  const columns = fields.map((field) => columnOf(field, scores));
  const guard = options.rawCsv === true ? (text: string): string => text : withoutFormula;
  const cell = (value: Cell): string => (typeof value === "string" ? quoted(guard(value)) : String(value ?? ""));
  yield `${fields.map(cell).join(",")}\r\n`;
  for (const result of results()) yield `${columns.map((column) => cell(column(result))).join(",")}\r\n`;
}

function scoreNames(results: Results): string[] {
  const names = new Set<string>();
  for (const { scores } of results()) for (const name of Object.keys(scores)) names.add(name);
  return [...names].sort();
}

function columnOf(field: string, scores: readonly string[]): (result: TestResult) => Cell {
  if (isColumn(field)) return COLUMNS[field];
  if (scores.includes(field)) return ({ scores: own }) => (Object.hasOwn(own, field) ? own[field] : null);
  const allowed = [...CSV_FIELDS, ...scores];
  const near = closest(field, allowed);
  throw new BenchError("usage", `unknown CSV field "${field}"`, {
    hint:
      distance(field, near) <= Math.max(2, field.length / 3)
        ? `Did you mean "${near}"?`
        : `The fields are: ${allowed.join(", ")}`,
  });
}

function isColumn(field: string): field is keyof typeof COLUMNS {
  return Object.hasOwn(COLUMNS, field);
}

/** Operators that a formula begins with, full-width and small ones too; line breaks and tabs, which spreadsheets drop before them. */
const FORMULA = /^(?:[=+\-@＝＋－＠﹦﹢﹣﹫\t\r\n]|[\s\p{Cc}\p{Cf}]+[=＝﹦+＋﹢@＠﹫])/u;

function withoutFormula(text: string): string {
  return FORMULA.test(text) ? `'${text}` : text;
}

function quoted(text: string): string {
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
