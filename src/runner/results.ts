import { statusOf } from "../core/failure.ts";
import type { Attempt } from "../core/provider.ts";
import type { TestResult } from "../core/result.ts";
import { soundResult } from "../core/sound-record.ts";
import { costOfUsage } from "./cost.ts";
import type { RunTarget } from "./target.ts";
import { NO_TIMING, timingOf, type CaseInstants } from "./timing.ts";
import type { WorkItem } from "./work.ts";
import { carriedNothing } from "../core/unread-answers.ts";

/** Where in the run a case was sent. */
export interface Place {
  readonly segment: number;
  /** Slots of the sweep's level; null outside a sweep. */
  readonly level: number | null;
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
  // One literal: members after a spread are added one by one, which takes V8 25 µs for so many.
  const result: TestResult = {
    v: 1,
    target: target.label,
    provider: target.provider.name,
    model: history.model,
    test_id: item.testCase.id,
    sample: item.sample,
    category: item.testCase.category ?? null,
    segment: history.place.segment,
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
  return recordOf(result, history.place);
}

/** The record as it may be written. What only some records have comes last. */
function recordOf(result: TestResult, { level }: Place): TestResult {
  if (level !== null) result.level = level;
  // Said here, since `--no-save-responses` leaves no answer to look at.
  if (result.response !== null && carriedNothing(result.response)) result.nothing_understood = true;
  return soundResult(result);
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
  const result: TestResult = {
    v: 1,
    target: target.label,
    provider: target.provider.name,
    model: target.modelFor(item.testCase),
    test_id: item.testCase.id,
    sample: item.sample,
    category: item.testCase.category ?? null,
    segment: why.place.segment,
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
  return recordOf(result, why.place);
}
