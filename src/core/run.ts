import { z } from "zod";
import { requestParametersSchema } from "./request.ts";
import { testResultSchema } from "./result.ts";
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
  parameters: requestParametersSchema,
});
export type TargetRecord = z.infer<typeof targetRecordSchema>;

/** What is sent, and in which order. A resumed run must have the same plan. */
export const planSchema = z.object({
  dataset_sha256: z.string(),
  targets: z.array(targetRecordSchema),
  stream: z.boolean(),
  /** Parameters from flags; they rule over the dataset's and the targets'. */
  parameters: requestParametersSchema,
  category: z.string().nullable(),
  limit: count.nullable(),
  repeat: count,
  /** Seed of the shuffle; null keeps the file's order. */
  seed: z.string().nullable(),
});
export type Plan = z.infer<typeof planSchema>;

/** How it is sent. May differ between segments. */
export const loadSchema = z.object({
  concurrency: count,
  /** Null where each target's configuration, or the default, decided. */
  timeout_ms: z.number().nullable(),
  retries: count.nullable(),
  delay_ms: z.number(),
  fail_fast: z.boolean(),
  save_responses: z.boolean(),
});
export type Load = z.infer<typeof loadSchema>;

export const segmentSchema = z.object({
  segment: count,
  started_at: z.string(),
  /** Null when the process died. */
  ended_at: z.string().nullable(),
  load: loadSchema,
  /** What the client measured of itself; null when the process died before it could say. */
  validity: validitySchema.nullable(),
});
export type Segment = z.infer<typeof segmentSchema>;

/** Where the command stood, so that `resume` finds what it found from any folder. Absolute paths. */
export const originSchema = z.object({
  working_directory: z.string(),
  dataset_path: z.string(),
  /** The file of `--config`; null when the configuration was searched for. */
  config_path: z.string().nullable(),
});
export type Origin = z.infer<typeof originSchema>;

export const RUN_STATUSES = ["running", "interrupted", "finished"] as const;

export const manifestSchema = z.object({
  format_version: z.literal(1),
  tool: z.literal("llm-test-bench"),
  tool_version: z.string(),
  id: z.string(),
  status: z.enum(RUN_STATUSES),
  started_at: z.string(),
  ended_at: z.string().nullable(),
  dataset: z.object({ name: z.string(), version: z.string(), sha256: z.string(), source: z.string() }),
  /** Absent in runs of the library and of versions that did not record it. */
  origin: originSchema.optional(),
  plan: planSchema,
  /** Cases × samples for each target. */
  planned_per_target: count,
  segments: z.array(segmentSchema),
  environment: z.object({ node: z.string(), os: z.string(), cpu: z.string(), cores: count }),
});
/** `run.json`: what was run, how, where and when. */
export type Manifest = z.infer<typeof manifestSchema>;

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
