import { relative } from "node:path";
import type { BenchmarkOutcome } from "../../benchmark/options.ts";
import { summaryView } from "../../reports/summary-view.ts";
import { thresholdSections, type GateResult } from "../../reports/thresholds-view.ts";
import { renderText } from "../../reports/view.ts";
import { painter, wantsColor } from "../colors.ts";
import type { CliContext } from "../context.ts";
import { ADVICE } from "../failure-advice.ts";
import { asTyped } from "../invocation.ts";
import type { OutputFlags } from "./flags.ts";
import type { Say } from "../say.ts";
import { jsonText } from "../json-text.ts";

/** The width where there is no terminal: names stay whole, and lines still fit an issue or a log. */
export const PIPE_COLUMNS = 100;

/** The summary on stdout: tables and thresholds, or JSON. */
export function showSummary(
  outcome: BenchmarkOutcome,
  gate: GateResult,
  { json }: Pick<OutputFlags, "json">,
  { stdout, env, invocation }: Pick<CliContext, "stdout" | "env" | "invocation">,
): void {
  if (json === true) return void stdout.write(summaryJson(outcome, gate));
  const view = [...summaryView(outcome.findings), ...thresholdSections(gate)];
  const width = Math.max(60, stdout.columns ?? PIPE_COLUMNS);
  const text = renderText(view, { width, color: painter(wantsColor(stdout, env)) });
  stdout.write(asTyped(text, invocation));
}

/** For programs: `results.json` without the results, the paths of the files, and what became of the thresholds. */
function summaryJson({ findings, directory, files, left }: BenchmarkOutcome, gate: GateResult): string {
  const { manifest, summaries, comparison, validity } = findings;
  const providers = manifest.plan.targets.map(({ target, provider, model }) => ({
    target,
    provider_name: provider,
    model,
    summary: summaries.get(target),
  }));
  const { thresholds, requireValid: require_valid } = gate;
  const summary = { run: manifest, providers, comparison, validity, thresholds, require_valid, directory, files, left };
  return jsonText(summary);
}

/** Says on stderr after the tables where the files are, and what to do next. */
export function sayFinalWords(
  outcome: BenchmarkOutcome,
  gate: GateResult,
  flags: Pick<OutputFlags, "quiet" | "json">,
  { cwd, say }: { cwd: string; say: Say },
): void {
  const { directory, files, interrupted, left, stoppedTargets, findings } = outcome;
  const { manifest } = findings;
  const shown = shownPath(directory, cwd);
  for (const [target, code] of stoppedTargets) say("error", `${target} was given up (${code}): ${ADVICE[code]}`);
  if (manifest.segments.at(-1)?.ended_by === "machine") {
    say("error", "the run stopped at a limit of this machine, not of the server");
    say("hint", ADVICE.local_limit);
  }
  const broken = gate.thresholds.filter(({ held }) => !held).length + (gate.requireValid?.held === false ? 1 : 0);
  if (broken > 0) say("error", `${broken === 1 ? "a threshold" : `${broken} thresholds`} did not hold`);
  if (interrupted) {
    const requests = (manifest.planned_per_target ?? 0) * manifest.plan.targets.length;
    const end = manifest.dataset.sha256 === null ? "the dataset was read to its end" : "its time was over";
    say("note", left === null ? `interrupted before ${end}` : `interrupted with ${left} of ${requests} requests left`);
    say("hint", `go on with: llm-test-bench resume ${shown}`);
  }
  if (flags.quiet === true || flags.json === true) return;
  const names = ["results.jsonl", ...files.map((file) => relative(directory, file))];
  say("note", `results in ${shown}/: ${names.join(", ")}`);
  if (left === 0) say("hint", nextStep(outcome, shown));
}

/** What a finished run asks for next, in one line. */
function nextStep({ findings: { summaries } }: BenchmarkOutcome, directory: string): string {
  const all = [...summaries.values()];
  if (all.some(({ skipped }) => skipped > 0)) {
    return `put right what kept cases from being sent, then: llm-test-bench resume ${directory}`;
  }
  if (all.some(({ succeeded, attempted }) => succeeded < attempted)) {
    return `every failed attempt stands in ${directory}/failures.jsonl; to send failed cases again: llm-test-bench resume ${directory} --retry-failed`;
  }
  return `against another run: llm-test-bench compare ${directory} OTHER`;
}

/** A path as someone in `cwd` would write it. */
export function shownPath(path: string, cwd: string): string {
  const near = relative(cwd, path);
  return near.startsWith("..") || near === "" ? path : near;
}
