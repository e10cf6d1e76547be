import { NO_PART_LIMITS, type PartLimits } from "../core/part-limits.ts";
import type { Provider } from "../core/provider.ts";
import type { RequestParameters } from "../core/request.ts";
import { fixedPrices, type TokenPrices } from "../providers/prices.ts";
import type { BenchTarget } from "./targets.ts";

/** What every kind of target may be told. */
export interface TargetOptions {
  /** Stands in results as `target`; `provider:model` unless given. */
  readonly label?: string;
  readonly parameters?: RequestParameters;
  /** Limit of one attempt, in milliseconds. */
  readonly timeoutMs?: number;
  /** Limits of connecting, of the first output and of pauses between outputs, in milliseconds. */
  readonly partLimits?: Partial<PartLimits>;
  readonly retries?: number;
  readonly maxConcurrency?: number;
  /** The most that is sent in any minute: requests, and tokens of prompts and answers as far as they can be foreseen. */
  readonly requestsPerMinute?: number;
  readonly tokensPerMinute?: number;
  /** Whether the server knows `ignore_eos`; synthetic loads then get answers of exactly their limit. */
  readonly ignoreEos?: boolean;
  /** US dollars per million tokens; the published prices unless given. */
  readonly prices?: TokenPrices;
}

/** A provider with what is said of it, as a target. */
export function targetOf(
  provider: Provider,
  model: string,
  baseUrl: string | null,
  options: TargetOptions,
  priceOf: BenchTarget["priceOf"],
  secrets: readonly string[] = [],
): BenchTarget {
  return {
    label: options.label ?? `${provider.name}:${model}`,
    provider,
    model,
    baseUrl,
    parameters: options.parameters ?? {},
    timeoutMs: options.timeoutMs ?? null,
    partLimits: { ...NO_PART_LIMITS, ...options.partLimits },
    retries: options.retries ?? null,
    maxConcurrency: options.maxConcurrency ?? null,
    limits: {
      requestsPerMinute: options.requestsPerMinute ?? null,
      tokensPerMinute: options.tokensPerMinute ?? null,
    },
    ignoreEos: options.ignoreEos ?? false,
    priceOf: options.prices === undefined ? priceOf : fixedPrices(options.prices),
    secrets,
  };
}
