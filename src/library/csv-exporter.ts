import { z } from "zod";
import type { TestResult } from "../core/result.ts";
import { resultsCsv, type CsvOptions } from "../reports/csv.ts";
import { BenchmarkResults, requireResult } from "./benchmark-results.ts";
import { checkOptions, notWanted } from "./check-call.ts";
import { answering } from "./option-words.ts";
import { saveWhole } from "../benchmark/save-whole.ts";

const optionsSchema = z.strictObject({ fields: z.array(z.string()).optional(), rawCsv: z.boolean().optional() });

const isIterable = (value: unknown): boolean =>
  typeof value === "object" &&
  value !== null &&
  Symbol.iterator in value &&
  typeof value[Symbol.iterator] === "function";

/** The results, each found to be one. A run's and those of a set were checked when they came to be. */
function checked(results: Iterable<TestResult>): Iterable<TestResult> {
  if (results instanceof BenchmarkResults) return results;
  return {
    *[Symbol.iterator]() {
      for (const result of results) {
        requireResult(result);
        yield result;
      }
    },
  };
}

/**
 * Writes results as CSV.
 *
 * @example
 * const results = await BenchmarkResults.loadJson("./results/results.json");
 * await CsvExporter.export(results, "./results.csv", { fields: ["test_id", "status", "duration_ms"] });
 */
export const CsvExporter = {
  /**
   * Writes results with the columns of `results.csv`, or only those that `fields` names, in that order: RFC 4180, one row
   * a result, times in milliseconds, costs in US dollars, null as an empty cell. Whole or not at all: an older file of
   * that name stays until the new one is complete and synced. Takes a `BenchmarkResults`, the `results()` of a run, or
   * any other results; those that can be iterated only once are held in memory. Throws `BenchError("output")` when the
   * file cannot be written, `BenchError("usage")` for a field that is none.
   *
   * @example
   * const results = await BenchmarkResults.loadJson("./results/results.json");
   * const failed = [...results].filter(({ status }) => status !== "success");
   * await CsvExporter.export(failed, "./failed.csv");
   */
  async export(results: Iterable<TestResult>, path: string, options: CsvOptions = {}): Promise<void> {
    if (!isIterable(results)) throw notWanted("CsvExporter.export's results", "results to iterate", results);
    if (typeof path !== "string" || path === "") throw notWanted("CsvExporter.export's path", "a path", path);
    checkOptions("CsvExporter.export's options", optionsSchema, options);
    // Two passes are made: the names of the scores come first. A generator would be empty at the second.
    const iterator: unknown = results[Symbol.iterator]();
    const repeatable = iterator === results ? [...results] : results;
    const rows = checked(repeatable);
    await answering(async () =>
      saveWhole(
        path,
        resultsCsv(() => rows, options),
      ),
    );
  },
};
