import { randomUUID } from "node:crypto";
import os from "node:os";
import { version as nodeVersion } from "node:process";
import type { Clock } from "../core/clock.ts";
import type { Dataset } from "../core/dataset.ts";
import type { BenchTarget } from "./targets.ts";
import { datasetRecord } from "./dataset-identity.ts";
import type { ConcurrencyHistory, Ending, Load, Manifest, Origin, Plan, Segment } from "../core/run.ts";
import type { Validity } from "../core/summary.ts";
import type { RunOutcome } from "../runner/run.ts";

/** The manifest of a run that begins now. */
export function newManifest(
  dataset: Dataset,
  { plan, load, planned }: { readonly plan: Plan; readonly load: Load; readonly planned: number | null },
  { clock, toolVersion, origin }: { clock: Clock; toolVersion: string; origin?: Origin },
): Manifest {
  return {
    format_version: 1,
    tool: "llm-test-bench",
    tool_version: toolVersion,
    id: randomUUID(),
    status: "running",
    started_at: clock.wallTime(),
    ended_at: null,
    dataset: datasetRecord(dataset),
    ...(origin === undefined ? {} : { origin }),
    plan,
    load,
    planned_per_target: planned,
    segments: [],
    environment: {
      node: nodeVersion,
      os: `${os.type()} ${os.release()} ${os.arch()}`,
      cpu: os.cpus()[0]?.model ?? "unknown",
      cores: os.availableParallelism(),
    },
  };
}

/** The manifest with a segment that begins now. */
export function withSegment(
  manifest: Manifest,
  load: Load,
  targets: readonly Pick<BenchTarget, "label" | "proxy">[],
  clock: Clock,
): Manifest {
  const started_at = clock.wallTime();
  const proxies = targets.flatMap(({ label, proxy }) =>
    proxy === undefined || proxy === null ? [] : [{ target: label, proxy }],
  );
  const segment: Segment = {
    segment: manifest.segments.length,
    started_at,
    ended_at: null,
    load,
    validity: null,
    ...(proxies.length === 0 ? {} : { proxies }),
  };
  return { ...manifest, status: "running", ended_at: null, segments: [...manifest.segments, segment] };
}

/** The manifest with its last segment ended now. */
export function withEnd(
  manifest: Manifest,
  status: Manifest["status"],
  {
    validity,
    endedBy,
    concurrency = [],
    machineLimit = [],
  }: {
    readonly validity: Validity | null;
    readonly endedBy?: Ending;
    readonly concurrency?: readonly ConcurrencyHistory[];
    readonly machineLimit?: RunOutcome["machineLimit"];
  },
  clock: Clock,
): Manifest {
  const ended_at = clock.wallTime();
  const last = manifest.segments.length - 1;
  const ending = {
    ...(endedBy === undefined ? {} : { ended_by: endedBy }),
    ...(concurrency.length === 0 ? {} : { concurrency: [...concurrency] }),
    ...(machineLimit.length === 0 ? {} : { machine_limit: [...machineLimit] }),
  };
  const segments = manifest.segments.map((segment, i) =>
    i === last ? { ...segment, ended_at, validity, ...ending } : segment,
  );
  return { ...manifest, status, ended_at, segments };
}

/**
 * The manifest with the targets labelled that turned out to be simulated; itself where it knew of all of them. The targets
 * are those of the plan, in its order.
 */
export function withSimulated(manifest: Manifest, targets: readonly Pick<BenchTarget, "provider">[]): Manifest {
  const records = manifest.plan.targets;
  const isNews = (i: number): boolean => targets[i]?.provider.simulated === true && records[i]?.simulated === false;
  if (!targets.some((_, i) => isNews(i))) return manifest;
  const labelled = records.map((record, i) => (isNews(i) ? Object.assign({}, record, { simulated: true }) : record));
  return { ...manifest, plan: { ...manifest.plan, targets: labelled } };
}
