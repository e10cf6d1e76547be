import type { Manifest, TargetRecord } from "../core/run.ts";
import type { Comparison, Summary, Validity } from "../core/summary.ts";
import type { Results } from "./results.ts";

/** Small pieces are gathered to about this many characters, so that a writer makes few calls. */
const PIECE_LENGTH = 65_536;

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
  for (const target of manifest.plan.targets) {
    const summary = summaries.get(target.target);
    if (summary === undefined) continue;
    yield `${separator}    {\n      "dataset_name": ${JSON.stringify(manifest.dataset.name)},\n`;
    yield member("provider_name", target.provider);
    yield member("target", target.target);
    yield member("model", target.model);
    yield member("total_tests", manifest.planned_per_target);
    yield `      "results": [`;
    yield* resultLines(target, results);
    yield `\n      ],\n`;
    yield member("timestamp", manifest.started_at);
    yield `      "summary": ${indented(summary, 6)}\n    }`;
    separator = ",\n";
  }
  yield `\n  ],\n  "comparison": ${indented(comparison, 2)},\n  "validity": ${indented(validity, 2)}\n}\n`;
}

function* resultLines({ target }: TargetRecord, results: Results): Generator<string> {
  let piece = "";
  let separator = "\n";
  for (const result of results()) {
    if (result.target !== target) continue;
    piece += `${separator}        ${JSON.stringify(result)}`;
    separator = ",\n";
    if (piece.length < PIECE_LENGTH) continue;
    yield piece;
    piece = "";
  }
  yield piece;
}

function member(name: string, value: string | number): string {
  return `      "${name}": ${JSON.stringify(value)},\n`;
}

function indented(value: unknown, spaces: number): string {
  return JSON.stringify(value, null, 2).replaceAll("\n", `\n${" ".repeat(spaces)}`);
}
