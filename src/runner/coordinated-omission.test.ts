import { describe, expect, it } from "vitest";
import { fakeClock } from "../../test/support/fake-clock.ts";
import { finish, scripted, start, targetOf } from "../../test/support/scripted-run.ts";
import type { TestResult } from "../core/result.ts";
import { quantile } from "../stats/quantiles.ts";
import { constantArrivals } from "./arrivals.ts";
import type { RunOutcome } from "./run.ts";

/*
 * A server that takes 50 ms a request and stands still for 2 s of the 60 s in which 100 requests a second come.
 * Clocks are in milliseconds after the start; the n-th request is due at 10 n.
 */
const SERVICE = 50;
const GAP = 10;
const RUN = 60_000;
const FREEZE = 20_000;
const THAW = 22_000;

/** How long a request sent at `at` takes: what is left of it when the server freezes is done after the thaw. */
function serviceOf(at: number): number {
  if (at >= FREEZE && at < THAW) return THAW - at + SERVICE;
  return at < FREEZE && at + SERVICE > FREEZE ? SERVICE + THAW - FREEZE : SERVICE;
}

/**
 * What the definitions say, without a clock: request n leaves at 10 n, or when the earliest of the `slots` in use is
 * free, whichever is later.
 */
function expected(slots: number): { fromIntended: number[]; fromSent: number[] } {
  const freeAt = Array.from({ length: Math.min(slots, RUN / GAP) }, () => 0);
  const fromIntended: number[] = [];
  const fromSent: number[] = [];
  for (let intended = 0; intended < RUN; intended += GAP) {
    const earliest = Math.min(...freeAt);
    const sent = Math.max(intended, earliest);
    const done = sent + serviceOf(sent);
    // A request may leave any time now, so nothing after the duration does.
    if (sent >= RUN) break;
    freeAt[freeAt.indexOf(earliest)] = done;
    fromIntended.push(done - intended);
    fromSent.push(done - sent);
  }
  return { fromIntended, fromSent };
}

async function measured(slots: number): Promise<{ results: TestResult[]; outcome: RunOutcome }> {
  const clock = fakeClock();
  const provider = scripted(clock, () => ({ ms: serviceOf(clock.now()) }));
  const stage = {
    index: 0,
    level: null,
    slots: [{ atMs: 0, slots }],
    arrivals: () => constantArrivals(1000 / GAP),
    durationMs: RUN,
    endless: true,
  };
  const started = start(clock, [targetOf(provider)], { cases: 10, repeat: Infinity }, { stages: [stage] });
  const outcome = await finish(clock, started);
  return { results: started.journal.results, outcome };
}

const p99 = (values: readonly (number | null)[]): number | null =>
  quantile(Float64Array.from(values.filter((value) => value !== null)).sort(), 990);

const upward = (values: readonly (number | null)[]): number[] =>
  values.filter((value) => value !== null).toSorted((a, b) => a - b);

describe("a server that stands still for 2 s of 60", () => {
  it("uncapped, is as slow from the sending as from the intended instant, since nothing was held back", async () => {
    const { results, outcome } = await measured(Infinity);
    const fromIntended = results.map(({ timing }) => timing.latency_from_intended_ms);
    const fromSent = results.map(({ duration_ms }) => duration_ms);
    expect(results).toHaveLength(6000);
    expect(upward(fromIntended)).toEqual(upward(expected(Infinity).fromIntended));
    expect(upward(fromSent)).toEqual(upward(fromIntended));
    // p99 of 6000 is the 61st largest. The four that were in service take 2050 ms, as does the first of the freeze;
    // each of its others comes 10 ms later and waits 10 ms less: the 61st takes 2050 − 10 · (61 − 5) ms.
    expect(p99(fromSent)).toBe(2050 - 10 * 56);
    expect(p99(fromIntended)).toBe(1490);
    expect(results.filter(({ timing }) => timing.slot_wait_ms !== 0)).toEqual([]);
    expect(outcome.validity).toMatchObject({
      requested_rate: expect.closeTo(100, 6),
      delivered_rate: expect.closeTo(100, 6),
    });
  });

  it("with 10 in flight at most, looks quick from the sending alone: the wait is before it", async () => {
    const { results } = await measured(10);
    const fromIntended = results.map(({ timing }) => timing.latency_from_intended_ms);
    const fromSent = results.map(({ duration_ms }) => duration_ms);
    const { fromIntended: wanted, fromSent: wantedSent } = expected(10);
    expect(upward(fromIntended)).toEqual(upward(wanted));
    expect(upward(fromSent)).toEqual(upward(wantedSent));
    // Ten requests meet the freeze in flight, a sixth of a per cent: p99 does not see them.
    expect(p99(fromSent)).toBe(50);
    // Those behind them leave ten every 50 ms after the thaw, so one that came 10 ms later waits some 5 ms less: the
    // 61st largest is that of about the 60th after the first, 2050 − 5 · 60.
    expect(p99(fromIntended)).toBe(1750);
    for (const { timing, duration_ms } of results) {
      // The whole difference is the wait for a slot, and nothing of it is in the duration.
      expect((timing.latency_from_intended_ms ?? 0) - (timing.slot_wait_ms ?? 0)).toBeCloseTo(duration_ms ?? 0, 6);
    }
  });
});
