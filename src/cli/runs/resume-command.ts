import { existsSync } from "node:fs";
import { resolve as absolute } from "node:path";
import { loadFrom, planFrom } from "../../benchmark/records.ts";
import type { BenchmarkLoad } from "../../benchmark/plan.ts";
import { readSavedRun, type SavedRun } from "../../benchmark/saved-run.ts";
import { secretsOf } from "../../benchmark/secrets-of.ts";
import { openTargets } from "../../benchmark/targets.ts";
import { toolVersion } from "../../benchmark/version.ts";
import { loadConfig } from "../../config/load.ts";
import { resolveTargets, type ResolvedTarget } from "../../config/resolve.ts";
import type { Config } from "../../config/schema.ts";
import type { Dataset } from "../../core/dataset.ts";
import { BenchError } from "../../core/errors.ts";
import type { Manifest } from "../../core/run.ts";
import type { Slo } from "../../core/slo.ts";
import { holdsMasked, maskFor } from "../../core/secrets.ts";
import { isElsewhere } from "../../datasets/find-dataset.ts";
import { loadDataset } from "../../datasets/load.ts";
import { syntheticDataset } from "../../datasets/synthetic.ts";
import { exitCodeOf } from "../bench/exit-code.ts";
import { refreshExports } from "../../benchmark/exports.ts";
import { showSummary, sayFinalWords, shownPath } from "../bench/final-words.ts";
import { checkOutputFlags, exportsOf, type OutputFlags } from "../bench/flags.ts";
import { gateOf, judgeGate, type GateFlags } from "../bench/gate.ts";
import { measure } from "../bench/measure.ts";
import { shielded, type CliContext } from "../context.ts";
import { datasetAccess, datasetSecrets } from "../dataset-access.ts";
import { sayOn } from "../say.ts";
import { jsonLine } from "../json-text.ts";

/** The flags of `resume`, as commander gives them. */
export interface ResumeFlags extends OutputFlags, GateFlags {
  concurrency?: number;
  rpm?: number;
  tpm?: number;
  timeout?: number;
  retries?: number;
  delay?: number;
  duration?: number;
  maxRequests?: number;
  maxErrors?: number;
  budgetUsd?: number;
  retryFailed?: boolean;
  slo?: Slo;
  dataset?: string;
  skipInvalid?: number;
  config?: string;
}

/** Runs `resume` and returns its exit code; throws `BenchError` for what can be said in one message. */
export async function resume(directory: string, flags: ResumeFlags, outside: CliContext): Promise<number> {
  checkOutputFlags(flags);
  const path = absolute(outside.cwd, directory);
  const saved = readSavedRun(path);
  const { manifest } = saved;
  const { config, warnings } = await configOf(manifest, flags, outside);
  for (const warning of warnings) sayOn(outside, flags.json === true)("warning", warning);
  const gate = gateOf(
    flags,
    config,
    manifest.plan.targets.map(({ target }) => target),
  );
  if (manifest.status === "finished" && nothingLeft(saved, flags)) {
    const gateResult = judgeGate(gate, saved.findings);
    return showFinished(path, saved, gateResult, flags, outside);
  }
  requireUnmasked(manifest, path);
  const resolved = targetsOf(manifest, config, path, outside);
  const mask = maskFor([...secretsOf(resolved), ...datasetSecrets(outside, flags.dataset)]);
  const context = shielded(outside, mask);
  const say = sayOn(context, flags.json === true);
  const dataset = await datasetOf(manifest, flags, path, outside);
  const version = toolVersion();
  const open = await openTargets(resolved, { clock: context.clock, userAgent: `llm-test-bench/${version}` });
  try {
    const plan = planFrom(manifest.plan, dataset, open.targets);
    const load = loadOf(manifest, flags, path);
    return await measure(
      { plan, load, directory: path, mode: "resume", gate, retryFailed: flags.retryFailed === true },
      flags,
      { context, mask, version, say },
    );
  } finally {
    await open.close();
    await dataset.close?.();
    outside.stdin.close();
  }
}

/** Whether a finished run is at its end: all of its cases have a result, and it was given no more of them or of time. */
function nothingLeft({ finished, planned, findings }: SavedRun, flags: ResumeFlags): boolean {
  const failed = [...findings.summaries.values()].some(({ attempted, succeeded }) => succeeded < attempted);
  if (flags.retryFailed === true && failed) return false;
  const { duration, maxRequests, maxErrors, budgetUsd } = flags;
  if ([duration, maxRequests].some((more) => more !== undefined)) return false;
  // With more than there can be, some are of another run: the dataset tells which.
  if (planned !== null) return finished === planned;
  return maxErrors === undefined && budgetUsd === undefined;
}

/**
 * A run with nothing left to send: no key is needed, and nothing is written but exports that are missing or were not
 * made from its journal, as after a kill while they were written.
 */
function showFinished(
  directory: string,
  saved: SavedRun,
  gate: ReturnType<typeof judgeGate>,
  flags: ResumeFlags,
  context: CliContext,
): number {
  const { findings, planned, warnings, damaged } = saved;
  const say = sayOn(context, flags.json === true);
  for (const warning of warnings) say("warning", warning);
  const files = refreshExports(directory, saved, exportsOf(flags));
  // Of a run with a number of cases, each has a result: those on damaged lines were sent again.
  const lost = planned === null ? damaged : 0;
  const outcome = { directory, findings, interrupted: false, left: 0, lost, stoppedTargets: new Map(), files };
  say("note", `the run in ${shownPath(directory, context.cwd)} is finished: nothing is left to send`);
  showSummary(outcome, gate, flags, context);
  sayFinalWords(outcome, gate, flags, { cwd: context.cwd, say });
  return exitCodeOf(outcome, gate);
}

/** The configuration as the run found it: from the folder it was started in, where that still is. */
function configOf({ origin }: Manifest, flags: ResumeFlags, context: CliContext): ReturnType<typeof loadConfig> {
  const { home, env } = context;
  if (flags.config !== undefined) {
    return loadConfig({ cwd: context.cwd, home, env, explicitPath: absolute(context.cwd, flags.config) });
  }
  const folder = origin?.working_directory;
  const cwd = folder !== undefined && existsSync(folder) ? folder : context.cwd;
  return loadConfig({ cwd, home, env, explicitPath: origin?.config_path ?? null });
}

/** The recorded targets with keys, addresses and prices of now. */
function targetsOf(
  { plan, origin }: Manifest,
  config: Config,
  directory: string,
  { env, cwd }: CliContext,
): ResolvedTarget[] {
  const specs = plan.targets.map(({ target, provider, model }) => ({ alias: target, provider, model }));
  try {
    return resolveTargets(specs, { config, env, model: null, cwd: origin?.working_directory ?? cwd });
  } catch (error) {
    if (!(error instanceof BenchError) || error.code !== "usage") throw error;
    throw new BenchError("resume", `${directory} cannot be gone on with: ${error.message}`, {
      hint: "Name the configuration that defines it: --config FILE. A run of the library goes on in the library.",
      cause: error,
    });
  }
}

/** The dataset from where it is said to be, else from where it was; made prompts are made again. */
async function datasetOf(
  { dataset, origin, plan }: Manifest,
  flags: ResumeFlags,
  directory: string,
  context: CliContext,
): Promise<Dataset> {
  const synthetic = plan.synthetic ?? null;
  if (synthetic !== null) return syntheticDataset(synthetic);
  const format = origin?.dataset_format;
  const options = {
    ...datasetAccess(context),
    ...plan.dataset_reading,
    skipInvalid: flags.skipInvalid ?? dataset.skip_invalid,
    kept: directory,
    ...(format === undefined ? {} : { format }),
  };
  const recorded = origin !== undefined && existsSync(origin.dataset_path) ? origin.dataset_path : dataset.source;
  if (flags.dataset !== undefined) return loadDataset(flags.dataset, options);
  if (isElsewhere(recorded) && holdsMasked(recorded)) {
    throw new BenchError("resume", `the address of the dataset was recorded without its password: ${recorded}`, {
      hint: "Name it again: --dataset URL.",
    });
  }
  try {
    return await loadDataset(recorded, options);
  } catch (error) {
    if (!(error instanceof BenchError) || existsSync(recorded) || isElsewhere(recorded)) throw error;
    const hint = "Say where it is now: --dataset FILE.";
    throw new BenchError("dataset", `the dataset of the run is gone: ${error.message}`, { hint, cause: error });
  }
}

/** The load of the last segment, else the one that the run was to begin with, with what the flags change. */
function loadOf({ segments, load }: Manifest, flags: ResumeFlags, directory: string): BenchmarkLoad {
  const last = segments.at(-1)?.load ?? load;
  if (last === undefined) {
    throw new BenchError("resume", `the run in ${directory} ended before it said how it sends`, {
      hint: "Nothing was sent yet: repeat its bench command with --resume.",
    });
  }
  return {
    ...loadFrom(last),
    ...(flags.concurrency === undefined ? {} : { concurrency: flags.concurrency }),
    ...(flags.rpm === undefined ? {} : { requestsPerMinute: flags.rpm }),
    ...(flags.tpm === undefined ? {} : { tokensPerMinute: flags.tpm }),
    ...(flags.timeout === undefined ? {} : { timeoutMs: flags.timeout }),
    ...(flags.retries === undefined ? {} : { retries: flags.retries }),
    ...(flags.delay === undefined ? {} : { delayMs: flags.delay }),
    ...(flags.duration === undefined ? {} : { durationMs: flags.duration }),
    ...(flags.maxRequests === undefined ? {} : { maxRequests: flags.maxRequests }),
    ...(flags.slo === undefined ? {} : { slo: flags.slo }),
    ...(flags.maxErrors === undefined ? {} : { maxErrors: flags.maxErrors }),
    ...(flags.budgetUsd === undefined ? {} : { budgetUsd: flags.budgetUsd }),
  };
}

/** A parameter with a secret in it was recorded without it, and must not be sent so. */
function requireUnmasked({ plan }: Manifest, directory: string): void {
  if (!holdsMasked(jsonLine(plan.parameters))) return;
  throw new BenchError(
    "resume",
    `run.json in ${directory} does not hold the request's parameters: a secret was masked`,
    {
      hint: "Repeat the bench command of that run with --resume.",
    },
  );
}
