import type { Dataset } from "../core/dataset.ts";
import type { RequestParameters } from "../core/request.ts";
import type { BenchTarget, PricedTarget } from "./targets.ts";

/** What is to be sent. */
export interface BenchmarkPlan<Target extends PricedTarget = BenchTarget> {
  readonly dataset: Dataset;
  readonly targets: readonly Target[];
  readonly category: string | null;
  readonly limit: number | null;
  readonly repeat: number;
  readonly seed: string | null;
  readonly stream: boolean;
  /** From flags. */
  readonly parameters: RequestParameters;
}

/** How it is to be sent. Null leaves it to the target's configuration, then to the default. */
export interface BenchmarkLoad {
  readonly concurrency: number;
  readonly timeoutMs: number | null;
  readonly retries: number | null;
  readonly delayMs: number;
  readonly failFast: boolean;
  readonly saveResponses: boolean;
}
