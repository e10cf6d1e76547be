import { expect, test } from "vitest";
import { FAULT_KINDS, faultOf, type FaultKind } from "./faults.ts";

const CASES = Array.from({ length: 4000 }, (_, i) => `case-${i}`);
const options = { seed: 7, fail: 0.25, failKinds: FAULT_KINDS };
const failuresOf = (key: string): number => [0, 1, 2, 3, 4, 5].filter((n) => faultOf(options, key, n) !== null).length;

test("the share of faulty cases is the one asked for", () => {
  const faulty = CASES.filter((key) => faultOf(options, key, 0) !== null).length;
  expect(faulty / CASES.length).toBeCloseTo(0.25, 1);
  expect(CASES.every((key) => faultOf({ ...options, fail: 0 }, key, 0) === null)).toBe(true);
  expect(CASES.every((key) => faultOf({ ...options, fail: 1 }, key, 0) !== null)).toBe(true);
});

test("a faulty case fails once, twice or for good, a quarter of them for good", () => {
  const counts = CASES.map(failuresOf).filter((count) => count > 0);
  const share = (count: number): number => counts.filter((other) => other === count).length / counts.length;
  expect(new Set(counts)).toEqual(new Set([1, 2, 6]));
  expect(share(1)).toBeCloseTo(0.375, 1);
  expect(share(2)).toBeCloseTo(0.375, 1);
  expect(share(6)).toBeCloseTo(0.25, 1);
});

test("all failing attempts of a case meet the same kind, and every kind is met", () => {
  const met = new Set<FaultKind>();
  for (const key of CASES) {
    const kinds = new Set([0, 1, 2].map((n) => faultOf(options, key, n)).filter((kind) => kind !== null));
    expect(kinds.size).toBeLessThanOrEqual(1);
    for (const kind of kinds) met.add(kind);
  }
  expect(met).toEqual(new Set(FAULT_KINDS));
});

test("another seed strikes other cases, a larger share strikes the same ones and more", () => {
  const struck = (more: object): string[] => CASES.filter((key) => faultOf({ ...options, ...more }, key, 0) !== null);
  expect(struck({ seed: 8 })).not.toEqual(struck({}));
  expect(struck({ fail: 0.4 })).toEqual(expect.arrayContaining(struck({})));
});
