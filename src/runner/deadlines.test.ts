import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { fakeClock } from "../../test/support/fake-clock.ts";
import type { FailureCode } from "../core/failure.ts";
import { Deadlines, type Timeouts } from "./deadlines.ts";

const LIMITS: Timeouts = { connectMs: 100, firstTokenMs: 300, idleMs: 200, totalMs: 2000 };

/** Sends at `sent`, brings output at each of `tokens`, ends at `end`; what passed first, and when. */
async function outcome(
  limits: Timeouts,
  { sent, tokens, end, streamed = true }: { sent: number; tokens: number[]; end: number; streamed?: boolean },
): Promise<{ code: FailureCode; at: number } | null> {
  const clock = fakeClock();
  let passed: { code: FailureCode; at: number } | null = null;
  const deadlines = new Deadlines(clock, { timeouts: limits, streamed }, ({ code }) => {
    passed ??= { code, at: clock.now() };
    deadlines.end();
  });
  const steps: [number, () => void][] = [
    [sent, () => deadlines.sent()],
    ...tokens.map((at): [number, () => void] => [at, () => deadlines.tokens(at)]),
    [end, () => deadlines.end()],
  ];
  for (const [at, step] of steps) {
    await clock.advance(at - clock.now());
    if (passed !== null) break;
    step();
  }
  await clock.advance(10_000);
  expect(clock.pending).toBe(0);
  return passed;
}

describe("the time limits of an attempt", () => {
  it.each([
    ["none passes when all is quick", { sent: 50, tokens: [300, 450], end: 500 }, null],
    ["a connection that does not come", { sent: 101, tokens: [], end: 102 }, { code: "timeout_connect", at: 100 }],
    ["no first token", { sent: 50, tokens: [351], end: 400 }, { code: "timeout_first_token", at: 350 }],
    ["a pause between tokens", { sent: 50, tokens: [300, 501], end: 600 }, { code: "timeout_idle", at: 500 }],
    ["a pause after some tokens", { sent: 0, tokens: [100, 250, 400], end: 601 }, { code: "timeout_idle", at: 600 }],
    [
      "an answer that goes on and on",
      { sent: 0, tokens: Array.from({ length: 30 }, (_, i) => (i + 1) * 150), end: 5000 },
      { code: "timeout_total", at: 2000 },
    ],
    ["a plain answer, which has no tokens to wait for", { sent: 0, tokens: [], end: 1999, streamed: false }, null],
  ] as const)("%s", async (_name, { tokens, ...rest }, expected) => {
    expect(await outcome(LIMITS, { ...rest, tokens: [...tokens] })).toEqual(expected);
  });

  it("that are not set never pass", async () => {
    const limits = { ...LIMITS, firstTokenMs: null, idleMs: null };
    expect(await outcome(limits, { sent: 0, tokens: [900], end: 1999 })).toBeNull();
  });

  it("pass exactly where the gaps say, whatever the tokens", async () => {
    const gaps = fc.array(fc.integer({ min: 1, max: 250 }), { minLength: 1, maxLength: 12 });
    await fc.assert(
      fc.asyncProperty(gaps, async (all) => {
        let at = 0;
        const tokens = all.map((gap) => (at += gap));
        const found = await outcome({ ...LIMITS, totalMs: 100_000 }, { sent: 0, tokens, end: at });
        const late = all.findIndex((gap, i) => i > 0 && gap >= 200);
        expect(found).toEqual(late < 0 ? null : { code: "timeout_idle", at: (tokens[late - 1] ?? 0) + 200 });
      }),
      { numRuns: 60 },
    );
  });
});
