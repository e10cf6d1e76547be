import { foreignSchema } from "./dataset.ts";
import { z } from "zod";
import { DATASET_FORMATS } from "./dataset-format.ts";
import { BRIDGES } from "./bridge.ts";
import { requestParametersSchema } from "./request.ts";
import { testResultSchema } from "./result.ts";
import { sloSchema } from "./slo.ts";
import { comparisonSchema, summarySchema, validitySchema } from "./summary.ts";

const count = z.int().nonnegative();

export const targetRecordSchema = z.object({
  /** The label in every result: the alias, or `provider:model`. */
  target: z.string(),
  provider: z.string(),
  model: z.string(),
  /** Where requests really go; null for a provider that is not HTTP. */
  base_url: z.string().nullable(),
  simulated: z.boolean(),
  /** Through what it was reached; absent where it was our own client. */
  bridge: z.enum(BRIDGES).optional(),
  parameters: requestParametersSchema,
});
export type TargetRecord = z.infer<typeof targetRecordSchema>;

/** How the instants of an open loop come about. */
export const ARRIVALS = ["constant", "poisson"] as const;

/** How targets share the time: each at its own pace, a case to all of them at once, or one target after the other. */
export const ORDERS = ["side_by_side", "lockstep", "sequential"] as const;

const syntheticSchema = z.object({
  /** Lengths in estimated tokens, each drawn from a normal distribution. */
  input: z.object({ mean: z.number(), sd: z.number() }),
  output: z.object({ mean: z.number(), sd: z.number() }),
  /** The share of each prompt that is the same in all of them. */
  shared_prefix: z.number().min(0).max(1),
  seed: z.string(),
});
/** Prompts that are made, not read. */
export type Synthetic = z.infer<typeof syntheticSchema>;

/** What is sent, and in which order. A resumed run must have the same plan. */
export const planSchema = z.object({
  /** Null until a dataset that is checked while it is used has been read to its end. */
  dataset_sha256: z.string().nullable(),
  /** How a foreign file was read, where the user said so. */
  dataset_reading: foreignSchema.nullable().optional(),
  targets: z.array(targetRecordSchema),
  stream: z.boolean(),
  /** Parameters from flags; they rule over the dataset's and the targets'. */
  parameters: requestParametersSchema,
  category: z.string().nullable(),
  limit: count.nullable(),
  repeat: count,
  /** Seed of the shuffle; null keeps the file's order. */
  seed: z.string().nullable(),
  /** The slots of each level of a sweep; which sample belongs to which level follows from it. */
  levels: z.array(count).nullable().optional(),
  /** The most slots that a search for the highest concurrency may try; its levels number the samples. */
  search_up_to: count.nullable().optional(),
  /** What the dataset was made from when there is no file; its `dataset_sha256` covers it. */
  synthetic: syntheticSchema.nullable().optional(),
});
export type Plan = z.infer<typeof planSchema>;

const limit = z.number().nullable().optional();

/** How it is sent. May differ between segments. Optional members are missing in runs of older versions. */
export const loadSchema = z.object({
  concurrency: count,
  /** Null where each target's configuration, or the default, decided. */
  timeout_ms: z.number().nullable(),
  retries: count.nullable(),
  delay_ms: z.number(),
  fail_fast: z.boolean(),
  save_responses: z.boolean(),
  connect_timeout_ms: limit,
  first_token_timeout_ms: limit,
  idle_timeout_ms: limit,
  /** Requests per second for each target; null in a closed loop, to which `concurrency` belongs. */
  rate: limit,
  arrival: z.enum(ARRIVALS).optional(),
  max_in_flight: limit,
  ramp: z.object({ from: count, to: count, over_ms: z.number() }).nullable().optional(),
  /** Of a whole run, or of each level of a sweep; so is `max_requests`, which is for each target. */
  duration_ms: limit,
  max_requests: limit,
  max_errors: limit,
  budget_usd: limit,
  warmup: count.optional(),
  /** Of a sweep: the highest p95 of the duration that is still good enough. */
  p95_limit_ms: limit,
  /** Limits of every target that rule over the targets' own; null where those hold. */
  requests_per_minute: limit,
  tokens_per_minute: limit,
  adaptive: z.boolean().optional(),
  /** How the targets shared the time; missing in runs of older versions, which sent side by side. */
  order: z.enum(ORDERS).optional(),
  /** What each request is held against. */
  slo: sloSchema.nullable().optional(),
});
export type Load = z.infer<typeof loadSchema>;

/**
 * What ended a stretch of a run: nothing was left, the time, a limit of cost or failures, a limit of the client's machine,
 * or someone who stopped it.
 */
export const ENDINGS = ["work", "time", "errors", "budget", "machine", "stop"] as const;
export type Ending = (typeof ENDINGS)[number];

const concurrencySchema = z.object({
  target: z.string(),
  /** Slots at the beginning, at each cut before and after it, and at the end; instants after the segment's start. */
  steps: z.array(
    z.object({
      at_ms: z.number(),
      slots: count,
      why: z.enum(["start", "before_429", "cut", "end"]),
    }),
  ),
  /** Episodes of 429s, each of which cut the slots once; `steps` holds the first of them only when they are many. */
  cuts: count,
});
/** How many requests an adaptive run had in flight to one target. */
export type ConcurrencyHistory = z.infer<typeof concurrencySchema>;

export const segmentSchema = z.object({
  segment: count,
  started_at: z.string(),
  /** Null when the process died. */
  ended_at: z.string().nullable(),
  load: loadSchema,
  /** What the client measured of itself; null when the process died before it could say. */
  validity: validitySchema.nullable(),
  /** Missing while it goes on, and when the process died. */
  ended_by: z.enum(ENDINGS).optional(),
  /** Where this machine ran out of descriptors, ports or memory: how many requests to each target were in flight then. */
  machine_limit: z.array(z.object({ target: z.string(), in_flight: count })).optional(),
  /** What targets were reached through, without credentials; absent when all were reached directly. */
  proxies: z.array(z.object({ target: z.string(), proxy: z.string() })).optional(),
  /** Of an adaptive run, one entry a target. */
  concurrency: z.array(concurrencySchema).optional(),
});
export type Segment = z.infer<typeof segmentSchema>;

/** Where the command stood, so that `resume` finds what it found from any folder. Absolute paths. */
export const originSchema = z.object({
  working_directory: z.string(),
  /** An address, `hf:` name or `-` stays as it is. */
  dataset_path: z.string(),
  /** What `--format` said; absent when it said nothing. */
  dataset_format: z.enum(DATASET_FORMATS).optional(),
  /** The file of `--config`; null when the configuration was searched for. */
  config_path: z.string().nullable(),
});
export type Origin = z.infer<typeof originSchema>;

export const datasetRecordSchema = z.object({
  name: z.string(),
  version: z.string(),
  /** Null until a dataset that is checked while it is used has been read to its end. */
  sha256: z.string().nullable(),
  source: z.string(),
  /** The file as it was when the run began, where its hash was not known then. */
  file: z.object({ bytes: count, modified_at: z.string() }).nullable().optional(),
  /** Where a row that is not valid stopped the run: the bytes before it, after unpacking. */
  good_part: z.object({ bytes: count, sha256: z.string() }).nullable().optional(),
  /** How many invalid records may be left out; absent where none may. */
  skip_invalid: count.optional(),
  /** How many were, as far as the dataset has been read. */
  invalid_records: count.optional(),
});
/** What a run's dataset was. */
export type DatasetRecord = z.infer<typeof datasetRecordSchema>;

export const RUN_STATUSES = ["running", "interrupted", "finished"] as const;

const lineCountsSchema = z.object({
  results: count,
  /** Null where no responses are kept. */
  responses: count.nullable(),
  failures: count,
});
/** How many lines each of a run's files has. */
export type LineCounts = z.infer<typeof lineCountsSchema>;

export const manifestSchema = z.object({
  format_version: z.literal(1),
  tool: z.literal("llm-test-bench"),
  tool_version: z.string(),
  id: z.string(),
  status: z.enum(RUN_STATUSES),
  started_at: z.string(),
  ended_at: z.string().nullable(),
  dataset: datasetRecordSchema,
  /** Absent in runs of the library and of versions that did not record it. */
  origin: originSchema.optional(),
  plan: planSchema,
  /** How it was to be sent when it began: for the resume of a run that was killed before its first segment. */
  load: loadSchema.optional(),
  /** Cases × samples for each target; null for a run that goes on until its time is over, and as the dataset's hash. */
  planned_per_target: count.nullable(),
  segments: z.array(segmentSchema),
  /** How many lines its files had when it ended; missing while it goes on, and when the process died. */
  lines: lineCountsSchema.optional(),
  environment: z.object({ node: z.string(), os: z.string(), cpu: z.string(), cores: count }),
});
/** `run.json`: what was run, how, where and when. */
export type Manifest = z.infer<typeof manifestSchema>;

/** `run.json` as it is on the disk: its last member is the CRC-32 of all others, in hex. */
export const manifestFileSchema = manifestSchema.extend({ crc: z.string().optional() });

export const benchmarkResultsSchema = z.object({
  dataset_name: z.string(),
  provider_name: z.string(),
  target: z.string(),
  model: z.string(),
  total_tests: count,
  results: z.array(testResultSchema),
  timestamp: z.string(),
  summary: summarySchema,
});
/** Everything about one target of a run. */
export type BenchmarkResultsRecord = z.infer<typeof benchmarkResultsSchema>;

/** What `BenchmarkResults.saveJson` writes: an entry of `results.json`'s `providers`, in a file of its own. */
export const savedResultsSchema = benchmarkResultsSchema.extend({ format_version: z.literal(1).optional() });

export const resultsFileSchema = z.object({
  format_version: z.literal(1),
  run: manifestSchema,
  providers: z.array(benchmarkResultsSchema),
  comparison: z.array(comparisonSchema),
  validity: validitySchema,
});
/** `results.json`: every result of a run with its summaries, comparison and validity. */
export type ResultsFile = z.infer<typeof resultsFileSchema>;
