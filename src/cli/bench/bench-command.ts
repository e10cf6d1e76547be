import { estimate } from "../../benchmark/dry-run.ts";
import { resolve } from "node:path";
import type { BenchmarkLoad, BenchmarkPlan } from "../../benchmark/plan.ts";
import { headerSecrets, secretsOf } from "../../benchmark/secrets-of.ts";
import { openTargets, priceTarget, type PricedTarget } from "../../benchmark/targets.ts";
import { toolVersion } from "../../benchmark/version.ts";
import { loadConfig } from "../../config/load.ts";
import { resolveTargets } from "../../config/resolve.ts";
import type { Config } from "../../config/schema.ts";
import { parseTargets } from "../../config/targets.ts";
import type { Dataset } from "../../core/dataset.ts";
import type { RequestParameters } from "../../core/request.ts";
import type { Origin, Synthetic } from "../../core/run.ts";
import { shownAddress } from "../../core/shown-address.ts";
import { maskFor } from "../../core/secrets.ts";
import { isElsewhere } from "../../datasets/find-dataset.ts";
import { locateDataset } from "../../datasets/locate-dataset.ts";
import { loadDataset, type LoadOptions } from "../../datasets/load.ts";
import { parseSynthetic, syntheticDataset } from "../../datasets/synthetic.ts";
import { shielded, type CliContext } from "../context.ts";
import { datasetAccess, datasetSecrets } from "../dataset-access.ts";
import { checkLoadFlags, checkLoadOf, loadOf } from "./load-flags.ts";
import { foreignOf } from "../foreign.ts";
import { dryRunText } from "./dry-run-text.ts";
import { checkFlags, outputDirectory, type BenchFlags } from "./flags.ts";
import { gateOf } from "./gate.ts";
import { measure } from "./measure.ts";
import { parametersOf } from "../request-options.ts";
import { sayOn } from "../say.ts";
import { jsonText } from "../json-text.ts";

/** Runs `bench` and returns its exit code; throws `BenchError` for what can be said in one message. */
export async function bench(flags: BenchFlags, outside: CliContext): Promise<number> {
  checkFlags(flags);
  checkLoadFlags(flags);
  const parameters = await parametersOf(flags, outside.cwd);
  const { config, warnings } = await loadConfig({ ...outside, explicitPath: flags.config ?? null });
  for (const warning of warnings) sayOn(outside, flags.json === true)("warning", warning);
  const synthetic = syntheticOf(flags);
  const load = loadOf(flags, config);
  checkLoadOf(flags, load, parseTargets(flags.providers).length);
  const dataset =
    synthetic === null
      ? await loadDataset(flags.dataset ?? "", loadOptions(flags, config, outside))
      : syntheticDataset(synthetic);
  try {
    return await benchDataset(flags, { config, parameters, dataset, synthetic, load }, outside);
  } finally {
    await dataset.close?.();
    outside.stdin.close();
  }
}

interface Resolved {
  readonly config: Config;
  readonly parameters: RequestParameters;
  readonly dataset: Dataset;
  readonly synthetic: Synthetic | null;
  readonly load: BenchmarkLoad;
}

async function benchDataset(
  flags: BenchFlags,
  { config, parameters, dataset, synthetic, load }: Resolved,
  outside: CliContext,
): Promise<number> {
  const planWith = <Target extends PricedTarget>(targets: readonly Target[]): BenchmarkPlan<Target> =>
    planOf(flags, parameters, { dataset, synthetic }, targets);
  const { env } = outside;
  const resolved = resolveTargets(parseTargets(flags.providers), {
    config,
    env,
    model: flags.model ?? null,
    cwd: outside.cwd,
  });
  const mask = maskFor([
    ...secretsOf(resolved),
    ...headerSecrets(parameters.headers),
    ...datasetSecrets(outside, flags.dataset),
  ]);
  const context = shielded(outside, mask);
  const say = sayOn(context, flags.json === true);
  const labels = resolved.map(({ label }) => label);
  const gate = gateOf(flags, config, labels);
  if (flags.quiet !== true) for (const { kind, text } of dataset.notes ?? []) say(kind, text);
  if (flags.dryRun === true) {
    const targets = await Promise.all(resolved.map(priceTarget));
    const estimates = await estimate(planWith(targets), load, (message) => say("warning", message));
    context.stdout.write(flags.json === true ? jsonText(estimates.targets) : dryRunText(estimates, context));
    return 0;
  }
  const version = toolVersion();
  const open = await openTargets(resolved, { clock: context.clock, userAgent: `llm-test-bench/${version}` });
  try {
    const measurement = {
      plan: planWith(open.targets),
      load,
      directory: outputDirectory(flags, config, dataset.name, context),
      mode: flags.force === true ? ("force" as const) : flags.resume === true ? ("resume" as const) : ("new" as const),
      gate,
      retryFailed: flags.retryFailed === true,
      origin: await originOf(flags, context.cwd),
    };
    return await measure(measurement, flags, { context, mask, version, say });
  } finally {
    await open.close();
  }
}

function loadOptions(flags: BenchFlags, config: Config, context: CliContext): LoadOptions {
  const { dataset = "", format, validateFirst, resume, output } = flags;
  return {
    ...datasetAccess(context),
    ...foreignOf(flags, config.datasets, dataset),
    validateFirst: validateFirst === true,
    ...(format === undefined ? {} : { format }),
    ...(resume === true && output !== undefined ? { kept: resolve(context.cwd, output) } : {}),
  };
}

function planOf<Target extends PricedTarget>(
  flags: BenchFlags,
  parameters: RequestParameters,
  { dataset, synthetic }: { dataset: Dataset; synthetic: Synthetic | null },
  targets: readonly Target[],
): BenchmarkPlan<Target> {
  return {
    dataset,
    targets,
    category: flags.category ?? null,
    limit: flags.limit ?? null,
    repeat: flags.repeat,
    seed: flags.seed ?? null,
    levels: flags.sweep ?? null,
    searchUpTo: searchUpTo(flags),
    synthetic,
    stream: flags.stream,
    parameters,
  };
}

async function pathOf(dataset: string, cwd: string): Promise<string> {
  return isElsewhere(dataset) ? shownAddress(dataset) : resolve(cwd, await locateDataset(dataset));
}

/** The most that a search tries where nothing was said. */
const SEARCH_UP_TO = 1024;

function searchUpTo({ findMaxConcurrency: most }: BenchFlags): number | null {
  if (most === undefined) return null;
  return most === true ? SEARCH_UP_TO : most;
}

/** Where things stood, for a `resume` from any folder. */
async function originOf({ dataset, config, format }: BenchFlags, cwd: string): Promise<Origin> {
  return {
    working_directory: cwd,
    dataset_path: dataset === undefined ? "" : await pathOf(dataset, cwd),
    ...(format === undefined ? {} : { dataset_format: format }),
    config_path: config === undefined ? null : resolve(cwd, config),
  };
}

/** Where the seed of synthetic prompts comes from when none is given: two runs then send the same. */
const SYNTHETIC_SEED = "1";

function syntheticOf({ synthetic, sharedPrefix = 0, seed = SYNTHETIC_SEED }: BenchFlags): Synthetic | null {
  return synthetic === undefined ? null : parseSynthetic(synthetic, { sharedPrefix, seed });
}
