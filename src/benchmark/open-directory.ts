import { existsSync } from "node:fs";
import { join } from "node:path";
import { BenchError } from "../core/errors.ts";
import { createRun, openRun, type OpenRun } from "../journal/directory.ts";
import { maskPlan } from "../journal/mask.ts";
import { planDifferences } from "../journal/plan-differences.ts";
import { MANIFEST_FILE } from "../journal/run-files.ts";
import type { BenchmarkOptions } from "./options.ts";
import { hasEndlessCases } from "./check-requests.ts";
import { datasetDifferences } from "./dataset-identity.ts";
import { newManifest } from "./manifest.ts";
import type { BenchmarkLoad, BenchmarkPlan } from "./plan.ts";
import { loadRecord, planRecord } from "./records.ts";
import { isEndless } from "./stages.ts";

/**
 * Begins a run in its directory, or opens the one that is there to go on with it. Throws `BenchError`: "resume" when
 * that is another run.
 */
export async function openDirectory(
  plan: BenchmarkPlan,
  load: BenchmarkLoad,
  planned: number | null,
  options: BenchmarkOptions,
): Promise<OpenRun> {
  if (options.retryFailed === true && (plan.searchUpTo !== null || isEndless(load, hasEndlessCases(plan)))) {
    throw new BenchError("usage", "--retry-failed needs a run with a number of requests", {
      hint: "A run that its time ends, or a search, measures a load; begin a new one.",
    });
  }
  const { clock, mask, directory, mode } = options;
  const writer = { clock, mask, saveResponses: load.saveResponses };
  const wanted = planRecord(plan);
  const nothingThere = !existsSync(join(directory, MANIFEST_FILE));
  if (mode === "resume" && nothingThere)
    options.warn?.(`there is no run to go on with in ${directory}: this begins one`);
  if (mode !== "resume" || nothingThere) {
    return createRun(directory, newManifest(plan.dataset, { plan: wanted, load: loadRecord(load), planned }, options), {
      ...writer,
      force: mode === "force",
    });
  }
  const opened = openRun(directory, { ...writer, retryFailed: options.retryFailed === true });
  // What is stored has its secrets masked, so what is wanted is compared the same way.
  const differences = [
    ...planDifferences(opened.manifest.plan, maskPlan(wanted, mask)),
    ...(wanted.dataset_sha256 === null || opened.manifest.plan.dataset_sha256 === null
      ? await datasetDifferences(opened.manifest.dataset, plan.dataset)
      : []),
  ];
  if (differences.length > 0) {
    opened.closeAtOnce();
    throw new BenchError("resume", `${directory} holds another run: ${differences.join("; ")}`, {
      hint: "Repeat the command of that run, or choose another directory (--output).",
    });
  }
  for (const warning of opened.warnings) options.warn?.(warning);
  return opened;
}
