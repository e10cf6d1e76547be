import { z } from "zod";
import { systemClock, type Clock } from "../core/clock.ts";
import { BenchError } from "../core/errors.ts";
import { resultKey, testResultSchema, type TestResult } from "../core/result.ts";
import type { BenchmarkResultsRecord } from "../core/run.ts";
import type { Summary } from "../core/summary.ts";
import { savedResultsJson, type ResultsHead } from "../reports/json.ts";
import { summaryBuilder } from "../reports/summarize.ts";
import { mergedParts } from "../benchmark/merge-results.ts";
import { readSavedResults, type LoadResultsOptions } from "../benchmark/saved-results.ts";
import { saveWhole } from "../benchmark/save-whole.ts";
import { checkOptions, notWanted } from "./check-call.ts";
import { answering } from "./option-words.ts";
import { clockSchema } from "./runner-options.ts";

/** What a set of results is about. */
export interface BenchmarkResultsInit {
  readonly dataset_name: string;
  readonly provider_name: string;
  /** The label that stands in every result: an alias, or `provider:model`. */
  readonly target: string;
  readonly model: string;
  /** Cases × repeats that were planned; as many as there are results unless given. */
  readonly total_tests?: number;
  /** When the run began, ISO-8601 UTC; now unless given. */
  readonly timestamp?: string;
  readonly clock?: Clock;
}

const initSchema = z.strictObject({
  dataset_name: z.string(),
  provider_name: z.string(),
  target: z.string(),
  model: z.string(),
  total_tests: z.int().nonnegative().optional(),
  timestamp: z.string().optional(),
  clock: clockSchema.optional(),
});

const loadOptionsSchema = z.strictObject({ target: z.string().optional(), maxBytes: z.number().positive().optional() });

/** Where the results of a set are: in memory, or read from a journal with each pass. */
type Source =
  | { readonly kept: TestResult[]; readonly keys: Set<string> }
  | { readonly read: Iterable<TestResult>; readonly summary: Summary };

/**
 * The results of one target, and what they add up to. A run's are read from its journal whenever they are asked for, so
 * that memory does not grow with them; others are kept in memory. Iterating a set gives its results.
 *
 * @example
 * const dataset = await Dataset.load("coding-tasks");
 * const echo = providers.custom("echo", async ({ prompt }) => ({ content: prompt }), { model: "echo-1" });
 * const results = await new BenchmarkRunner({ directory: "./results" }).run(dataset, echo);
 * console.log(results.summary.success_rate, results.summary.duration_ms.p95);
 * for (const { test_id, status } of results.results) console.log(test_id, status);
 */
export class BenchmarkResults implements Iterable<TestResult> {
  /** The name that stands in the dataset. */
  readonly dataset_name: string;
  /** Such as `openai`, or what a provider of one's own is called. */
  readonly provider_name: string;
  /** The label that stands in every result. */
  readonly target: string;
  /** The model asked for; a case's own `config.model` stands in its result. */
  readonly model: string;
  /** When the run began, ISO-8601 UTC. */
  readonly timestamp: string;
  readonly #planned: number;
  readonly #source: Source;
  #summary: Summary | null = null;

  private constructor(head: ResultsHead, source: Source) {
    this.dataset_name = head.dataset_name;
    this.provider_name = head.provider_name;
    this.target = head.target;
    this.model = head.model;
    this.timestamp = head.timestamp;
    this.#planned = head.total_tests;
    this.#source = source;
  }

  /**
   * An empty set of results in memory.
   *
   * @example
   * const results = BenchmarkResults.create({
   *   dataset_name: "my-benchmark",
   *   provider_name: "openai",
   *   target: "openai:gpt-4o-mini",
   *   model: "gpt-4o-mini",
   * });
   * console.log(results.summary.success_rate); // null: nothing was attempted
   */
  static create(init: BenchmarkResultsInit): BenchmarkResults {
    checkOptions("BenchmarkResults.create", initSchema, init);
    const { clock = systemClock, total_tests = 0, timestamp = clock.wallTime(), ...about } = init;
    return new BenchmarkResults({ ...about, total_tests, timestamp }, { kept: [], keys: new Set() });
  }

  /** The results of a run's target, read from its journal with each pass. @internal */
  static ofRun(head: ResultsHead, read: Iterable<TestResult>, summary: Summary): BenchmarkResults {
    return new BenchmarkResults(head, { read, summary });
  }

  /**
   * The results in the order in which they ended; each iteration is a pass of its own, `[...results.results]` an array.
   * Those of a run throw `BenchError("resume")` when its directory is gone or holds another run by now.
   */
  get results(): Iterable<TestResult> {
    return "read" in this.#source ? this.#source.read : this.#source.kept;
  }

  /** Cases × repeats that were planned; never less than there are results. */
  get total_tests(): number {
    const held = "read" in this.#source ? this.#source.summary.total : this.#source.kept.length;
    return Math.max(this.#planned, held);
  }

  /** What the results add up to: times in milliseconds, costs in US dollars, rates per second, shares from 0 to 1. */
  get summary(): Summary {
    this.#summary ??= this.calculateSummary();
    return this.#summary;
  }

  [Symbol.iterator](): Iterator<TestResult> {
    return this.results[Symbol.iterator]();
  }

  /**
   * Adds a copy of a result. Add results in the order in which they ended, since the confidence intervals allow for
   * neighbours being alike. Throws `BenchError("usage")` for a result that is none, that is of another target, or whose
   * (target, test_id, sample) is there already, and on the results of a run, which are those of its journal.
   *
   * @example
   * const partial = await BenchmarkResults.loadJson("./results/results.json");
   * const { dataset_name, provider_name, target, model } = partial;
   * const failed = BenchmarkResults.create({ dataset_name, provider_name, target, model });
   * for (const result of partial.results) if (result.status !== "success") failed.addResult(result);
   */
  addResult(result: TestResult): void {
    if ("read" in this.#source) {
      throw new BenchError("usage", `the results of ${this.target} are those of a run: none can be added`, {
        hint: "BenchmarkResults.merge([results]) makes a copy that takes more.",
      });
    }
    this.#keep(requireResult(result));
  }

  /**
   * Counts and statistics of the results; every number is the one that `results.json` has for the same results.
   * Without results counts are 0 and the rest is null. Memory: some 60 bytes a result.
   *
   * @example
   * const results = await BenchmarkResults.loadJson("./results/results.json");
   * const { succeeded, attempted, ttft_ms } = results.calculateSummary();
   * console.log(`${succeeded} of ${attempted}, first token after ${ttft_ms.p50} ms at the median`);
   */
  calculateSummary(): Summary {
    if ("read" in this.#source) return this.#source.summary;
    const { kept } = this.#source;
    const builder = summaryBuilder({ bySegment: kept.some(({ segment }) => segment > 0) });
    for (const result of kept) builder.add(result);
    return builder.finish();
  }

  /**
   * One set of the results of partial runs of the same dataset against the same target, in memory, in the order in which
   * they ended. Runs that began at different times stay apart as segments, as those of a resumed run do, so that
   * throughput is over the time in which something was sent; merge all parts at once. Throws `BenchError("usage")` when
   * datasets, providers, targets or models differ, when a (target, test_id, sample) stands in two parts, and without
   * parts.
   *
   * @example
   * const first = await BenchmarkResults.loadJson("./monday/results.json");
   * const second = await BenchmarkResults.loadJson("./tuesday/results.json");
   * const whole = BenchmarkResults.merge([first, second]);
   * console.log(whole.summary.total);
   */
  static merge(parts: readonly BenchmarkResults[]): BenchmarkResults {
    const isList = Array.isArray(parts) && parts.every((part) => part instanceof BenchmarkResults);
    if (!isList) throw notWanted("BenchmarkResults.merge", "a list of BenchmarkResults", parts);
    const { head, results } = mergedParts(parts);
    return BenchmarkResults.#keeping(head, results);
  }

  /**
   * Writes the set to a file of its own, whole or not at all: an older file of that name stays until the new one is
   * complete and synced. Throws `BenchError("output")` when it cannot be written.
   *
   * @example
   * const results = await BenchmarkResults.loadJson("./results/results.json", { target: "openai:gpt-4o-mini" });
   * await results.saveJson("./gpt-4o-mini.json");
   */
  async saveJson(path: string): Promise<void> {
    if (typeof path !== "string" || path === "") throw notWanted("saveJson", "a path", path);
    await answering(async () => saveWhole(path, savedResultsJson(this.#head(), this.results, this.summary)));
  }

  /**
   * Reads what `saveJson` wrote, or one target of a run's `results.json`: `target` says which, where it has several.
   * The summary is calculated anew from the results. Throws `BenchError("usage")` that says what is wrong and where: the
   * file is missing, damaged, of another kind, larger than `maxBytes` (256 MiB unless given; a larger one takes several
   * times its size in memory), or it has no such target.
   *
   * @example
   * const results = await BenchmarkResults.loadJson("./results/results.json", { target: "openai:gpt-4o-mini" });
   * console.log(results.summary.total_cost_usd);
   */
  static async loadJson(path: string, options: LoadResultsOptions = {}): Promise<BenchmarkResults> {
    if (typeof path !== "string" || path === "") throw notWanted("BenchmarkResults.loadJson", "a path", path);
    checkOptions("BenchmarkResults.loadJson's options", loadOptionsSchema, options);
    const record = await answering(() => readSavedResults(path, options));
    return BenchmarkResults.#keeping(record, record.results);
  }

  /**
   * The set as one record, an entry of `results.json`'s `providers`; what `JSON.stringify` writes. Holds every result in
   * memory.
   *
   * @example
   * const results = await BenchmarkResults.loadJson("./results/results.json");
   * console.log(JSON.stringify(results, null, 2));
   */
  toJSON(): BenchmarkResultsRecord {
    const { timestamp, ...first } = this.#head();
    return { ...first, results: [...this.results], timestamp, summary: this.summary };
  }

  static #keeping(head: ResultsHead, results: readonly TestResult[]): BenchmarkResults {
    const set = new BenchmarkResults(head, { kept: [], keys: new Set() });
    for (const result of results) set.#keep(result);
    return set;
  }

  #head(): ResultsHead {
    const { dataset_name, provider_name, target, model, total_tests, timestamp } = this;
    return { dataset_name, provider_name, target, model, total_tests, timestamp };
  }

  #keep(result: TestResult): void {
    if ("read" in this.#source) return;
    const { kept, keys } = this.#source;
    const named = `the result of ${result.test_id}, sample ${result.sample}`;
    if (result.target !== this.target) {
      throw new BenchError("usage", `${named}, is of ${result.target}, and these are the results of ${this.target}`, {
        hint: "Keep one BenchmarkResults for each target.",
      });
    }
    const key = resultKey(result);
    if (keys.has(key)) {
      throw new BenchError("usage", `${named}, of ${result.target} is there already`, {
        hint: "A case of a target has one result: leave one of the two out, or give it another sample number.",
      });
    }
    keys.add(key);
    kept.push(result);
    this.#summary = null;
  }
}

/** A copy of a result as its schema has it; throws `BenchError("usage")` for what is none. */
export function requireResult(result: unknown): TestResult {
  const checked = testResultSchema.safeParse(result);
  if (checked.success) return checked.data;
  const [issue] = checked.error.issues;
  const where = issue === undefined || issue.path.length === 0 ? "" : `${issue.path.join(".")}: `;
  throw new BenchError("usage", `this is no test result: ${where}${issue?.message ?? ""}`, {
    hint: "docs/output-files.md says what a result has (results.jsonl).",
  });
}
