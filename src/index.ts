/** The public API: everything else is internal and may change. */
export {
  BenchmarkRunner,
  type BenchmarkRun,
  type BenchmarkRunnerConfig,
  type BenchmarkRunOptions,
  type RunResults,
} from "./library/benchmark-runner.ts";
export { BenchmarkResults, type BenchmarkResultsInit } from "./library/benchmark-results.ts";
export { CsvExporter } from "./library/csv-exporter.ts";
export type { LoadShape } from "./benchmark/plan.ts";
export { providers, type ApiTargetOptions } from "./library/providers.ts";
export type { TargetOptions } from "./benchmark/target-of.ts";
export type { LoadResultsOptions } from "./benchmark/saved-results.ts";
export type { BenchTarget, PricedTarget } from "./benchmark/targets.ts";
export type { PresetName } from "./config/presets.ts";
export type { ApiType } from "./core/api-type.ts";
export type { Bridge } from "./core/bridge.ts";
export type { Clock, Millis, Timer } from "./core/clock.ts";
export { BenchError, type BenchErrorCode } from "./core/errors.ts";
export { failure, FAILURE_CODES, type Failure, type FailureCode } from "./core/failure.ts";
export type { Network, ProxyServer } from "./core/network.ts";
export type { PartLimits } from "./core/part-limits.ts";
export type { Attempt, AttemptObserver, Call, Channel, Instants, PriceOf, Provider } from "./core/provider.ts";
export type { ModelRequest, RequestParameters, ResponseFormat, ToolChoice, ToolDefinition } from "./core/request.ts";
export type { ModelResponse, Usage } from "./core/response.ts";
export type { TestResult, Timing } from "./core/result.ts";
export type { BenchmarkResultsRecord, Manifest, ResultsFile } from "./core/run.ts";
export type { RunEvent, RunObserver } from "./core/run-events.ts";
export type { Comparison, Stats, Summary, Validity } from "./core/summary.ts";
export { Dataset, type DatasetInit, type DatasetLoadOptions } from "./library/dataset.ts";
export { TestCase } from "./library/test-case.ts";
export { WrittenNumber } from "./core/written-number.ts";
export type { AiSdkModel } from "./providers/bridges/ai-sdk.ts";
export { ProviderError, type Generated, type GenerateContext } from "./providers/custom.ts";
export type { TokenPrices } from "./providers/prices.ts";
export type { CsvOptions } from "./reports/csv.ts";
export { spawnSimulator, type SpawnedSimulator } from "./simulator/spawn.ts";
export type { SimulatorOptions } from "./simulator/options.ts";
