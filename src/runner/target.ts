import type { TestCase } from "../core/dataset.ts";
import type { Provider } from "../core/provider.ts";
import type { OwnLimits } from "../core/rate-limits.ts";
import type { ModelRequest } from "../core/request.ts";
import type { Usage } from "../core/response.ts";
import type { Timeouts } from "./deadlines.ts";

/** Something to measure: a provider and how it is to be treated. */
export interface RunTarget {
  /** Stands in results as `target`. */
  readonly label: string;
  readonly provider: Provider;
  /** Never more in flight than this, whatever the load; null for no limit of its own. */
  readonly maxConcurrency: number | null;
  /** What it is sent per minute at most; no limit of its own unless given. */
  readonly limits?: OwnLimits;
  /** Further attempts after a failure that may pass. */
  readonly retries: number;
  /** US dollars for the usage of a model; null when price or usage is unknown. */
  priceOf(model: string, usage: Usage | null): number | null;
  /** The most that one attempt at a request can cost, in US dollars; null when that is unknown. */
  highestCostOf(request: ModelRequest): number | null;
  /** The model that a case is sent to. */
  modelFor(testCase: TestCase): string;
  /** The request for a case, rendered with everything that was asked for. */
  toRequest(testCase: TestCase): ModelRequest;
  timeoutsFor(testCase: TestCase): Timeouts;
}
