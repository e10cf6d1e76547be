import { expect, it } from "vitest";
import { fakeClock } from "../../test/support/fake-clock.ts";
import { finish, scripted, start, targetOf, type Script } from "../../test/support/scripted-run.ts";
import { failure } from "../core/failure.ts";
import { constantArrivals } from "./arrivals.ts";
import { closedLoop, type Stage } from "./stage.ts";

const OUT = failure("local_limit", "this machine ran out of file descriptors: connect EMFILE");

/** A machine on which only so many requests can be in flight at once. */
function machine(most: number): { script: Script; clock: ReturnType<typeof fakeClock> } {
  const clock = fakeClock();
  const ends: number[] = [];
  const script: Script = () => {
    const now = clock.now();
    if (ends.filter((end) => end > now).length >= most) return { ms: 0, failed: OUT };
    ends.push(now + 50);
    return { ms: 50 };
  };
  return { clock, script };
}

it("a fixed load goes on without a retry, gives no target up, and pauses so that not all of it fails", async () => {
  const { clock, script } = machine(2);
  const provider = scripted(clock, script);
  const started = start(clock, [targetOf(provider)], { cases: 20, concurrency: 3 });
  const outcome = await finish(clock, started);
  expect(outcome).toMatchObject({ endedBy: "work", machineLimit: [] });
  expect([...outcome.stoppedTargets]).toEqual([]);
  const failed = started.journal.results.filter(({ error }) => error?.code === "local_limit");
  expect(started.journal.results).toHaveLength(20);
  expect(failed.every(({ attempts }) => attempts === 1)).toBe(true);
  // One slot too many fails every 100 ms, while the two others answer four cases.
  expect(failed.length).toBeGreaterThan(0);
  expect(failed.length).toBeLessThan(8);
});

const openLoop: Stage = {
  ...closedLoop(Infinity),
  slots: [{ atMs: 0, slots: Infinity }],
  arrivals: () => constantArrivals(1000),
};

it("an open loop stops, says how many were in flight, and records the rest as not sent", async () => {
  const { clock, script } = machine(7);
  const started = start(clock, [targetOf(scripted(clock, script))], { cases: 30 }, { stages: [openLoop] });
  const outcome = await finish(clock, started);
  expect(outcome).toMatchObject({ endedBy: "machine", machineLimit: [{ target: "a", in_flight: 7 }] });
  const { results } = started.journal;
  expect(results.filter(({ status }) => status === "success")).toHaveLength(7);
  expect(results.filter(({ error }) => error?.code === "local_limit")).toHaveLength(1);
  const unsent = results.find(({ status }) => status === "skipped");
  expect(unsent?.error?.message).toBe(`not sent: ${OUT.message}`);
});

it("a stage without an end stops, and so do those after it", async () => {
  const { clock, script } = machine(4);
  const endless = (slots: number): Stage => ({ ...closedLoop(slots), level: slots, endless: true, durationMs: 1000 });
  const started = start(
    clock,
    [targetOf(scripted(clock, script))],
    { repeat: Infinity },
    { stages: [endless(2), endless(8), endless(16)] },
  );
  const outcome = await finish(clock, started);
  expect(outcome).toMatchObject({ endedBy: "machine", machineLimit: [{ target: "a", in_flight: 4 }] });
  expect(Math.max(...started.journal.results.map(({ level }) => level ?? 0))).toBe(8);
});
