import type { FakeClock } from "./fake-clock.ts";
import { streamed } from "./cases.ts";
import { sleep } from "../../src/core/clock.ts";
import type { TestCase } from "../../src/core/dataset.ts";
import type { Failure } from "../../src/core/failure.ts";
import type { Journal } from "../../src/core/journal.ts";
import type { Attempt, Call, Provider } from "../../src/core/provider.ts";
import { seededRandom } from "../../src/core/random.ts";
import type { Usage } from "../../src/core/response.ts";
import type { FailedAttempt, TestResult } from "../../src/core/result.ts";
import type { RunEvent } from "../../src/core/run-events.ts";
import { run, type RunOptions, type RunOutcome } from "../../src/runner/run.ts";
import { closedLoop } from "../../src/runner/stage.ts";
import type { RunTarget } from "../../src/runner/target.ts";
import { workOrder } from "../../src/runner/work.ts";

/** What the scripted model does with an attempt: how long it takes, and how it fails if it does. */
export type Script = (call: Call) => { readonly ms: number; readonly failed?: Failure; readonly usage?: Usage };

export interface ScriptedProvider extends Provider {
  inFlight: number;
  maxInFlight: number;
  readonly calls: string[];
}

const NEVER = { connectStarted: null, connected: null, headers: null, firstByte: null, lastToken: null };

/** A provider that does what a script says, on the fake clock. */
export function scripted(clock: FakeClock, script: Script): ScriptedProvider {
  const attempt = async (call: Call): Promise<Attempt> => {
    const sent = clock.now();
    provider.calls.push(`${call.test_id}#${call.sample}`);
    provider.inFlight += 1;
    provider.maxInFlight = Math.max(provider.maxInFlight, provider.inFlight);
    call.observer.sent(sent);
    const { ms, failed, usage = null } = script(call);
    const lasted = await sleep(clock, ms, call.signal);
    provider.inFlight -= 1;
    const reason = lasted ? failed : (call.signal.reason as Failure);
    const firstToken = reason === undefined ? sent + ms / 2 : null;
    return {
      instants: { ...NEVER, sent, firstToken, firstText: firstToken, done: clock.now() },
      gapsMs: [],
      deltasPerRead: [],
      reasoningStreamed: false,
      outcome:
        reason === undefined
          ? { ok: true, response: { ...NO_RESPONSE, content: "ok", usage } }
          : { ok: false, failure: reason, usage },
      requestId: null,
      systemFingerprint: null,
      raw: "raw",
    };
  };
  const provider: ScriptedProvider = {
    name: "scripted",
    simulated: false,
    inFlight: 0,
    maxInFlight: 0,
    calls: [],
    openChannel: () => ({ send: attempt, close: async () => {} }),
  };
  return provider;
}

const NO_RESPONSE = {
  id: null,
  model: null,
  content: null,
  reasoning: null,
  tool_calls: null,
  finish_reason: null,
  usage: null,
  created_at: null,
};

export const NO_LIMITS = { connectMs: 10_000, firstTokenMs: null, idleMs: null };

/** A target in which nothing stands out. */
export const targetOf = (provider: Provider, more: Partial<RunTarget> = {}): RunTarget => ({
  label: "a",
  provider,
  maxConcurrency: null,
  retries: 3,
  priceOf: () => null,
  highestCostOf: () => null,
  modelFor: () => "m",
  toRequest: (testCase) => ({ model: "m", prompt: testCase.prompt ?? "", stream: true }),
  timeoutsFor: () => ({ ...NO_LIMITS, totalMs: 60_000 }),
  ...more,
});

export const casesOf = (count: number): TestCase[] =>
  Array.from({ length: count }, (_, i) => ({ id: `t${i}`, prompt: `p${i}`, category: i % 2 === 0 ? "even" : "odd" }));

/** A journal in memory. */
export interface Records extends Journal {
  readonly results: TestResult[];
  readonly failures: FailedAttempt[];
}

export function memoryJournal(onRecord: (result: TestResult) => Promise<void> = async () => {}): Records {
  const results: TestResult[] = [];
  const failures: FailedAttempt[] = [];
  return {
    results,
    failures,
    record: async (result) => {
      await onRecord(result);
      results.push(result);
    },
    recordFailure: (failed) => void failures.push(failed),
  };
}

/** A run that has begun. */
export interface Started {
  readonly outcome: Promise<RunOutcome>;
  readonly journal: Records;
  readonly events: RunEvent[];
}

/** Begins a run over so many cases, on the fake clock. */
export function start(
  clock: FakeClock,
  targets: RunTarget[],
  work: { cases?: number; repeat?: number; concurrency?: number } = {},
  more: Partial<RunOptions> = {},
  journal = memoryJournal(),
): Started {
  const events: RunEvent[] = [];
  const cases = casesOf(work.cases ?? 4);
  const order = { atMost: Infinity, seed: null, level: { index: 0, of: 1 }, endlessCases: false };
  const outcome = run({
    targets,
    stages: [closedLoop(work.concurrency ?? 2)],
    workFor: () => workOrder(() => streamed(cases), { ...order, passes: work.repeat ?? 1 }),
    journal,
    clock,
    random: seededRandom(1),
    delayMs: 0,
    maxErrors: null,
    budget: null,
    warmUp: null,
    keepRaw: false,
    segment: 0,
    stop: new AbortController().signal,
    abandon: new AbortController().signal,
    observe: (event) => events.push(event),
    ...more,
  });
  outcome.catch(() => {});
  return { outcome, journal, events };
}

/** Lets time pass until the run has ended. */
export async function finish(clock: FakeClock, { outcome }: Started, withinMs = 10_000_000): Promise<RunOutcome> {
  const state = { over: false };
  const settled = (): void => void (state.over = true);
  outcome.then(settled, settled);
  for (let passed = 0; !state.over && passed < withinMs; passed += 500) await clock.advance(500);
  return outcome;
}
