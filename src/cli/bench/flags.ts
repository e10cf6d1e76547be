import { join, resolve } from "node:path";
import { together } from "../../benchmark/check-load.ts";
import type { ExportOptions } from "../../benchmark/exports.ts";
import type { Config } from "../../config/schema.ts";
import { BenchError } from "../../core/errors.ts";
import type { DatasetFormat } from "../../core/dataset-format.ts";
import { resultsCsv } from "../../reports/csv.ts";
import type { Slo } from "../../core/slo.ts";
import type { CliContext } from "../context.ts";
import type { RequestFlags } from "../request-options.ts";
import type { GateFlags } from "./gate.ts";

/** The flags about what is shown and exported. */
export interface OutputFlags {
  export: "json" | "csv" | "both";
  fields?: string[];
  rawCsv?: boolean;
  quiet?: boolean;
  json?: boolean;
  verbose?: boolean;
}

/** The flags of `bench`, as commander gives them. */
export interface BenchFlags extends OutputFlags, GateFlags, RequestFlags {
  dataset?: string;
  synthetic?: string;
  sharedPrefix?: number;
  format?: DatasetFormat;
  validateFirst?: boolean;
  map?: string;
  prompt?: string;
  shape?: string;
  skipInvalid?: number;
  providers: readonly string[];
  concurrency?: number;
  output?: string;
  model?: string;
  stream: boolean;
  rate?: number;
  arrival?: "constant" | "poisson";
  maxInFlight?: number;
  rpm?: number;
  tpm?: number;
  adaptive?: boolean;
  lockstep?: boolean;
  sequential?: boolean;
  ramp?: { from: number; to: number };
  over?: number;
  sweep?: number[];
  p95Limit?: number;
  slo?: Slo;
  /** True without a number. */
  findMaxConcurrency?: number | true;
  duration?: number;
  maxRequests?: number;
  maxErrors?: number;
  budgetUsd?: number;
  warmup?: number;
  timeout?: number;
  connectTimeout?: number;
  firstTokenTimeout?: number;
  idleTimeout?: number;
  retries?: number;
  delay?: number;
  limit?: number;
  category?: string;
  repeat: number;
  seed?: string;
  failFast?: boolean;
  saveResponses: boolean;
  resume?: boolean;
  retryFailed?: boolean;
  force?: boolean;
  dryRun?: boolean;
  config?: string;
}

/** Where run directories are made, unless something else was said. */
export const DEFAULT_OUTPUT_DIR = "bench-results";

/** Finds flags that contradict each other; throws `BenchError("usage")`. */
export function checkFlags(flags: BenchFlags): void {
  if (flags.resume === true && flags.force === true) {
    throw together("--resume", "--force", { hint: "--resume resumes the old run, --force moves it aside." });
  }
  if (flags.resume === true && flags.output === undefined) {
    throw new BenchError("usage", "--resume needs --output, the directory of the run to go on with");
  }
  if (flags.retryFailed === true && flags.resume !== true) {
    throw new BenchError("usage", "--retry-failed needs --resume: it sends the failed cases of an earlier run again");
  }
  checkOutputFlags(flags);
}

/** The same for the flags about output. */
export function checkOutputFlags(flags: OutputFlags): void {
  if (flags.quiet === true && flags.verbose === true)
    throw together("--quiet", "--verbose", { hint: "Leave one out." });
  // A row of nothing is enough to find an unknown column before anything is sent.
  if (flags.fields !== undefined) resultsCsv(() => [], { fields: flags.fields }).next();
}

/** Which files are written at the end. */
export function exportsOf({ export: formats, rawCsv, fields }: OutputFlags): ExportOptions {
  const csv = { rawCsv: rawCsv === true, ...(fields === undefined ? {} : { fields }) };
  return { json: formats !== "csv", csv: formats === "json" ? null : csv };
}

/** The absolute run directory: the flag's, or a new one named after the dataset and the time. */
export function outputDirectory(flags: BenchFlags, config: Config, dataset: string, context: CliContext): string {
  if (flags.output !== undefined) return resolve(context.cwd, flags.output);
  const parent = resolve(context.cwd, config.benchmarks?.output_dir ?? DEFAULT_OUTPUT_DIR);
  return join(parent, `${slug(dataset)}-${context.clock.wallTime().replaceAll(/[-:]|\.\d+/g, "")}`);
}

/** A dataset's name as part of a path: it is data, and may hold anything. */
function slug(name: string): string {
  const safe = name
    .normalize("NFKD")
    .replaceAll(/[^A-Za-z0-9]+/g, "-")
    .replaceAll(/^-+|-+$/g, "")
    .slice(0, 60);
  return safe === "" ? "dataset" : safe.toLowerCase();
}
