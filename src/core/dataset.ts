import { z } from "zod";
import { parseDuration } from "./duration.ts";
import { messagesSchema, withRule } from "./message.ts";
import { requestParametersSchema, type RequestParameters } from "./request.ts";
import type { WrittenNumber } from "./written-number.ts";

/** A duration in a file: `30s`, `500ms`, `1m`, or a number of milliseconds. */
export const durationSchema = z
  .union([z.number().nonnegative(), z.string()])
  .refine((value) => parseDuration(value) !== null, { error: "expected a duration such as 500, 500ms, 2s or 1m" });

/** A variable's value: text, a number, also one that keeps how a file writes it, a boolean, or a nest of them. */
export type VariableValue = string | number | WrittenNumber | boolean | { [key: string]: VariableValue };

const variableValueSchema: z.ZodType<VariableValue> = z.lazy(() =>
  z.union([z.string(), z.number(), z.boolean(), z.record(z.string(), variableValueSchema)]),
);

const caseFieldsSchema = z.strictObject({
  id: z.string().min(1).describe("Unique within the dataset"),
  category: z.string().optional(),
  prompt: z.string().min(1).optional().describe("May use {{variables}}; either this or messages"),
  messages: messagesSchema.optional().describe("A conversation in place of a prompt"),
  system: z.string().optional().describe("System text of this case; may use {{variables}}"),
  variables: z.record(z.string(), variableValueSchema).optional(),
  expected: z.string().optional(),
  references: z.array(z.string()).optional(),
  config: requestParametersSchema
    .extend({ model: z.string().min(1).optional(), timeout: durationSchema.optional() })
    .optional()
    .describe("Overrides the dataset's defaults for this case"),
  metadata: z.record(z.string(), z.unknown()).optional(),
});

export const testCaseSchema = withRule(caseFieldsSchema, (value, say) => {
  if (Array.isArray(value)) return;
  const { prompt, messages, system, config } = value;
  if (prompt === undefined && messages === undefined) {
    say('missing "prompt", or "messages" in its place', [], ["prompt", "messages"]);
  }
  if (prompt !== undefined && messages !== undefined) {
    say('a test case has either "prompt" or "messages", not both', ["messages"]);
  }
  const systems = [system !== undefined, hasOwnText(config, "system"), beginsWithSystem(messages)];
  if (systems.filter(Boolean).length > 1) {
    const where = ["system", "config.system", "a system turn"].filter((_, i) => systems[i]);
    say(`the system text is given more than once: ${where.join(", ")}`, system === undefined ? [] : ["system"]);
  }
}).meta({ oneOf: [{ required: ["prompt"] }, { required: ["messages"] }] });
const hasOwnText = (value: unknown, key: string): boolean =>
  typeof value === "object" && value !== null && Object.hasOwn(value, key);

const beginsWithSystem = (messages: unknown): boolean => {
  const first: unknown = Array.isArray(messages) ? messages[0] : null;
  return typeof first === "object" && first !== null && "role" in first && first.role === "system";
};

/** One prompt to send, with what is known about a right answer. */
export type TestCase = z.infer<typeof testCaseSchema>;

/** The newest format of dataset documents that this version reads. */
export const DATASET_SCHEMA_VERSION = 1;

export const datasetFileSchema = z.strictObject({
  $schema: z.string().optional(),
  schema_version: z.literal(DATASET_SCHEMA_VERSION).optional().describe("Format of this file; 1 when absent"),
  name: z.string().min(1),
  version: z.string().min(1),
  description: z.string().optional(),
  defaults: requestParametersSchema.optional(),
  test_cases: z.array(testCaseSchema).min(1),
});
export type DatasetFile = z.infer<typeof datasetFileSchema>;

export const foreignSchema = z.strictObject({
  map: z.record(z.string(), z.string()).optional().describe("Which column gives which field: { prompt: question }"),
  prompt: z.string().min(1).optional().describe("A template of the columns' names, in place of a prompt"),
  shape: z.string().min(1).optional().describe("How to read a file that could be several things: gsm8k, inspect, own"),
});
/** What the user says of a file that is not in our own shape. */
export type Foreign = z.infer<typeof foreignSchema>;

/** A dataset that was read and found valid. */
export interface Dataset {
  readonly name: string;
  readonly version: string;
  readonly description: string | null;
  /** Request parameters for every case that names none of its own. */
  readonly defaults: RequestParameters;
  /** SHA-256 of the bytes, in hex; null for one that is read and checked while it is used. */
  readonly sha256: string | null;
  /** The path it was read from, or what the user called it. */
  readonly source: string;
  /** What the user should know of how it was read, a line each. */
  readonly notes?: readonly DatasetNote[];
  /** How it was read, where the user said so; a run is resumed only when it is read the same way. */
  readonly reading?: Foreign;
  /** What only a dataset has whose rows are read from the disk in each pass. */
  readonly rows?: DatasetRows;
  /** Keeps in a run directory what could not be read again for a resume: standard input. */
  readonly keepIn?: (directory: string) => Promise<void>;
  /**
   * Keeps what is left of it as well, after a row that is not valid. Resolves to whether all of it is there: not where
   * it has no end in sight, nor when the signal was aborted first.
   */
  readonly keepRest?: (stop: AbortSignal) => Promise<boolean>;
  /** Of a dataset whose invalid records may be left out: how many may be, and are until now; null or missing for others. */
  readonly leftOut?: LeftOut | null;
  /** Removes the temporary files that a download or standard input needed; the dataset cannot be read afterwards. */
  readonly close?: () => Promise<void>;
  /**
   * The test cases in file order; each call begins a pass of its own. Asynchronous, since large files are read as they
   * are used; a pass over one throws `BenchError("dataset")` at a row that is not valid.
   */
  cases(): AsyncIterable<TestCase>;
  /** Whether a pass never ends, since its cases are made as they are asked for. */
  readonly endless?: boolean;
}

/** Records of a dataset that are not valid, and so are no test cases. */
export interface LeftOut {
  /** How many may be left out. */
  readonly allowed: number;
  /** How many are, as far as the dataset has been read. */
  readonly records: number;
  /** Where the first of them are and what is wrong with them, a line each. */
  readonly inWords: readonly string[];
}

/** A line about how a dataset was read; a warning is about what was left out. */
export interface DatasetNote {
  readonly kind: "note" | "warning";
  readonly text: string;
}

/** How a dataset of rows can be told from another, also before its hash is known. */
export interface DatasetRows {
  /** Null for standard input. */
  readonly file: DatasetFileState | null;
  /** Whether a pass has come to its end. */
  readonly whole: boolean;
  /** How many bytes, after unpacking, stand before the first row that is not valid; null where none was met. */
  readonly goodBytes: number | null;
  /** SHA-256 of all bytes, which are read once more for it. */
  hash(): Promise<string>;
  /** SHA-256 of the first bytes, after unpacking; null where there are fewer, or the format has no such order. */
  hashOfFirst(bytes: number): Promise<string | null>;
}

/** A file as its folder lists it. */
export interface DatasetFileState {
  readonly bytes: number;
  /** Its last change, ISO-8601 UTC. */
  readonly modified_at: string;
}
