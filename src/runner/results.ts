import { statusOf } from "../core/failure.ts";
import type { Attempt } from "../core/provider.ts";
import type { TestResult } from "../core/result.ts";
import { costOfUsage } from "./cost.ts";
import type { RunTarget } from "./target.ts";
import { NO_TIMING, timingOf, type CaseInstants } from "./timing.ts";
import type { WorkItem } from "./work.ts";

/** Where in the run a case was sent. */
export interface Place {
  readonly segment: number;
  /** Slots of the sweep's level; null outside a sweep. */
  readonly level: number | null;
}

type Identity = Pick<
  TestResult,
  "v" | "target" | "provider" | "model" | "test_id" | "sample" | "category" | "segment" | "level"
>;

function identityOf(
  target: RunTarget,
  { testCase, sample }: WorkItem,
  model: string,
  { segment, level }: Place,
): Identity {
  return {
    v: 1,
    target: target.label,
    provider: target.provider.name,
    model,
    test_id: testCase.id,
    sample,
    category: testCase.category ?? null,
    segment,
    ...(level === null ? {} : { level }),
  };
}

/** How the attempts of one case went. */
export interface CaseHistory {
  readonly last: Attempt;
  /** The model that was asked for. */
  readonly model: string;
  /** Those that met a stale connection are not among them. */
  readonly attempts: number;
  readonly around: CaseInstants;
  /** What failed attempts are known to have cost, in US dollars. */
  readonly failedCostUsd: number;
  readonly place: Place;
  /** Wall time at the end. */
  readonly timestamp: string;
}

/** The record of a case whose attempts are over. */
export function resultOf(target: RunTarget, item: WorkItem, history: CaseHistory): TestResult {
  const { last, around } = history;
  const { outcome, instants } = last;
  const usage = outcome.ok ? outcome.response.usage : outcome.usage;
  const ownCost = costOfUsage(target, history.model, usage);
  const manyPerRead = last.deltasPerRead.some((deltas) => deltas > 1);
  return {
    ...identityOf(target, item, history.model, history.place),
    status: outcome.ok ? "success" : statusOf(outcome.failure.code),
    response: outcome.ok ? outcome.response : null,
    error: outcome.ok
      ? null
      : { code: outcome.failure.code, message: outcome.failure.message, http_status: outcome.failure.http_status },
    attempts: history.attempts,
    duration_ms: outcome.ok && instants.sent !== null ? Math.max(0, instants.done - instants.sent) : null,
    timing: timingOf(last, usage, around),
    icl_ms: outcome.ok && last.gapsMs.length > 0 ? [...last.gapsMs] : null,
    deltas_per_read: outcome.ok && manyPerRead ? [...last.deltasPerRead] : null,
    cost_usd: costOf(ownCost, history.failedCostUsd, outcome.ok),
    scores: {},
    request_id: last.requestId,
    system_fingerprint: last.systemFingerprint,
    timestamp: history.timestamp,
  };
}

/** An answer of unknown cost makes the whole cost unknown; a failed attempt of unknown cost is taken for unbilled. */
function costOf(own: number | null, failedCostUsd: number, answered: boolean): number | null {
  if (own === null) return answered || failedCostUsd === 0 ? null : failedCostUsd;
  return own + failedCostUsd;
}

/** The record of a case that will not be sent, with the reason in words. */
export function skippedResult(
  target: RunTarget,
  item: WorkItem,
  why: { message: string; place: Place; timestamp: string },
): TestResult {
  return {
    ...identityOf(target, item, target.modelFor(item.testCase), why.place),
    status: "skipped",
    response: null,
    error: { code: null, message: why.message, http_status: null },
    attempts: 0,
    duration_ms: null,
    timing: NO_TIMING,
    icl_ms: null,
    deltas_per_read: null,
    cost_usd: null,
    scores: {},
    request_id: null,
    system_fingerprint: null,
    timestamp: why.timestamp,
  };
}
