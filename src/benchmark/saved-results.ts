import { readFile, stat } from "node:fs/promises";
import type { z } from "zod";
import { BenchError, messageOf, systemCodeOf } from "../core/errors.ts";
import { resultKey } from "../core/result.ts";
import { resultsFileSchema, savedResultsSchema, type BenchmarkResultsRecord } from "../core/run.ts";
import { decodeUtf8 } from "../documents/utf8.ts";

/** Longest file that is read at once, in bytes: half of what one text may be in V8. */
const MAX_BYTES = 256 * 1024 * 1024;

/** Longest text whose problems are given a line and a column, in characters: its syntax tree is many times as large. */
const LONGEST_LOCATED = 2 ** 24;

/** Which results of a file are meant, and how large it may be. */
export interface LoadResultsOptions {
  /** The target's label; may be left out where the file has one target. */
  readonly target?: string;
  /** Largest file that is read, in bytes; 256 MiB unless given. */
  readonly maxBytes?: number;
}

/**
 * One target's results from a file of their own or from a run's `results.json`. Throws `BenchError("usage")` that says
 * what is wrong and where.
 */
export async function readSavedResults(path: string, options: LoadResultsOptions): Promise<BenchmarkResultsRecord> {
  const text = await textOf(path, options.maxBytes ?? MAX_BYTES);
  const value = await parsed(path, text);
  if (typeof value !== "object" || value === null || !("providers" in value || "results" in value)) {
    throw unusable(`${path} holds no benchmark results`, RIGHT_FILE);
  }
  if ("format_version" in value && typeof value.format_version === "number" && value.format_version > 1) {
    const hint = "Use the version of llm-test-bench that wrote it, or a newer one.";
    throw unusable(`${path} has format ${value.format_version}, this version reads format 1`, hint);
  }
  const records =
    "providers" in value
      ? (await valid(path, text, resultsFileSchema, value)).providers
      : [await valid(path, text, savedResultsSchema, value)];
  const record = chosen(path, records, options.target);
  requireIdentities(path, record);
  return record;
}

async function textOf(path: string, maxBytes: number): Promise<string> {
  let bytes: Buffer;
  try {
    const { size } = await stat(path);
    if (size > maxBytes) throw tooLarge(path, size, maxBytes);
    bytes = await readFile(path);
  } catch (error) {
    if (error instanceof BenchError) throw error;
    const missing = ["ENOENT", "ENOTDIR"].includes(systemCodeOf(error) ?? "");
    const message = missing ? `${path} does not exist` : `${path} cannot be read: ${messageOf(error)}`;
    throw unusable(message, RIGHT_FILE, error);
  }
  const text = decodeUtf8(path, bytes);
  if (typeof text === "string") return text;
  throw unusable(`${path} is damaged: ${text.message}`, RESTORE);
}

async function parsed(path: string, text: string): Promise<unknown> {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw await damaged(path, text, null, error);
  }
}

async function valid<T>(path: string, text: string, schema: z.ZodType<T>, value: unknown): Promise<T> {
  const checked = schema.safeParse(value);
  if (checked.success) return checked.data;
  throw await damaged(path, text, schema, checked.error);
}

/** Reads the text again with the readers for datasets and configuration, which know the line and column of a problem. */
async function damaged(path: string, text: string, schema: z.ZodType | null, cause: unknown): Promise<BenchError> {
  if (text.length > LONGEST_LOCATED)
    return unusable(`the results are damaged: ${path}: ${messageOf(cause).slice(0, 300)}`, RESTORE, cause);
  const [{ readJson }, { checkSchema }, { problemsError }] = await Promise.all([
    import("../documents/json.ts"),
    import("../documents/schema-problems.ts"),
    import("../documents/render-problems.ts"),
  ]);
  const read = readJson(path, text);
  const checked = read.ok && schema !== null ? checkSchema(schema, read.document) : null;
  const problems = !read.ok ? read.problems : checked?.ok === false ? checked.problems : [];
  const { message } = problemsError("usage", problems.slice(0, 1), RESTORE);
  return unusable(`the results are damaged: ${message}`, RESTORE, cause);
}

function chosen(
  path: string,
  records: readonly BenchmarkResultsRecord[],
  wanted: string | undefined,
): BenchmarkResultsRecord {
  const targets = records.map(({ target }) => target);
  const found = wanted === undefined && records.length === 1 ? records[0] : undefined;
  const record = found ?? records.find(({ target }) => target === wanted);
  if (record !== undefined) return record;
  const has = targets.length === 0 ? "It has none." : `It has: ${targets.join(", ")}.`;
  if (wanted !== undefined) throw unusable(`${path} has no target ${wanted}`, has);
  throw unusable(`${path} has the results of ${targets.length} targets, and one is read`, `Name one as target. ${has}`);
}

function requireIdentities(path: string, { target, results }: BenchmarkResultsRecord): void {
  const indices = new Map<string, number>();
  for (const [index, result] of results.entries()) {
    const key = resultKey(result);
    const first = indices.get(key);
    if (result.target !== target) {
      throw unusable(
        `the results are damaged: ${path} results[${index}] is of ${result.target}, not ${target}`,
        RESTORE,
      );
    }
    if (first !== undefined) {
      const message = `the results are damaged: ${path} results[${index}] is the same case as results[${first}]`;
      throw unusable(message, RESTORE);
    }
    indices.set(key, index);
  }
}

const RIGHT_FILE = "Name a file that BenchmarkResults.saveJson wrote, or the results.json of a run.";
const RESTORE = "Restore it from a copy, or make it again from the run's results.jsonl.";

function unusable(message: string, hint: string, cause?: unknown): BenchError {
  return new BenchError("usage", message, { hint, cause });
}

function tooLarge(path: string, size: number, maxBytes: number): BenchError {
  const mib = (bytes: number): string => `${(bytes / 1024 / 1024).toFixed(1)} MiB`;
  return unusable(
    `${path} has ${mib(size)}, and at most ${mib(maxBytes)} are read into memory`,
    "Read the run's results.jsonl instead, line by line, or raise maxBytes.",
  );
}
