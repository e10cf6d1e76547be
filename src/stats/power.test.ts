import { expect, test } from "vitest";
import { casesNeeded, minimumDetectableEffect } from "./power.ts";

const exact = { variance: 0, samples: 1 };

test("a difference of 3 points with ω² = 1/9 needs 969 cases, as Miller 2024 has it", () => {
  expect(casesNeeded({ delta: 0.03, varianceOfDifference: 1 / 9, withinA: exact, withinB: exact })).toBe(969);
});

test("more samples a case lower the number of cases", () => {
  const planned = { delta: 0.03, varianceOfDifference: 1 / 9 };
  const one = casesNeeded({
    ...planned,
    withinA: { variance: 1 / 6, samples: 1 },
    withinB: { variance: 1 / 6, samples: 1 },
  });
  const ten = casesNeeded({
    ...planned,
    withinA: { variance: 1 / 6, samples: 10 },
    withinB: { variance: 1 / 6, samples: 10 },
  });
  expect(one).toBe(3876);
  expect(ten).toBe(1260);
});

test("the detectable effect is 2.8 standard errors for many cases, more for few, unknown where nothing varied", () => {
  expect(minimumDetectableEffect(1, 1e6)).toBeCloseTo(2.8016, 4);
  expect(minimumDetectableEffect(1, 4)).toBeCloseTo(2.7764451 + 0.9409646, 6);
  expect(minimumDetectableEffect(0, 4)).toBeNull();
});
