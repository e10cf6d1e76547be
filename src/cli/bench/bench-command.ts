import { runBenchmark } from "../../benchmark/bench.ts";
import { estimate } from "../../benchmark/dry-run.ts";
import type { BenchmarkLoad, BenchmarkPlan } from "../../benchmark/plan.ts";
import { secretsOf } from "../../benchmark/secrets-of.ts";
import { openTargets, priceTarget, type PricedTarget } from "../../benchmark/targets.ts";
import { toolVersion } from "../../benchmark/version.ts";
import { loadConfig } from "../../config/load.ts";
import { resolveTargets } from "../../config/resolve.ts";
import type { Config } from "../../config/schema.ts";
import { parseTargets } from "../../config/targets.ts";
import type { Dataset } from "../../core/dataset.ts";
import { maskFor, type Mask } from "../../core/secrets.ts";
import { loadDataset } from "../../datasets/load.ts";
import { shielded, type CliContext } from "../context.ts";
import { listenForInterrupts } from "../interrupts.ts";
import { dryRunText } from "./dry-run-text.ts";
import { exitCodeOf, sayFinalWords, summaryJson, summaryText } from "./final-words.ts";
import { checkFlags, outputDirectory, type BenchFlags } from "./flags.ts";
import { reporterFor } from "./reporter-for.ts";
import { sayOn, type Say } from "../say.ts";

/** Requests in flight for each target, unless something else was said. */
export const DEFAULT_CONCURRENCY = 5;

/** Runs `bench` and returns its exit code; throws `BenchError` for what can be said in one message. */
export async function bench(flags: BenchFlags, outside: CliContext): Promise<number> {
  checkFlags(flags);
  const { config } = await loadConfig({ ...outside, explicitPath: flags.config ?? null });
  const dataset = await loadDataset(flags.dataset);
  const { env } = outside;
  const resolved = resolveTargets(parseTargets(flags.providers), { config, env, model: flags.model ?? null });
  const mask = maskFor(secretsOf(resolved));
  const context = shielded(outside, mask);
  const say = sayOn(context.stderr, flags.json === true);
  if (flags.dryRun === true) {
    const targets = await Promise.all(resolved.map(priceTarget));
    const estimates = await estimate(planOf(flags, dataset, targets), (message) => say("warning", message));
    context.stdout.write(
      flags.json === true ? `${JSON.stringify(estimates, null, 2)}\n` : dryRunText(estimates, context),
    );
    return 0;
  }
  const version = toolVersion();
  const open = await openTargets(resolved, { clock: context.clock, userAgent: `llm-test-bench/${version}` });
  try {
    return await measure(flags, config, planOf(flags, dataset, open.targets), { context, mask, version, say });
  } finally {
    await open.close();
  }
}

async function measure(
  flags: BenchFlags,
  config: Config,
  plan: BenchmarkPlan,
  tools: { context: CliContext; mask: Mask; version: string; say: Say },
): Promise<number> {
  const { context, mask, version } = tools;
  const reporter = reporterFor(flags, context, mask);
  const say: Say = (kind, message) => reporter.aside(() => tools.say(kind, message));
  const interrupts = listenForInterrupts(context, (line) => say("note", line));
  const { csv, json } = { csv: flags.export !== "json", json: flags.export !== "csv" };
  const csvOptions = { rawCsv: flags.rawCsv === true, ...(flags.fields === undefined ? {} : { fields: flags.fields }) };
  try {
    const outcome = await runBenchmark(plan, loadOf(flags, config), {
      directory: outputDirectory(flags, config, plan.dataset.name, context),
      mode: flags.force === true ? "force" : flags.resume === true ? "resume" : "new",
      exports: { json, csv: csv ? csvOptions : null },
      clock: context.clock,
      mask,
      toolVersion: version,
      stop: interrupts.stop,
      abandon: interrupts.abandon,
      observe: (event) => reporter.take(event),
      opened: (run) => interrupts.beforeExit(() => run.closeAtOnce()),
      warn: (message) => say("warning", message),
    }).finally(() => reporter.stop());
    if (flags.json !== true && flags.quiet !== true) context.stderr.write("\n");
    context.stdout.write(flags.json === true ? summaryJson(outcome) : summaryText(outcome, context));
    sayFinalWords(outcome, plan, flags, { cwd: context.cwd, say });
    return exitCodeOf(outcome);
  } finally {
    interrupts.release();
  }
}

function planOf<Target extends PricedTarget>(
  flags: BenchFlags,
  dataset: Dataset,
  targets: readonly Target[],
): BenchmarkPlan<Target> {
  return {
    dataset,
    targets,
    category: flags.category ?? null,
    limit: flags.limit ?? null,
    repeat: flags.repeat,
    seed: flags.seed ?? null,
    stream: flags.stream,
    parameters: {
      ...(flags.temperature === undefined ? {} : { temperature: flags.temperature }),
      ...(flags.maxTokens === undefined ? {} : { max_tokens: flags.maxTokens }),
    },
  };
}

function loadOf(flags: BenchFlags, config: Config): BenchmarkLoad {
  return {
    concurrency: flags.concurrency ?? config.benchmarks?.concurrency ?? DEFAULT_CONCURRENCY,
    timeoutMs: flags.timeout ?? null,
    retries: flags.retries ?? null,
    delayMs: flags.delay,
    failFast: flags.failFast === true,
    saveResponses: flags.saveResponses && (config.benchmarks?.save_responses ?? true),
  };
}
