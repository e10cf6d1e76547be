import type { Failure } from "../core/failure.ts";
import { makeAttempt, type CaseContext } from "./case-run.ts";
import type { Budget } from "./budget.ts";
import { chargeOf } from "./budget.ts";
import type { ChannelPool } from "./channel-pool.ts";
import { costOfUsage } from "./cost.ts";
import type { Gate } from "./gate.ts";
import type { RunTarget } from "./target.ts";
import type { Turnstile } from "./turnstile.ts";
import type { WorkItem } from "./work.ts";

/** Requests that do not count, so that those which do meet open connections and a server that is awake. */
export interface WarmUp {
  readonly requests: number;
  /** The most of them in flight at once, for each target. */
  readonly slots: number;
  readonly work: (target: RunTarget) => AsyncIterable<WorkItem>;
}

/** What a warm-up failed with, if it did. */
export interface WarmUpFailures {
  readonly target: string;
  readonly failed: number;
  readonly last: Failure;
}

/**
 * Warms up one target; leaves its connections in the pool. Each request is made once and recorded nowhere; a budget
 * counts it. Ends early when the run is stopped or the budget has nothing left for it.
 */
export async function warmUp(
  target: RunTarget,
  pool: ChannelPool,
  { requests, slots, work }: WarmUp,
  context: Pick<CaseContext, "clock" | "abandon" | "warned"> & {
    readonly budget: Budget | null;
    readonly gate: Gate;
    readonly turnstile: Turnstile;
  },
): Promise<WarmUpFailures | null> {
  const items = work(target)[Symbol.asyncIterator]();
  const failures: Failure[] = [];
  let begun = 0;
  const one = async (n: number, item: WorkItem): Promise<void> => {
    const request = target.toRequest(item.testCase);
    const highest = target.highestCostOf(request) ?? Infinity;
    const hold = context.budget?.hold(highest) ?? null;
    if (context.budget !== null && hold === null) return;
    const passing = context.turnstile.enter(request, context.gate.signal, () => {});
    const pass = passing instanceof Promise ? await passing : passing;
    if (pass === null) return hold?.release();
    const channel = pool.take();
    const call = { request, test_id: `warm-up ${n}`, sample: 0, attempt: 0 };
    const attempt = await makeAttempt(target, channel, call, item, { ...context, keepRaw: false });
    context.turnstile.ended(pass, attempt);
    hold?.charge(chargeOf(attempt, (usage) => costOfUsage(target, request.model, usage), highest));
    hold?.release();
    pool.give(channel);
    if (!attempt.outcome.ok) failures.push(attempt.outcome.failure);
  };
  const slot = async (): Promise<void> => {
    while (begun < requests && context.gate.closed === null) {
      const n = begun++;
      const next = await items.next();
      if (next.done === true) return;
      await one(n, next.value);
    }
  };
  await Promise.all(Array.from({ length: Math.min(slots, requests) }, slot));
  await items.return?.();
  const last = failures.at(-1);
  return last === undefined ? null : { target: target.label, failed: failures.length, last };
}
