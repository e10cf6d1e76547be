import { systemClock, type Clock } from "../core/clock.ts";
import type { Dataset } from "../core/dataset.ts";
import { BenchError } from "../core/errors.ts";
import { NO_PART_LIMITS, type PartLimits } from "../core/part-limits.ts";
import type { RequestParameters } from "../core/request.ts";
import type { TestResult } from "../core/result.ts";
import type { Manifest } from "../core/run.ts";
import type { RunObserver } from "../core/run-events.ts";
import { maskFor } from "../core/secrets.ts";
import { headerSecrets } from "../benchmark/secrets-of.ts";
import type { Comparison, Summary, Validity } from "../core/summary.ts";
import { warmUp } from "../providers/warm-up.ts";
import { headOf } from "../reports/json.ts";
import { runBenchmark } from "../benchmark/bench.ts";
import { checkLoad, together } from "../benchmark/check-load.ts";
import type { BenchmarkOutcome } from "../benchmark/options.ts";
import { BenchmarkResults } from "./benchmark-results.ts";
import { checkOptions } from "./check-call.ts";
import { answering, LOAD_OPTIONS } from "./option-words.ts";
import { checkTarget } from "./check-target.ts";
import { configTaken, givenIn, runnerConfigSchema, runOptionsSchema } from "./runner-options.ts";
import { takenDataset } from "./taken-dataset.ts";
import { journalled } from "./journalled.ts";
import { guarded } from "./watchers.ts";
import { PLAIN_LOAD, type BenchmarkLoad, type LoadShape } from "../benchmark/plan.ts";
import type { BenchTarget } from "../benchmark/targets.ts";
import { toolVersion } from "../benchmark/version.ts";

/** How a library run is made; everything but the directory has a default. */
export interface BenchmarkRunnerConfig {
  /** The run directory; it must not hold a run unless `resume` or `force` is set. */
  readonly directory: string;
  /** Goes on with the run in the directory; what has a result is not sent again. */
  readonly resume?: boolean;
  /** With `resume`: sends the cases that failed again as well; the later result of each counts. */
  readonly retryFailed?: boolean;
  /** Moves a run that is in the directory aside. */
  readonly force?: boolean;
  /** Requests in flight for each target; 5 unless given. */
  readonly concurrency?: number;
  /** Limit of one attempt, in milliseconds; 60 000 unless given. */
  readonly timeoutMs?: number;
  /** Further attempts after a failure that may pass; 3 unless given. */
  readonly retries?: number;
  /** Pause of each slot between two cases, in milliseconds. */
  readonly delayMs?: number;
  /** Sends nothing more after the first case that fails. */
  readonly failFast?: boolean;
  /** Whether answers are kept; true unless given. */
  readonly saveResponses?: boolean;
  /** Whether answers are streamed, which times to the first token need; true unless given. */
  readonly stream?: boolean;
  /** Only the cases of this category. */
  readonly category?: string;
  /** At most this many cases. */
  readonly limit?: number;
  /** How often each case is sent; once unless given. */
  readonly repeat?: number;
  /** Shuffles the cases, each pass anew; the file's order unless given. */
  readonly seed?: string;
  /** They rule over those of targets, cases and dataset. */
  readonly parameters?: RequestParameters;
  /** Limits of connecting, of the first output and of pauses between outputs, in milliseconds. */
  readonly partLimits?: Partial<PartLimits>;
  /** When requests leave, and when no more do; a closed loop through every case unless given. */
  readonly load?: Partial<LoadShape>;
  /** Slots of each level of a sweep. */
  readonly levels?: readonly number[];
  /** Searches for the highest concurrency up to this one that keeps `load.slo`; needs one target. */
  readonly searchUpTo?: number;
  /** Which of `results.json` and `results.csv` are written at the end; both unless given. `summary.md` always is. */
  readonly exports?: "json" | "csv" | "both" | "none";
  /** Texts to take out of everything that is written, besides the targets' own keys. */
  readonly secrets?: readonly string[];
  /** The system's unless given. */
  readonly clock?: Clock;
}

/** Who watches a library run, and what stops it. */
export interface BenchmarkRunOptions {
  /** Stops sending when aborted; what is in flight ends, and the run can be resumed. */
  readonly signal?: AbortSignal;
  /** Hears of every step while the run goes; must return at once. */
  readonly onEvent?: RunObserver;
  /** Hears of what is odd but stops nothing. */
  readonly onWarning?: (message: string) => void;
}

/** What a library run found. */
export interface BenchmarkRun {
  /** Absolute path of the run directory. */
  readonly directory: string;
  /** What was run, how, where and when: `run.json`. */
  readonly manifest: Manifest;
  /** One set of results for each target, in the order in which they were given. */
  readonly targets: readonly BenchmarkResults[];
  /** By target. */
  readonly summaries: ReadonlyMap<string, Summary>;
  /** Each pair of targets, over the cases that both answered. */
  readonly comparison: readonly Comparison[];
  /** Whether this client was fast enough to be believed. */
  readonly validity: Validity;
  /**
   * Every result of every target, read from the journal; each call begins a pass of its own. A pass throws
   * `BenchError("resume")` when the directory is gone or holds another run by now, and at its end when results have been
   * lost since the run.
   */
  results(): Iterable<TestResult>;
}

/** The results of a run's only target, with what is known of the run. */
export interface RunResults extends BenchmarkResults, Pick<BenchmarkRun, "directory" | "manifest" | "validity"> {}

/**
 * Runs a dataset against targets, as `llm-test-bench bench` does, and keeps everything in a run directory.
 *
 * @example
 * const dataset = await Dataset.load("coding-tasks");
 * const target = await providers.openai({ apiKey: process.env["OPENAI_API_KEY"] ?? null, model: "gpt-4o-mini" });
 * const results = await new BenchmarkRunner({ directory: "./results", concurrency: 10 }).run(dataset, target);
 * console.log(results.summary.success_rate, results.validity.verdict);
 */
export class BenchmarkRunner {
  readonly #config: BenchmarkRunnerConfig;

  /** Nothing is opened, checked or sent before `run`. */
  constructor(config: BenchmarkRunnerConfig) {
    this.#config = config;
  }

  /**
   * Runs a dataset against one target, or against several at the same time. Resolves when every case has ended, or when
   * `signal` has stopped the run and what was in flight has ended; a case that failed is a result, not an error.
   * Throws `BenchError` before anything is sent, as the command would end with one: "usage" (an option that there is not,
   * a load that contradicts itself, the directory holds a run, two targets of one name), "dataset", "resume", "locked",
   * "output". An error that `onEvent` or `onWarning` throws, or rejects with before the run ends, stops the run as `signal`
   * does and is thrown at its end. The options are copied; a `Dataset` of your own making is checked case by case.
   *
   * @example
   * const dataset = await Dataset.load("coding-tasks");
   * const simulator = await spawnSimulator({});
   * const targets = ["fast", "slow"].map((model) => providers.sim({ url: simulator.url, model }));
   * const run = await new BenchmarkRunner({ directory: "./results" }).run(dataset, targets, {
   *   signal: AbortSignal.timeout(60_000),
   *   onEvent: (event) => event.type === "case_finished" && console.log(event.result.test_id),
   * });
   * for (const { target, summary } of run.targets) console.log(target, summary.duration_ms.p95);
   * await simulator.close();
   */
  run(dataset: Dataset, target: BenchTarget, options?: BenchmarkRunOptions): Promise<RunResults>;
  run(dataset: Dataset, targets: readonly BenchTarget[], options?: BenchmarkRunOptions): Promise<BenchmarkRun>;
  async run(
    dataset: Dataset,
    targets: BenchTarget | readonly BenchTarget[],
    options: BenchmarkRunOptions = {},
  ): Promise<RunResults | BenchmarkRun> {
    const list = checkCall(this.#config, targets, options);
    const taken = takenDataset(dataset);
    const config = configTaken(this.#config);
    const run = await answering(() => runOf(config, taken, list, options));
    if (Array.isArray(targets)) return run;
    const { directory, manifest, validity } = run;
    const [results] = run.targets;
    if (results === undefined) throw new BenchError("output", `${directory} has lost the record of its target`);
    return Object.assign(results, { directory, manifest, validity });
  }
}

/** Finds what is wrong with a call before anything is opened; throws `BenchError("usage")`. Returns the targets. */
function checkCall(
  config: BenchmarkRunnerConfig,
  targets: BenchTarget | readonly BenchTarget[],
  options: BenchmarkRunOptions,
): readonly BenchTarget[] {
  checkOptions("new BenchmarkRunner", runnerConfigSchema, config);
  checkOptions("run's options", runOptionsSchema, options);
  const { resume, retryFailed, force, concurrency, load } = config;
  if (resume === true && force === true) {
    throw together("resume", "force", { hint: "resume resumes the run that is there, force moves it aside." });
  }
  if (retryFailed === true && resume !== true) {
    throw new BenchError("usage", "retryFailed needs resume: it sends the failed cases of an earlier run again");
  }
  if (concurrency !== undefined && load?.concurrency !== undefined && concurrency !== load.concurrency) {
    throw together("concurrency", "load.concurrency", { hint: "They are the same setting. Leave one out." });
  }
  const list: readonly BenchTarget[] = Array.isArray(targets) ? Array.from(targets) : [targets];
  for (const [index, target] of list.entries()) {
    checkTarget(Array.isArray(targets) ? `run's targets[${index}]` : "run's target", target);
  }
  checkLoad(
    givenIn(config),
    {
      rate: load?.rate ?? null,
      adaptive: load?.adaptive ?? false,
      slo: load?.slo ?? null,
      stream: config.stream ?? true,
      targets: list.length,
    },
    LOAD_OPTIONS,
  );
  return list;
}

async function runOf(
  config: BenchmarkRunnerConfig,
  dataset: Dataset,
  list: readonly BenchTarget[],
  options: BenchmarkRunOptions,
): Promise<BenchmarkRun> {
  const clock = config.clock ?? systemClock;
  await warmUp(clock);
  const watchers = guarded(options);
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
      levels: config.levels ?? null,
      searchUpTo: config.searchUpTo ?? null,
      synthetic: null,
    },
    loadIn(config),
    {
      directory: config.directory,
      mode: config.force === true ? "force" : config.resume === true ? "resume" : "new",
      retryFailed: config.retryFailed === true,
      exports: {
        json: config.exports !== "csv" && config.exports !== "none",
        csv: config.exports !== "json" && config.exports !== "none" ? {} : null,
      },
      clock,
      mask: maskFor([
        ...(config.secrets ?? []),
        ...list.flatMap(({ secrets }) => secrets),
        ...headerSecrets(config.parameters?.headers),
      ]),
      toolVersion: toolVersion(),
      stop: watchers.stop,
      abandon: new AbortController().signal,
      observe: watchers.observe,
      warn: watchers.warn,
    },
  );
  watchers.rethrow();
  return runFound(outcome);
}

function loadIn({ load = {}, ...config }: BenchmarkRunnerConfig): BenchmarkLoad {
  const given = Object.fromEntries(Object.entries(load).filter(([, value]) => value !== undefined));
  return {
    ...PLAIN_LOAD,
    ...given,
    concurrency: config.concurrency ?? load.concurrency ?? PLAIN_LOAD.concurrency,
    // A ramp alone lasts as long as it rises, as on the command line.
    durationMs: load.durationMs ?? ((load.maxRequests ?? null) === null ? (load.ramp?.overMs ?? null) : null),
    partLimits: { ...NO_PART_LIMITS, ...config.partLimits },
    timeoutMs: config.timeoutMs ?? null,
    retries: config.retries ?? null,
    delayMs: config.delayMs ?? 0,
    failFast: config.failFast ?? false,
    saveResponses: config.saveResponses ?? true,
  };
}

function runFound({ directory, findings }: BenchmarkOutcome): BenchmarkRun {
  const { manifest, summaries, comparison, validity } = findings;
  const targets = [...summaries].map(([target, summary]) =>
    BenchmarkResults.ofRun(
      headOf(manifest, target, summary.total),
      journalled({ directory, runId: manifest.id, target, total: summary.total }),
      summary,
    ),
  );
  const total = [...summaries.values()].reduce((sum, summary) => sum + summary.total, 0);
  const results = (): Iterable<TestResult> => journalled({ directory, runId: manifest.id, target: null, total });
  return { directory, manifest, targets, summaries, comparison, validity, results };
}
