import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { fakeClock } from "../../test/support/fake-clock.ts";
import { finish, scripted, start, targetOf, type Started } from "../../test/support/scripted-run.ts";
import { failure } from "../core/failure.ts";
import type { TestResult } from "../core/result.ts";
import { seededRandom } from "../core/random.ts";
import { Lockstep } from "./lockstep.ts";
import { closedLoop } from "./stage.ts";
import { workOrder } from "./work.ts";

const never = new AbortController().signal;

/** When each case was sent to a target. */
function sentAt({ journal }: Started, target: string): Record<string, number | null> {
  const own = journal.results.filter((result) => result.target === target);
  return Object.fromEntries(own.map(({ test_id, sample, timing }) => [`${test_id}#${sample}`, timing.sent_at_ms]));
}

describe("lanes in lockstep", () => {
  it("go when all stand at the same position", async () => {
    const lockstep = new Lockstep();
    const [a, b] = [lockstep.join(), lockstep.join()];
    const gone: string[] = [];
    const reach = async (name: string, step: typeof a, position: number): Promise<void> => {
      if (await step.reach(position, never)) gone.push(name);
    };
    const first = reach("a0", a, 0);
    await Promise.resolve();
    expect(gone).toEqual([]);
    await Promise.all([first, reach("b0", b, 0)]);
    expect(gone).toEqual(["a0", "b0"]);
  });

  it("go alone where the other is further on, and where it has left or was called off", async () => {
    const lockstep = new Lockstep();
    const [a, b] = [lockstep.join(), lockstep.join()];
    const ending = new AbortController();
    const far = b.reach(7, ending.signal);
    for (const position of [0, 1, 2]) expect(await a.reach(position, never)).toBe(true);
    ending.abort();
    expect(await far).toBe(false);
    expect(await b.reach(8, ending.signal)).toBe(false);
    const alone = a.reach(3, never);
    b.leave();
    expect(await alone).toBe(true);
  });
});

describe("a run in lockstep", () => {
  it("sends each case to all targets at one instant, however fast they are", async () => {
    const clock = fakeClock();
    const targets = [
      targetOf(scripted(clock, () => ({ ms: 10 }))),
      targetOf(
        scripted(clock, ({ test_id }) => ({ ms: 100 + 40 * Number(test_id.slice(1)) })),
        { label: "b" },
      ),
    ];
    const started = start(clock, targets, { cases: 6, concurrency: 2 }, { lockstep: true });
    await finish(clock, started);
    expect(sentAt(started, "a")).toEqual(sentAt(started, "b"));
    // Two slots: what left first at the slow one is the next to make room.
    expect(Object.values(sentAt(started, "a"))).toEqual([0, 0, 100, 140, 280, 360]);
    const slotWaits = started.journal.results.map(({ timing }) => timing.latency_from_intended_ms ?? 0);
    expect(Math.min(...slotWaits)).toBe(10);
  });

  it("does not wait for a target that was given up", async () => {
    const clock = fakeClock();
    const dead = scripted(clock, () => ({ ms: 1, failed: failure("auth", "no") }));
    const alive = scripted(clock, () => ({ ms: 10 }));
    const targets = [targetOf(dead), targetOf(alive, { label: "b" })];
    const started = start(clock, targets, { cases: 20, concurrency: 1 }, { lockstep: true });
    await finish(clock, started);
    expect(alive.calls).toHaveLength(20);
    expect(started.journal.results.filter(({ status }) => status === "skipped")).toHaveLength(19);
  });

  it("ends each case once, and pairs leave together, whatever is left of an earlier run", async () => {
    const plan = fc.record({
      cases: fc.integer({ min: 1, max: 15 }),
      concurrency: fc.integer({ min: 1, max: 4 }),
      seed: fc.integer(),
    });
    await fc.assert(
      fc.asyncProperty(plan, async ({ cases, concurrency, seed }) => {
        const clock = fakeClock();
        const random = seededRandom(seed);
        const done = new Set<string>();
        for (let i = 0; i < cases; i += 1)
          for (const label of ["a", "b", "c"]) if (random() < 0.3) done.add(`${label}t${i}`);
        const script = (): { ms: number } => ({ ms: 1 + Math.floor(random() * 90) });
        const targets = ["a", "b", "c"].map((label) => targetOf(scripted(clock, script), { label }));
        const order = { passes: 1, atMost: Infinity, seed: null, level: { index: 0, of: 1 }, endlessCases: false };
        const started = start(
          clock,
          targets,
          {},
          {
            lockstep: true,
            stages: [closedLoop(concurrency)],
            async *workFor({ label }) {
              const all = async function* (): AsyncGenerator<{ id: string; prompt: string }> {
                for (let i = 0; i < cases; i += 1) yield { id: `t${i}`, prompt: "p" };
              };
              for await (const item of workOrder(all, order)) if (!done.has(label + item.testCase.id)) yield item;
            },
          },
        );
        await finish(clock, started);
        expect(started.journal.results).toHaveLength(3 * cases - done.size);
        const together = new Map<string, Set<number | null>>();
        for (const { test_id, timing } of started.journal.results) {
          together.set(test_id, (together.get(test_id) ?? new Set()).add(timing.sent_at_ms));
        }
        expect([...together.values()].every((instants) => instants.size === 1)).toBe(true);
      }),
      { numRuns: 40 },
    );
  });

  it("ends with its time, and leaves nobody waiting", async () => {
    const clock = fakeClock();
    const targets = [10, 70].map((ms, i) =>
      targetOf(
        scripted(clock, () => ({ ms })),
        { label: `${i}` },
      ),
    );
    const stages = [{ ...closedLoop(1), durationMs: 200, endless: true }];
    const started = start(clock, targets, { repeat: Infinity }, { lockstep: true, stages });
    const { endedBy } = await finish(clock, started);
    expect(endedBy).toBe("time");
    expect(Object.values(sentAt(started, "0"))).toEqual([0, 70, 140]);
  });
});

describe("a run one target after the other", () => {
  const inOrder = (results: readonly TestResult[]): string =>
    results.map(({ target, level = "" }) => `${target}${level}`).join(" ");

  it("sends to the next when nothing is in flight to the one before, through all stages each", async () => {
    const clock = fakeClock();
    const targets = ["a", "b"].map((label) =>
      targetOf(
        scripted(clock, () => ({ ms: 100 })),
        { label },
      ),
    );
    const stages = [1, 2].map((level, index) => Object.assign(closedLoop(level), { level, index }));
    const started = start(clock, targets, { cases: 2 }, { oneByOne: () => stages });
    await finish(clock, started);
    expect(inOrder(started.journal.results)).toBe("a1 a1 a2 a2 b1 b1 b2 b2");
    const sent = started.journal.results.map(({ timing }) => timing.sent_at_ms);
    expect(sent).toEqual([0, 100, 200, 200, 300, 400, 500, 500]);
  });

  it("gives each target its own time, and skips what a closed run does not send", async () => {
    const clock = fakeClock();
    const targets = ["a", "b"].map((label) =>
      targetOf(
        scripted(clock, () => ({ ms: 100 })),
        { label },
      ),
    );
    const timed = (durationMs: number): ReturnType<typeof closedLoop> => ({
      ...closedLoop(1),
      durationMs,
      endless: true,
    });
    const options = { oneByOne: (target: string) => (target === "a" ? [timed(200)] : [timed(400)]) };
    const started = start(clock, targets, { repeat: Infinity }, options);
    await finish(clock, started);
    expect(inOrder(started.journal.results)).toBe("a a b b b b");

    const failing = targetOf(scripted(clock, () => ({ ms: 1, failed: failure("invalid_request", "no") })));
    const [, other] = targets;
    if (other === undefined) throw new Error("two targets");
    const maxErrors = { count: 1, skipWith: "not sent" };
    const closed = start(
      clock,
      [failing, other],
      { cases: 3, concurrency: 1 },
      { oneByOne: () => [closedLoop(1)], maxErrors },
    );
    await finish(clock, closed);
    expect(closed.journal.results.map(({ target, status }) => target + status)).toEqual([
      "afailure",
      "askipped",
      "askipped",
      "bskipped",
      "bskipped",
      "bskipped",
    ]);
  });

  it("warms each target up just before its turn", async () => {
    const clock = fakeClock();
    const providers = ["a", "b"].map(() => scripted(clock, () => ({ ms: 100 })));
    const targets = providers.map((provider, i) => targetOf(provider, { label: `${i}` }));
    const warmUp = {
      requests: 1,
      slots: 1,
      async *work() {
        yield { testCase: { id: "warm", prompt: "p" }, sample: 0 };
      },
    };
    const started = start(clock, targets, { cases: 1 }, { oneByOne: () => [closedLoop(1)], warmUp });
    await clock.advance(150);
    expect(providers.map(({ calls }) => calls)).toEqual([["warm-up 0#0", "t0#0"], []]);
    await finish(clock, started);
    expect(providers[1]?.calls).toEqual(["warm-up 0#0", "t0#0"]);
  });
});
