import { sleep, type Clock, type Millis } from "../core/clock.ts";
import { failure, type Failure } from "../core/failure.ts";
import type { Journal } from "../core/journal.ts";
import type { Attempt, AttemptObserver, Channel } from "../core/provider.ts";
import type { ModelRequest } from "../core/request.ts";
import type { Usage } from "../core/response.ts";
import type { Random } from "../core/random.ts";
import type { TestResult } from "../core/result.ts";
import type { RunObserver } from "../core/run-events.ts";
import { soundFailedAttempt } from "../core/sound-record.ts";
import { chargeOf, type Hold } from "./budget.ts";
import { costOfUsage, costProblemIn } from "./cost.ts";
import { Deadlines } from "./deadlines.ts";
import type { ReadCounter } from "./read-counter.ts";
import { resultOf, type Place } from "./results.ts";
import { asksTooLong, decideRetry } from "./retry.ts";
import type { RunTarget } from "./target.ts";
import { connectMsOf } from "./timing.ts";
import type { Turnstile } from "./turnstile.ts";
import type { WorkItem } from "./work.ts";

/**
 * Hears what is odd about a target's requests and answers. `about` names the subject, of which one warning per target
 * is enough; without it, the message is what a client that is not ours says of a request.
 */
export type Warned = (target: string, message: string, about?: string) => void;

/** What every case of a run shares. */
export interface CaseContext {
  readonly clock: Clock;
  readonly random: Random;
  readonly journal: Journal;
  readonly observe: RunObserver;
  readonly keepRaw: boolean;
  readonly place: Place;
  readonly segmentStart: Millis;
  /** Ends pauses before a retry; their cases stay unfinished. */
  readonly stop: AbortSignal;
  /** Ends what is in flight; its cases stay unfinished. */
  readonly abandon: AbortSignal;
  /** What each attempt must pass; none for a request outside any run. */
  readonly turnstile?: Turnstile;
  /** Hears how each attempt went, before anything is made of it. */
  readonly attemptEnded?: (attempt: Attempt) => void;
  /** Counts the reads of the answers; none for a request outside any run. */
  readonly reads?: ReadCounter;
  /** Hears what is odd about a request or an answer, every time. */
  readonly warned?: Warned;
  /** Hears the answers as they come, for who wants to show them. */
  readonly listen?: Pick<AttemptObserver, "text" | "reasoning">;
}

/** A finished case with the raw body of its last answer. */
export interface FinishedCase {
  readonly result: TestResult;
  readonly raw: string | null;
  readonly rawCut: boolean;
}

/** When a case was to begin and when it could, on the monotonic clock. */
export interface CaseStart {
  readonly intended: Millis;
  /** The later of that and the moment when a slot was there for it. */
  readonly ready: Millis;
  /** What a budget has set aside for it; null without a budget. */
  readonly hold: Hold | null;
  /** The first attempt leaves. */
  readonly left?: (at: Millis) => void;
  /** Ends the wait of a first attempt that has not left; the case is then as if it had never begun. */
  readonly unsent?: AbortSignal;
}

/** Brings one case to its end, retries included; null when the run was stopped before that. */
export async function runCase(
  target: RunTarget,
  channel: Channel,
  item: WorkItem,
  { intended: due, ready: slotAt, hold, left, unsent }: CaseStart,
  context: CaseContext,
): Promise<FinishedCase | null> {
  const { clock, journal, observe } = context;
  const identity = { target: target.label, test_id: item.testCase.id, sample: item.sample };
  const request = target.toRequest(item.testCase);
  let intended = due;
  const slotWaitMs = slotAt - due;
  let ready = slotAt;
  let retriesUsed = 0;
  let limiterWaitMs = 0;
  let backoffMs = 0;
  let connectMs = 0;
  let failedCostUsd = item.before?.costUsd ?? 0;
  let uncounted = 0;
  let firstSent: Millis | null = null;

  const tellOfWait = (resumesInMs: Millis): void =>
    observe({ type: "target_waiting", target: target.label, resumes_in_ms: resumesInMs });

  for (let attempt = 0; ; attempt += 1) {
    const passing = context.turnstile?.enter(request, (attempt === 0 ? unsent : null) ?? context.stop, tellOfWait);
    let pass = passing;
    if (passing instanceof Promise) {
      const from = clock.now();
      const granted = await passing;
      if (granted === null) return null;
      pass = granted;
      ready = clock.now();
      limiterWaitMs += ready - from;
    }
    if (attempt === 0) left?.(clock.now());
    let last = await makeAttempt(target, channel, { request, ...identity, attempt }, item, context);
    if (pass !== undefined && !(pass instanceof Promise)) context.turnstile?.ended(pass, last);
    context.attemptEnded?.(last);
    connectMs += connectMsOf(last);
    firstSent ??= last.instants.sent;
    const finish = (): FinishedCase => ({
      result: resultOf(target, item, {
        last,
        model: request.model,
        attempts: (item.before?.attempts ?? 0) + attempt + 1 - uncounted,
        around: {
          segmentStart: context.segmentStart,
          intended,
          firstSent,
          ready,
          slotWaitMs,
          limiterWaitMs,
          backoffMs,
          connectMs,
        },
        failedCostUsd,
        place: context.place,
        timestamp: clock.wallTime(),
      }),
      raw: last.raw,
      rawCut: last.rawCut === true,
    });
    warnOfUsage(last, target, request.model, context.warned);
    const affordable = hold === null || hold.charge(chargeIn(last, target, request));
    if (last.outcome.ok) return finish();

    const { failure: failed, usage } = last.outcome;
    const decision =
      failed.code === "cancelled" || !affordable
        ? ({ retry: false } as const)
        : decideRetry(failed, retriesUsed, target.retries, context.random);
    const waitMs = decision.retry ? decision.afterMs : null;
    journal.recordFailure(
      soundFailedAttempt({
        ...identity,
        attempt,
        code: failed.code,
        http_status: failed.http_status,
        message: failed.message,
        request_id: last.requestId,
        waited_ms: waitMs ?? 0,
        ...(usage === null ? {} : { usage }),
      }),
    );
    if (asksTooLong(failed)) warnOfWait(failed, target, context.warned);
    observe({ type: "attempt_failed", ...identity, attempt, failure: failed, retry_in_ms: waitMs });
    if (failed.code === "cancelled") return null;
    if (!decision.retry) return finish();

    // Megabytes of a failed answer are not to be held through the wait.
    last = { ...last, raw: null };
    failedCostUsd += costOfUsage(target, request.model, usage) ?? 0;
    if (decision.counted) retriesUsed += 1;
    else uncounted += 1;
    if (decision.afterMs > 0 && !(await sleep(clock, decision.afterMs, context.stop))) return null;
    if (context.stop.aborted) return null;
    backoffMs += decision.afterMs;
    const begun = ready;
    ready = clock.now();
    // What a server had to be told is no part of how fast it answers: as if this attempt were the first.
    if (failed.reworded === true) {
      intended += ready - begun;
      firstSent = null;
    }
  }
}

function chargeIn(attempt: Attempt, target: RunTarget, request: ModelRequest): number {
  const priceOf = (usage: Usage | null): number | null => costOfUsage(target, request.model, usage);
  return chargeOf(attempt, priceOf, target.highestCostOf(request) ?? Infinity);
}

function warnOfUsage({ outcome }: Attempt, target: RunTarget, model: string, warned: Warned | undefined): void {
  if (warned === undefined) return;
  const problem = costProblemIn(target, model, outcome.ok ? outcome.response.usage : outcome.usage);
  if (problem === null) return;
  warned(target.label, `${problem}: its tokens are recorded as stated, and its cost is unknown`, "usage");
}

function warnOfWait({ retry_after_ms, wait_stated }: Failure, { label }: RunTarget, warned: Warned | undefined): void {
  const stated = wait_stated ?? `a pause of ${(retry_after_ms ?? 0) / 1000} s`;
  const [name = ""] = (wait_stated ?? "").split(":");
  const what = `${stated} asks for a wait of more than ten minutes`;
  warned?.(label, `${what}: a request refused this way is not retried`, `wait ${name}`);
}

/** What an attempt needs of its case's surroundings. */
type AttemptContext = Pick<CaseContext, "clock" | "abandon" | "keepRaw" | "listen" | "reads" | "warned">;

/** One attempt under its time limits. */
export async function makeAttempt(
  target: RunTarget,
  channel: Channel,
  what: Pick<Parameters<Channel["send"]>[0], "request" | "test_id" | "sample" | "attempt">,
  item: WorkItem,
  { clock, abandon, keepRaw, listen, reads, warned }: AttemptContext,
): Promise<Attempt> {
  const ending = new AbortController();
  const end = (reason: Failure): void => ending.abort(reason);
  const onAbandon = (): void => end(failure("cancelled", "the run was stopped"));
  const deadlines = new Deadlines(
    clock,
    { timeouts: target.timeoutsFor(item.testCase), streamed: what.request.stream },
    end,
  );
  if (abandon.aborted) onAbandon();
  abandon.addEventListener("abort", onAbandon, { once: true });
  try {
    const observer: AttemptObserver = {
      sent: () => deadlines.sent(),
      tokens: (at) => reads?.met(deadlines.tokens(at)),
      warning: (message) => warned?.(target.label, message),
      adapted: (message) => warned?.(target.label, message, message),
    };
    return await channel.send({
      request: what.request,
      test_id: what.test_id,
      sample: what.sample,
      attempt: what.attempt,
      keepRaw,
      signal: ending.signal,
      observer: listen === undefined ? observer : { ...listen, ...observer },
    });
  } finally {
    deadlines.end();
    abandon.removeEventListener("abort", onAbandon);
  }
}
