import { resolve } from "node:path";
import { compareRuns, pairTargets, sideName, type RunComparison } from "../../benchmark/compare-runs.ts";
import { readSavedRun, type SavedRun } from "../../benchmark/saved-run.ts";
import { compareView } from "../../reports/compare-view.ts";
import { labelOf } from "../../reports/summary-view.ts";
import { renderText } from "../../reports/view.ts";
import { PIPE_COLUMNS, shownPath } from "../bench/final-words.ts";
import { painter, wantsColor } from "../colors.ts";
import type { CliContext } from "../context.ts";
import { sayOn } from "../say.ts";
import { jsonText } from "../json-text.ts";

/** The flags of `compare`, as commander gives them. */
export interface CompareFlags {
  targetA?: string;
  targetB?: string;
  json?: boolean;
}

/** Runs `compare`: reads both runs and shows them side by side; throws `BenchError`. */
export function compare(directories: { a: string; b: string }, flags: CompareFlags, context: CliContext): void {
  const paths = { a: resolve(context.cwd, directories.a), b: resolve(context.cwd, directories.b) };
  const [a, b] = [readSavedRun(paths.a), readSavedRun(paths.b)];
  const say = sayOn(context, flags.json === true);
  for (const warning of a.warnings) say("warning", `A: ${warning}`);
  for (const warning of b.warnings) say("warning", `B: ${warning}`);
  const named = { a: flags.targetA ?? null, b: flags.targetB ?? null };
  const found = compareRuns(a, b, pairTargets(a.manifest, b.manifest, named));
  const { stdout, env } = context;
  if (flags.json === true) return void stdout.write(comparisonJson(paths, { a, b }, found));
  const view = compareView({
    a: { directory: shownPath(paths.a, context.cwd), manifest: a.manifest },
    b: { directory: shownPath(paths.b, context.cwd), manifest: b.manifest },
    rows: found.pairs.flatMap((pair) => [
      { label: labelOf(sideName("A", pair.a.target), pair.a.simulated), summary: pair.summary_a },
      { label: labelOf(sideName("B", pair.b.target), pair.b.simulated), summary: pair.summary_b },
    ]),
    comparison: found.comparison,
    warnings: found.warnings,
  });
  const width = Math.max(60, stdout.columns ?? PIPE_COLUMNS);
  stdout.write(renderText(view, { width, color: painter(wantsColor(stdout, env)) }));
}

function comparisonJson(
  paths: { a: string; b: string },
  { a, b }: { a: SavedRun; b: SavedRun },
  { pairs, comparison, matched, warnings }: RunComparison,
): string {
  const side = (directory: string, { manifest, findings }: SavedRun): object => ({
    directory,
    run: manifest,
    validity: findings.validity,
  });
  const json = {
    a: side(paths.a, a),
    b: side(paths.b, b),
    pairs: pairs.map((pair) => ({
      a: pair.a.target,
      b: pair.b.target,
      summary_a: pair.summary_a,
      summary_b: pair.summary_b,
    })),
    comparison,
    matched: { both: matched.both, only_a: matched.onlyA, only_b: matched.onlyB },
    warnings,
  };
  return jsonText(json);
}
