import type { TestCase } from "../core/dataset.ts";
import type { PriceOf, Provider } from "../core/provider.ts";
import type { ModelRequest } from "../core/request.ts";
import type { Timeouts } from "./deadlines.ts";

/** Something to measure: a provider, a model and how it is to be treated. */
export interface RunTarget {
  /** Stands in results as `target`. */
  readonly label: string;
  readonly provider: Provider;
  readonly model: string;
  readonly concurrency: number;
  /** Further attempts after a failure that may pass. */
  readonly retries: number;
  /** Null when the model's price is not known. */
  readonly priceOf: PriceOf | null;
  /** The request for a case, rendered with everything that was asked for. */
  toRequest(testCase: TestCase): ModelRequest;
  timeoutsFor(testCase: TestCase): Timeouts;
}
