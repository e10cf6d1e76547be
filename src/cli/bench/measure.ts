import { runBenchmark } from "../../benchmark/bench.ts";
import { calibrationKey, calibrationPath, readCalibration } from "../../benchmark/calibration-store.ts";
import type { BenchmarkLoad, BenchmarkPlan } from "../../benchmark/plan.ts";
import type { Origin } from "../../core/run.ts";
import type { Mask } from "../../core/secrets.ts";
import type { CliContext } from "../context.ts";
import { listenForInterrupts } from "../interrupts.ts";
import type { Say } from "../say.ts";
import { sayFinalWords, shownPath, showSummary } from "./final-words.ts";
import { exitCodeOf } from "./exit-code.ts";
import { exportsOf, type OutputFlags } from "./flags.ts";
import { judgeGate, type Gate } from "./gate.ts";
import { reporterFor } from "./reporter-for.ts";

/** A run that is to be made or gone on with. */
export interface Measurement {
  readonly plan: BenchmarkPlan;
  readonly load: BenchmarkLoad;
  readonly directory: string;
  readonly mode: "new" | "resume" | "force";
  readonly gate: Gate;
  /** Of a resume: whether failed cases are sent again. */
  readonly retryFailed?: boolean;
  readonly origin?: Origin;
}

/** Runs it with progress, signals, tables and last words, for `bench` and `resume`; returns the exit code. */
export async function measure(
  { plan, load, directory, mode, gate, retryFailed, origin }: Measurement,
  flags: OutputFlags,
  tools: { context: CliContext; mask: Mask; version: string; say: Say },
): Promise<number> {
  const { context, mask, version } = tools;
  const reporter = reporterFor(flags, context, mask);
  const say: Say = (kind, message) => reporter.aside(() => tools.say(kind, message));
  const interrupts = listenForInterrupts(context, (line) => say("note", line));
  try {
    const outcome = await runBenchmark(plan, load, {
      directory,
      mode,
      exports: exportsOf(flags),
      clock: context.clock,
      mask,
      toolVersion: version,
      retryFailed: retryFailed === true,
      ...(origin === undefined ? {} : { origin }),
      calibration: readCalibration(calibrationPath(context.home, context.env), calibrationKey(version), (message) =>
        say("warning", message),
      ),
      stop: interrupts.stop,
      abandon: interrupts.abandon,
      observe: (event) => reporter.take(event),
      opened(run) {
        if (run.movedAside !== null && flags.quiet !== true) {
          const aside = shownPath(run.movedAside, context.cwd);
          say("note", `moved the run that was in ${shownPath(run.directory, context.cwd)} to ${aside}`);
        }
        interrupts.beforeExit(() => {
          run.closeAtOnce();
          say("note", "ended at once; what was in flight has no result");
          say("hint", `go on with: llm-test-bench resume ${shownPath(run.directory, context.cwd)}`);
        });
      },
      warn: (message) => say("warning", message),
    }).finally(() => reporter.stop());
    const gateResult = judgeGate(gate, outcome.findings);
    if (flags.json !== true && flags.quiet !== true) context.stderr.write("\n");
    showSummary(outcome, gateResult, flags, context);
    sayFinalWords(outcome, gateResult, flags, { cwd: context.cwd, say });
    return exitCodeOf(outcome, gateResult);
  } finally {
    interrupts.release();
  }
}
