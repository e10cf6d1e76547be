import fc from "fast-check";
import { expect, it } from "vitest";
import { Quota } from "./quota.ts";

/** When each amount goes, each asking at its instant or when the one before it went. */
function going(perMinute: number, asked: readonly { amount: number; after: number; late: number }[]): number[] {
  const quota = new Quota(perMinute);
  let now = 0;
  return asked.map(({ amount, after, late }) => {
    now += after;
    for (let wait = quota.waitMs(amount, now); wait > 0; wait = quota.waitMs(amount, now)) {
      now += Math.max(1, wait) + late;
    }
    quota.take(amount, now);
    return now;
  });
}

const soon = (amount: number): { amount: number; after: number; late: number } => ({ amount, after: 0, late: 0 });

it("spreads what is asked for at once evenly over the minute", () => {
  expect(
    going(
      60,
      Array.from({ length: 4 }, () => soon(1)),
    ),
  ).toEqual([0, 1000, 2000, 3000]);
  expect(going(600, [soon(300), soon(100), soon(200)])).toEqual([0, 30_000, 40_000]);
});

it("makes a timer's lateness good, up to 20 ms", () => {
  const late = { amount: 1, after: 0, late: 5 };
  expect(going(60, [soon(1), late, late, late])).toEqual([0, 1005, 2005, 3005]);
  expect(going(60, [soon(1), { amount: 1, after: 5000, late: 0 }, soon(1)])).toEqual([0, 5000, 5980]);
});

it("lets what alone is more than the limit go by itself", () => {
  expect(going(100, [soon(10), soon(500), soon(10)])).toEqual([0, 60_000, 359_980]);
});

it("gives back what was not used, and takes what was used beside it", () => {
  const quota = new Quota(600);
  const taken = quota.take(300, 0);
  expect(quota.waitMs(300, 0)).toBe(30_000);
  quota.correct(taken, 50, 1000);
  expect(quota.waitMs(300, 1000)).toBe(4000);
  quota.correct(taken, 400, 1000);
  expect(quota.waitMs(300, 1000)).toBe(59_000);
  expect(quota.waitMs(200, 40_000)).toBe(0);
  // After its minute a correction changes the spreading only.
  quota.correct(taken, 700, 61_000);
  expect(quota.waitMs(600, 61_000)).toBe(9000);
});

it("never lets more than the limit go in any minute, whatever is asked for, and when", () => {
  const asked = fc.array(
    fc.record({
      amount: fc.integer({ min: 1, max: 50 }),
      after: fc.oneof(fc.constant(0), fc.double({ min: 0, max: 90_000, noNaN: true })),
      late: fc.double({ min: 0, max: 30, noNaN: true }),
    }),
    { maxLength: 60 },
  );
  fc.assert(
    fc.property(fc.integer({ min: 50, max: 400 }), asked, (perMinute, requests) => {
      const at = going(perMinute, requests);
      for (const [first, from] of at.entries()) {
        const within = requests.filter((_, i) => i >= first && (at[i] ?? 0) < from + 60_000);
        const sum = within.reduce((total, { amount }) => total + amount, 0);
        expect(sum).toBeLessThanOrEqual(perMinute);
      }
    }),
  );
});

it("delivers all of the limit when more is asked for", () => {
  const at = going(
    6000,
    Array.from({ length: 12_000 }, () => ({ amount: 1, after: 0, late: 1.3 })),
  );
  expect(at.at(-1)).toBeLessThan(120_100);
});
