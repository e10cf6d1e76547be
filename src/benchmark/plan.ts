import type { Millis } from "../core/clock.ts";
import type { Dataset } from "../core/dataset.ts";
import type { PartLimits } from "../core/part-limits.ts";
import type { RequestParameters } from "../core/request.ts";
import type { Slo } from "../core/slo.ts";
import type { ARRIVALS, ORDERS, Synthetic } from "../core/run.ts";
import type { BenchTarget, PricedTarget } from "./targets.ts";

/** What is to be sent. */
export interface BenchmarkPlan<Target extends PricedTarget = BenchTarget> {
  readonly dataset: Dataset;
  readonly targets: readonly Target[];
  readonly category: string | null;
  readonly limit: number | null;
  /** Passes over the cases; a load with a duration or a number of requests makes as many as it needs. */
  readonly repeat: number;
  readonly seed: string | null;
  readonly stream: boolean;
  /** From flags. */
  readonly parameters: RequestParameters;
  /** Slots of each level of a sweep; null for none. Each level sends every case anew. */
  readonly levels: readonly number[] | null;
  /** The most slots that a search for the highest concurrency may try; null for no search. It needs one target. */
  readonly searchUpTo: number | null;
  /** What the dataset was made from; null when it was read. */
  readonly synthetic: Synthetic | null;
}

/** How it is to be sent. Null leaves it to the target's configuration, then to the default. */
export interface BenchmarkLoad extends LoadShape {
  readonly timeoutMs: Millis | null;
  readonly partLimits: PartLimits;
  readonly retries: number | null;
  readonly delayMs: Millis;
  readonly failFast: boolean;
  readonly saveResponses: boolean;
}

/** When requests leave, and when no more do. */
export interface LoadShape {
  /** Slots of each target in a closed loop; a ramp or a sweep has its own. */
  readonly concurrency: number;
  /** Requests per second for each target; null for a closed loop. */
  readonly rate: number | null;
  readonly arrival: (typeof ARRIVALS)[number];
  /** The most that may be in flight to a target in an open loop; null for any number. */
  readonly maxInFlight: number | null;
  readonly ramp: { readonly from: number; readonly to: number; readonly overMs: Millis } | null;
  /** Sending ends after this time, of each level in a sweep; the cases come again and again until then. */
  readonly durationMs: Millis | null;
  /** Requests to each target, in each level of a sweep. */
  readonly maxRequests: number | null;
  /** The most that each target is sent in any minute, over its configuration; null leaves it to that. */
  readonly requestsPerMinute: number | null;
  readonly tokensPerMinute: number | null;
  /** Closed loop: more and more in flight until the first 429; `concurrency` is where it begins. */
  readonly adaptive: boolean;
  /** How the targets share the time. */
  readonly order: (typeof ORDERS)[number];
  /** Failed cases, over all targets, after which nothing more is sent. */
  readonly maxErrors: number | null;
  /** US dollars that the whole run may cost. */
  readonly budgetUsd: number | null;
  /** Requests to each target before those that count. */
  readonly warmup: number;
  /** What p95 of the duration a sweep holds its levels against; null for none. */
  readonly p95LimitMs: Millis | null;
  /** What each request is held against; null for nothing. */
  readonly slo: Slo | null;
}

/** A closed loop that sends every case as often as the plan says. */
export const PLAIN_LOAD: LoadShape = {
  concurrency: 5,
  rate: null,
  arrival: "constant",
  maxInFlight: null,
  ramp: null,
  durationMs: null,
  maxRequests: null,
  requestsPerMinute: null,
  tokensPerMinute: null,
  adaptive: false,
  order: "side_by_side",
  maxErrors: null,
  budgetUsd: null,
  warmup: 0,
  p95LimitMs: null,
  slo: null,
};
