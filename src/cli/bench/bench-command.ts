import { estimate } from "../../benchmark/dry-run.ts";
import { resolve } from "node:path";
import type { BenchmarkLoad, BenchmarkPlan } from "../../benchmark/plan.ts";
import { secretsOf } from "../../benchmark/secrets-of.ts";
import { openTargets, priceTarget, type PricedTarget } from "../../benchmark/targets.ts";
import { toolVersion } from "../../benchmark/version.ts";
import { loadConfig } from "../../config/load.ts";
import { resolveTargets } from "../../config/resolve.ts";
import type { Config } from "../../config/schema.ts";
import { parseTargets } from "../../config/targets.ts";
import type { Dataset } from "../../core/dataset.ts";
import type { Origin } from "../../core/run.ts";
import { maskFor } from "../../core/secrets.ts";
import { locateDataset } from "../../datasets/locate-dataset.ts";
import { loadDataset } from "../../datasets/load.ts";
import { shielded, type CliContext } from "../context.ts";
import { dryRunText } from "./dry-run-text.ts";
import { checkFlags, outputDirectory, type BenchFlags } from "./flags.ts";
import { gateOf } from "./gate.ts";
import { measure } from "./measure.ts";
import { sayOn } from "../say.ts";

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
  const labels = resolved.map(({ label }) => label);
  const gate = gateOf(flags, config, labels);
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
    const measurement = {
      plan: planOf(flags, dataset, open.targets),
      load: loadOf(flags, config),
      directory: outputDirectory(flags, config, dataset.name, context),
      mode: flags.force === true ? ("force" as const) : flags.resume === true ? ("resume" as const) : ("new" as const),
      gate,
      origin: await originOf(flags, context.cwd),
    };
    return await measure(measurement, flags, { context, mask, version, say });
  } finally {
    await open.close();
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

/** Where things stood, for a `resume` from any folder. */
async function originOf({ dataset, config }: BenchFlags, cwd: string): Promise<Origin> {
  return {
    working_directory: cwd,
    dataset_path: resolve(cwd, await locateDataset(dataset)),
    config_path: config === undefined ? null : resolve(cwd, config),
  };
}

/** The load that the flags and the configuration ask for. */
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
