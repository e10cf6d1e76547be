import { expect, test } from "vitest";
import { fakeClock, type FakeClock } from "../../test/support/fake-clock.ts";
import { finish, scripted, start, targetOf } from "../../test/support/scripted-run.ts";
import { failure } from "../core/failure.ts";
import type { FailedAttempt, TestResult } from "../core/result.ts";
import type { Validity } from "../core/summary.ts";
import { constantArrivals } from "./arrivals.ts";
import { closedLoop } from "./stage.ts";

const DAY_MS = 86_400_000;

/** What a run makes of retries, a time limit, a rate and pauses, with a wall clock as it is or as it jumps. */
async function runOn(
  clock: FakeClock,
): Promise<{ results: Omit<TestResult, "timestamp">[]; failures: FailedAttempt[]; validity: Validity }> {
  let calls = 0;
  const provider = scripted(clock, ({ attempt }) => {
    calls += 1;
    if (calls % 5 === 0 && attempt === 0)
      return { ms: 3, failed: failure("overloaded", "busy", { retry_after_ms: 700 }) };
    return { ms: calls % 7 === 0 ? 5000 : 40 };
  });
  const limits = { requestsPerMinute: 120, tokensPerMinute: null };
  const timeoutsFor = () => ({ connectMs: 1000, firstTokenMs: null, idleMs: null, totalMs: 2000 });
  const started = start(
    clock,
    [targetOf(provider, { timeoutsFor, limits })],
    { cases: 40 },
    { stages: [{ ...closedLoop(20), arrivals: () => constantArrivals(10) }] },
  );
  const { validity } = await finish(clock, started);
  const { results, failures } = started.journal;
  return { results: results.map(({ timestamp: _wall, ...result }) => result), failures, validity };
}

/** A fake clock whose wall time is another one's after each look at it: a day on, two days back, an hour on. */
function jumping(): FakeClock & { readonly jumps: number } {
  const clock = fakeClock();
  const offsets = [0, DAY_MS, -2 * DAY_MS, 3_600_000];
  let jumps = 0;
  return {
    ...clock,
    get pending() {
      return clock.pending;
    },
    get jumps() {
      return jumps;
    },
    wallTime: () => new Date(Date.parse(clock.wallTime()) + (offsets[jumps++ % offsets.length] ?? 0)).toISOString(),
  };
}

test("a wall clock that jumps by days in the middle of a run changes nothing but the timestamps", async () => {
  const clock = jumping();
  const jumped = await runOn(clock);
  expect(clock.jumps).toBeGreaterThan(10);
  const { cpu_share: _jumped, ...validity } = jumped.validity;
  const still = await runOn(fakeClock());
  const { cpu_share: _still, ...validityThen } = still.validity;
  expect(jumped.results).toEqual(still.results);
  expect(jumped.failures).toEqual(still.failures);
  expect(jumped.failures.map(({ code }) => code)).toEqual(expect.arrayContaining(["overloaded", "timeout_total"]));
  expect(validity).toEqual(validityThen);
});
