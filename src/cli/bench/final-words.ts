import { relative } from "node:path";
import type { BenchmarkOutcome } from "../../benchmark/bench.ts";
import type { BenchmarkPlan } from "../../benchmark/plan.ts";
import type { FailureCode } from "../../core/failure.ts";
import { summaryView } from "../../reports/summary-view.ts";
import { renderText } from "../../reports/view.ts";
import { painter, wantsColor } from "../colors.ts";
import type { CliContext } from "../context.ts";
import { EXIT } from "../exit-codes.ts";
import { ADVICE, UNAUTHORISED, UNREACHED } from "../failure-advice.ts";
import type { BenchFlags } from "./flags.ts";
import type { Say } from "../say.ts";

/** The width where there is no terminal: names stay whole, and lines still fit an issue or a log. */
export const PIPE_COLUMNS = 100;

/** Whether every target was given up for one of these reasons. */
function allStopped({ findings, stoppedTargets }: BenchmarkOutcome, codes: ReadonlySet<FailureCode>): boolean {
  const targets = findings.manifest.plan.targets;
  return targets.every(({ target }) => codes.has(stoppedTargets.get(target) ?? "cancelled"));
}

/** The exit code of a benchmark that ended by itself or was interrupted. */
export function exitCodeOf(outcome: BenchmarkOutcome): number {
  if (allStopped(outcome, UNAUTHORISED)) return EXIT.auth;
  if (allStopped(outcome, UNREACHED)) return EXIT.unreachable;
  if (outcome.left > 0) return EXIT.interrupted;
  const summaries = [...outcome.findings.summaries.values()];
  return summaries.every(({ succeeded, total }) => succeeded === total) ? EXIT.success : EXIT.casesFailed;
}

/** The tables at the end. */
export function summaryText({ findings }: BenchmarkOutcome, { stdout, env }: CliContext): string {
  const width = Math.max(60, stdout.columns ?? PIPE_COLUMNS);
  return renderText(summaryView(findings), { width, color: painter(wantsColor(stdout, env)) });
}

/** The same for programs: `results.json` without the results, and the paths of the files. */
export function summaryJson({ findings, directory, files, left }: BenchmarkOutcome): string {
  const { manifest, summaries, comparison, validity } = findings;
  const providers = manifest.plan.targets.map(({ target, provider, model }) => ({
    target,
    provider_name: provider,
    model,
    summary: summaries.get(target),
  }));
  return `${JSON.stringify({ run: manifest, providers, comparison, validity, directory, files, left }, null, 2)}\n`;
}

/** Says on stderr after the tables where the files are, and what to do next. */
export function sayFinalWords(
  outcome: BenchmarkOutcome,
  plan: BenchmarkPlan,
  flags: BenchFlags,
  { cwd, say }: { cwd: string; say: Say },
): void {
  const { directory, files, left, stoppedTargets } = outcome;
  for (const [target, code] of stoppedTargets) say("error", `${target} was given up (${code}): ${ADVICE[code]}`);
  if (left > 0) {
    const requests = outcome.findings.manifest.planned_per_target * plan.targets.length;
    say("note", `interrupted with ${left} of ${requests} requests left`);
    say("hint", `go on with the same command and --resume --output ${shown(directory, cwd)}`);
  }
  if (flags.quiet === true || flags.json === true) return;
  const names = ["results.jsonl", ...files.map((file) => relative(directory, file))];
  say("note", `results in ${shown(directory, cwd)}/: ${names.join(", ")}`);
}

const shown = (directory: string, cwd: string): string => {
  const near = relative(cwd, directory);
  return near.startsWith("..") || near === "" ? directory : near;
};
