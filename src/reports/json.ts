import { escapedJson } from "../core/printable.ts";
import type { BenchmarkResultsRecord, Manifest } from "../core/run.ts";
import type { TestResult } from "../core/result.ts";
import type { Comparison, Summary, Validity } from "../core/summary.ts";
import type { Results } from "./results.ts";

/** Small pieces are gathered to about this many characters, so that a writer makes few calls. */
const PIECE_LENGTH = 65_536;

/** What is known of one target's results besides the results and what they add up to. */
export type ResultsHead = Omit<BenchmarkResultsRecord, "results" | "summary">;

/**
 * The text of `results.json` (`ResultsFile`) in pieces, to be written one after another. One result a line, so that two
 * runs can be compared with `diff`. Takes one pass over the results for each target and never holds more than a piece.
 */
export function* resultsJson(
  manifest: Manifest,
  results: Results,
  summaries: ReadonlyMap<string, Summary>,
  comparison: readonly Comparison[],
  validity: Validity,
): Generator<string> {
  yield `{\n  "format_version": 1,\n  "run": ${indented(manifest, 2)},\n  "providers": [`;
  let separator = "\n";
  for (const { target } of manifest.plan.targets) {
    const summary = summaries.get(target);
    if (summary === undefined) continue;
    yield `${separator}    {\n`;
    yield* members(headOf(manifest, target, summary.total), resultsOf(target, results), summary, 6);
    yield "    }";
    separator = ",\n";
  }
  yield `\n  ],\n  "comparison": ${indented(comparison, 2)},\n  "validity": ${indented(validity, 2)}\n}\n`;
}

/** The text of one target's results in a file of their own, in pieces; laid out as in `results.json`. */
export function* savedResultsJson(
  head: ResultsHead,
  results: Iterable<TestResult>,
  summary: Summary,
): Generator<string> {
  yield `{\n  "format_version": 1,\n`;
  yield* members(head, results, summary, 2);
  yield "}\n";
}

/** What a run's manifest says of one of its targets, which has so many results. */
export function headOf(manifest: Manifest, target: string, results: number): ResultsHead {
  const record = manifest.plan.targets.find((one) => one.target === target);
  return {
    dataset_name: manifest.dataset.name,
    provider_name: record?.provider ?? "",
    target,
    model: record?.model ?? "",
    total_tests: manifest.planned_per_target ?? results,
    timestamp: manifest.started_at,
  };
}

function* resultsOf(target: string, results: Results): Generator<TestResult> {
  for (const result of results()) if (result.target === target) yield result;
}

function* members(
  head: ResultsHead,
  results: Iterable<TestResult>,
  summary: Summary,
  spaces: number,
): Generator<string> {
  const margin = " ".repeat(spaces);
  const { timestamp, ...first } = head;
  for (const [name, value] of Object.entries(first)) yield `${margin}"${name}": ${json(value)},\n`;
  yield `${margin}"results": [`;
  yield* resultLines(results, `${margin}  `);
  yield `\n${margin}],\n${margin}"timestamp": ${json(timestamp)},\n`;
  yield `${margin}"summary": ${indented(summary, spaces)}\n`;
}

function* resultLines(results: Iterable<TestResult>, margin: string): Generator<string> {
  let piece = "";
  let separator = "\n";
  for (const result of results) {
    piece += `${separator}${margin}${json(result)}`;
    separator = ",\n";
    if (piece.length < PIECE_LENGTH) continue;
    yield piece;
    piece = "";
  }
  yield piece;
}

const json = (value: unknown, spaces = 0): string => escapedJson(JSON.stringify(value, null, spaces));

function indented(value: unknown, spaces: number): string {
  return json(value, 2).replaceAll("\n", `\n${" ".repeat(spaces)}`);
}
