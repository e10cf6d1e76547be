/** The public API: everything else is internal and may change. */
import type { Dataset as LoadedDataset } from "./core/dataset.ts";
import { loadDataset } from "./datasets/load.ts";

export { BenchmarkRunner, type BenchmarkRun, type BenchmarkRunnerConfig } from "./benchmark/benchmark-runner.ts";
export { providers, type ApiTargetOptions, type TargetOptions } from "./benchmark/providers.ts";
export type { BenchTarget } from "./benchmark/targets.ts";
export type { TestCase } from "./core/dataset.ts";
export { BenchError, type BenchErrorCode } from "./core/errors.ts";
export { failure, FAILURE_CODES, type Failure, type FailureCode } from "./core/failure.ts";
export type { Attempt, AttemptObserver, Call, Channel, Instants, Provider } from "./core/provider.ts";
export type { ModelRequest, RequestParameters } from "./core/request.ts";
export type { ModelResponse, Usage } from "./core/response.ts";
export type { TestResult, Timing } from "./core/result.ts";
export type { BenchmarkResults, Manifest, ResultsFile } from "./core/run.ts";
export type { RunEvent } from "./core/run-events.ts";
export type { Comparison, Stats, Summary, Validity } from "./core/summary.ts";
export { ProviderError, type Generated, type GenerateContext } from "./providers/custom.ts";
export { spawnSimulator, type SpawnedSimulator } from "./simulator/spawn.ts";
export type { SimulatorOptions } from "./simulator/options.ts";

/** A dataset that was read and found valid. */
export type Dataset = LoadedDataset;

/** Loads datasets. */
export const Dataset = {
  /**
   * Reads a dataset by path, or a built-in one by name. Throws `BenchError("dataset")` that tells everything wrong with
   * it, each with file, line and column.
   *
   * @example
   * const dataset = await Dataset.load("./datasets/coding-tasks.json");
   */
  load: (nameOrPath: string): Promise<LoadedDataset> => loadDataset(nameOrPath),
};
