import type { TestCase } from "../core/dataset.ts";
import { parseDuration } from "../core/duration.ts";
import type { ModelRequest, RequestParameters } from "../core/request.ts";
import { renderCase } from "../datasets/render.ts";
import type { Timeouts } from "../runner/deadlines.ts";
import type { PricedTarget } from "./targets.ts";

/** Where requests get their parameters besides the case and the target. */
export interface RequestSources {
  /** From flags: they rule over everything. */
  readonly parameters: RequestParameters;
  readonly stream: boolean;
  /** The dataset's. */
  readonly defaults: RequestParameters;
  /** Whether a case's own `config.model` holds: only when the run has one target. */
  readonly caseModels: boolean;
}

/** The model a case is sent to. */
export function modelFor(testCase: TestCase, target: PricedTarget, caseModels: boolean): string {
  return (caseModels ? testCase.config?.model : undefined) ?? target.model;
}

/** The request of a case for a target: flags over the case's `config`, over the target's, over the dataset's. */
export function requestFor(testCase: TestCase, target: PricedTarget, sources: RequestSources): ModelRequest {
  const { model: _model, timeout: _timeout, ...own } = testCase.config ?? {};
  const { parameters, defaults } = sources;
  const { prompt, system } = renderCase(testCase, { ...defaults, ...target.parameters });
  const merged = { ...defaults, ...target.parameters, ...own, ...parameters };
  const systemText = parameters.system ?? system;
  return {
    ...merged,
    ...(systemText === undefined ? {} : { system: systemText }),
    model: modelFor(testCase, target, sources.caseModels),
    prompt,
    stream: sources.stream,
  };
}

/** How long a connection may take, in milliseconds; the total limit applies where it is shorter. */
const CONNECT_MS = 10_000;

/** The time limits of a case: the flag over the case's `config`, over the target's, over 60 s. */
export function timeoutsFor(testCase: TestCase, target: PricedTarget, flagMs: number | null): Timeouts {
  const own = testCase.config?.timeout;
  const totalMs = flagMs ?? (own === undefined ? null : parseDuration(own)) ?? target.timeoutMs ?? DEFAULT_TIMEOUT_MS;
  return { connectMs: Math.min(CONNECT_MS, totalMs), totalMs };
}

export const DEFAULT_TIMEOUT_MS = 60_000;
