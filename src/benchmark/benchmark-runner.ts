import { systemClock, type Clock } from "../core/clock.ts";
import type { Dataset } from "../core/dataset.ts";
import type { RequestParameters } from "../core/request.ts";
import type { TestResult } from "../core/result.ts";
import type { Manifest } from "../core/run.ts";
import type { RunObserver } from "../core/run-events.ts";
import { maskFor } from "../core/secrets.ts";
import type { Comparison, Summary, Validity } from "../core/summary.ts";
import { readRun } from "../journal/directory.ts";
import { warmUp } from "../providers/warm-up.ts";
import { runBenchmark } from "./bench.ts";
import type { BenchTarget } from "./targets.ts";
import { toolVersion } from "./version.ts";

/** How a library run is made; everything but the directory has a default. */
export interface BenchmarkRunnerConfig {
  /** The run directory; it must not hold a run unless `resume` or `force` is set. */
  readonly directory: string;
  readonly resume?: boolean;
  readonly force?: boolean;
  /** Requests in flight for each target; 5 unless given. */
  readonly concurrency?: number;
  /** Limit of one attempt, in milliseconds; 60 000 unless given. */
  readonly timeoutMs?: number;
  /** Further attempts after a failure that may pass; 3 unless given. */
  readonly retries?: number;
  /** Pause of each slot between two cases, in milliseconds. */
  readonly delayMs?: number;
  readonly failFast?: boolean;
  /** Whether answers are kept; true unless given. */
  readonly saveResponses?: boolean;
  readonly stream?: boolean;
  readonly category?: string;
  readonly limit?: number;
  readonly repeat?: number;
  readonly seed?: string;
  readonly parameters?: RequestParameters;
  /** Which of `results.json` and `results.csv` are written at the end; both unless given. `summary.md` always is. */
  readonly exports?: "json" | "csv" | "both" | "none";
  /** Texts to take out of everything that is written, besides the targets' own keys. */
  readonly secrets?: readonly string[];
  readonly clock?: Clock;
}

/** What a library run found. */
export interface BenchmarkRun {
  readonly directory: string;
  readonly manifest: Manifest;
  /** By target. */
  readonly summaries: ReadonlyMap<string, Summary>;
  readonly comparison: readonly Comparison[];
  readonly validity: Validity;
  /** Every result, read from the journal; each call begins a pass of its own. */
  results(): Iterable<TestResult>;
}

/**
 * Runs a dataset against targets, as `llm-test-bench bench` does, and keeps everything in a run directory.
 *
 * @example
 * const runner = new BenchmarkRunner({ directory: "./results" });
 * const run = await runner.run(await Dataset.load("coding-tasks"), await providers.openai({ apiKey }));
 */
export class BenchmarkRunner {
  readonly #config: BenchmarkRunnerConfig;

  constructor(config: BenchmarkRunnerConfig) {
    this.#config = config;
  }

  /**
   * Resolves when every case has ended, or when `signal` has stopped the run and what was in flight has ended.
   * Throws `BenchError` as the command would end with one.
   */
  async run(
    dataset: Dataset,
    targets: BenchTarget | readonly BenchTarget[],
    options: {
      readonly signal?: AbortSignal;
      readonly onEvent?: RunObserver;
      /** Hears of what is odd but stops nothing. */
      readonly onWarning?: (message: string) => void;
    } = {},
  ): Promise<BenchmarkRun> {
    const config = this.#config;
    const clock = config.clock ?? systemClock;
    const list = "provider" in targets ? [targets] : targets;
    await warmUp(clock);
    const outcome = await runBenchmark(
      {
        dataset,
        targets: list,
        category: config.category ?? null,
        limit: config.limit ?? null,
        repeat: config.repeat ?? 1,
        seed: config.seed ?? null,
        stream: config.stream ?? true,
        parameters: config.parameters ?? {},
      },
      {
        concurrency: config.concurrency ?? 5,
        timeoutMs: config.timeoutMs ?? null,
        retries: config.retries ?? null,
        delayMs: config.delayMs ?? 0,
        failFast: config.failFast ?? false,
        saveResponses: config.saveResponses ?? true,
      },
      {
        directory: config.directory,
        mode: config.force === true ? "force" : config.resume === true ? "resume" : "new",
        exports: {
          json: config.exports !== "csv" && config.exports !== "none",
          csv: config.exports !== "json" && config.exports !== "none" ? {} : null,
        },
        clock,
        mask: maskFor([...(config.secrets ?? []), ...list.flatMap(({ secrets }) => secrets)]),
        toolVersion: toolVersion(),
        stop: options.signal ?? new AbortController().signal,
        abandon: new AbortController().signal,
        observe: options.onEvent ?? (() => {}),
        warn: options.onWarning ?? (() => {}),
      },
    );
    const { directory, findings } = outcome;
    const { manifest, summaries, comparison, validity } = findings;
    return { directory, manifest, summaries, comparison, validity, results: () => readRun(directory).results() };
  }
}
