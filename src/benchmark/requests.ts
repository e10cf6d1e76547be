import type { Millis } from "../core/clock.ts";
import type { TestCase } from "../core/dataset.ts";
import { parseDuration } from "../core/duration.ts";
import type { ModelRequest, RequestParameters } from "../core/request.ts";
import { renderCase } from "../datasets/render.ts";
import type { Timeouts } from "../runner/deadlines.ts";
import type { PartLimits } from "../core/part-limits.ts";
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
  /** Whether the prompts are made, so that answers may be of any content as long as they have their length. */
  readonly synthetic: boolean;
}

/** The model a case is sent to. */
export function modelFor(testCase: TestCase, target: PricedTarget, caseModels: boolean): string {
  return (caseModels ? testCase.config?.model : undefined) ?? target.model;
}

/** The request of a case for a target: flags over the case's `config`, over the target's, over the dataset's. */
export function requestFor(testCase: TestCase, target: PricedTarget, sources: RequestSources): ModelRequest {
  const { model: _model, timeout: _timeout, ...own } = testCase.config ?? {};
  const { parameters, defaults } = sources;
  const { prompt, messages, system } = renderCase(testCase, { ...defaults, ...target.parameters });
  const merged = { ...defaults, ...target.parameters, ...own, ...parameters };
  const systemText = parameters.system ?? system;
  return {
    ...merged,
    ...(systemText === undefined ? {} : { system: systemText }),
    model: modelFor(testCase, target, sources.caseModels),
    prompt,
    ...(messages === undefined ? {} : { messages }),
    stream: sources.stream,
    ...(sources.synthetic && target.ignoreEos ? { ignore_eos: true } : {}),
  };
}

/** How long a connection may take where nobody said, in milliseconds; the total limit applies where it is shorter. */
const CONNECT_MS = 10_000;

/**
 * The time limits of a case: the flag over the case's `config` (which has the total one only), over the target's, over
 * the defaults: 60 s in all, of which 10 s to connect.
 */
export function timeoutsFor(
  testCase: TestCase,
  target: PricedTarget,
  flags: { readonly timeoutMs: Millis | null; readonly partLimits: PartLimits },
): Timeouts {
  const own = testCase.config?.timeout;
  const ofCase = own === undefined ? null : parseDuration(own);
  const totalMs = flags.timeoutMs ?? ofCase ?? target.timeoutMs ?? DEFAULT_TIMEOUT_MS;
  const [first, second] = [flags.partLimits, target.partLimits];
  return {
    connectMs: first.connectMs ?? second.connectMs ?? Math.min(CONNECT_MS, totalMs),
    firstTokenMs: first.firstTokenMs ?? second.firstTokenMs,
    idleMs: first.idleMs ?? second.idleMs,
    totalMs,
  };
}

export const DEFAULT_TIMEOUT_MS = 60_000;
