import { expect, test } from "vitest";
import {
  binomialTail,
  incompleteBeta,
  logGamma,
  normalCdf,
  normalQuantile,
  studentCdf,
  studentQuantile,
  studentTail,
} from "./distributions.ts";

// Reference values: SciPy 1.17 (norm, t, binom, math.lgamma).
function relativeError(actual: number, expected: number): number {
  return Math.abs(actual - expected) / Math.max(Math.abs(expected), 1e-300);
}

test.each([
  [-8, 6.22096057427174e-16],
  [-4.5, 3.3976731247300535e-6],
  [-3, 0.0013498980316300933],
  [-1, 0.15865525393145707],
  [0, 0.5],
  [0.5, 0.6914624612740131],
  [1.96, 0.9750021048517795],
  [3.9, 0.9999519036559824],
  [4.1, 0.9999793424930875],
  [Number.POSITIVE_INFINITY, 1],
])("the normal distribution has P(Z ≤ %f) = %f", (x, p) => {
  expect(relativeError(normalCdf(x), p)).toBeLessThan(1e-9);
});

test.each([
  [1e-10, -6.361340902404056],
  [0.001, -3.090232306167813],
  [0.025, -1.9599639845400545],
  [0.3, -0.5244005127080409],
  [0.8, 0.8416212335729143],
  [0.975, 1.959963984540054],
  [0.9999, 3.719016485455709],
])("the normal quantile of %f is %f", (p, x) => {
  expect(relativeError(normalQuantile(p), x)).toBeLessThan(1e-9);
});

test("the normal quantile is 0 at a half and infinite at the ends", () => {
  expect(normalQuantile(0.5)).toBeCloseTo(0, 12);
  expect(normalQuantile(0)).toBe(Number.NEGATIVE_INFINITY);
  expect(normalQuantile(1)).toBe(Number.POSITIVE_INFINITY);
});

test.each([
  [0.975, 1, 12.706204736174694],
  [0.975, 2, 4.302652729749462],
  [0.975, 9, 2.262157162798205],
  [0.975, 29.5, 2.043724966772122],
  [0.8, 5, 0.9195437802408271],
  [0.995, 120, 2.6174211451068654],
  [0.975, 100_000, 1.9599877075346095],
])("Student's quantile of %f with %f degrees of freedom is %f", (p, df, t) => {
  expect(relativeError(studentQuantile(p, df), t)).toBeLessThan(1e-9);
});

test("Student's quantile is symmetric and infinite at the ends", () => {
  expect(studentQuantile(0.1, 7)).toBe(-studentQuantile(0.9, 7));
  expect(studentQuantile(1, 7)).toBe(Number.POSITIVE_INFINITY);
});

test.each([
  [-2, 3, 0.06966298427942152],
  [0.5, 1, 0.6475836176504333],
  [2.5, 10, 0.9842765778816955],
  [6, 4, 0.9980587314765197],
  [1.96, 1e6, 0.9750019662073651],
])("Student's distribution has P(T ≤ %f) with %f degrees of freedom = %f", (t, df, p) =>
  expect(relativeError(studentCdf(t, df), p)).toBeLessThan(1e-9),
);

test("Student's tail is the same on both sides", () => {
  expect(studentTail(-2, 3)).toBe(studentTail(2, 3));
});

test.each([
  [0.5, 0.5723649429247004],
  [3.7, 1.4280723266653883],
  [10, 12.801827480081467],
  [100.5, 361.4355404677776],
  [1e6, 12_815_504.569147611],
])("ln Γ(%f) = %f", (x, value) => {
  expect(relativeError(logGamma(x), value)).toBeLessThan(1e-13);
});

test("ln Γ is 0 at 1 and 2", () => {
  expect(logGamma(1)).toBeCloseTo(0, 13);
  expect(logGamma(2)).toBeCloseTo(0, 13);
});

test.each([
  [8, 10, 0.5, 0.0546875],
  [3, 10, 0.1, 0.0701908264],
  [72, 72, 0.95, 0.024894280619189406],
  [960, 1000, 0.95, 0.08063657325669013],
  [950_300, 1_000_000, 0.95, 0.08459452203754732],
  [0, 5, 0.3, 1],
  [6, 5, 0.3, 0],
])("at least %i of %i trials of chance %f succeed with probability %f", (k, n, p, tail) => {
  expect(relativeError(binomialTail(k, n, p), tail)).toBeLessThan(1e-8);
});

test("the incomplete beta function runs from 0 to 1", () => {
  expect(incompleteBeta(0, 2, 3)).toBe(0);
  expect(incompleteBeta(1, 2, 3)).toBe(1);
  // I_x(2, 3) = 6x² − 8x³ + 3x⁴
  expect(relativeError(incompleteBeta(0.3, 2, 3), 0.3483)).toBeLessThan(1e-10);
});
