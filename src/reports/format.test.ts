import { expect, test } from "vitest";
import {
  formatCount,
  formatDifferences,
  formatDollars,
  formatMillis,
  formatP,
  formatRate,
  formatShare,
} from "./format.ts";

test.each([
  [null, "–"],
  [0, "0 ms"],
  [0.312, "312 µs"],
  [0.9999, "1.00 ms"],
  [87.34, "87.3 ms"],
  [164.2, "164 ms"],
  [999.7, "1.00 s"],
  [1240, "1.24 s"],
  [12_345, "12.3 s"],
  [-334, "−334 ms"],
  [125_000, "2 min 05 s"],
  [-60_000, "−1 min 00 s"],
])("%f ms reads %s", (ms, text) => expect(formatMillis(ms)).toBe(text));

test("differences share the unit and the decimals of the largest", () => {
  expect(formatDifferences([-334.2, -351, 18.4])).toEqual({ texts: ["−334", "−351", "+18"], unit: "ms" });
  expect(formatDifferences([1250, 40])).toEqual({ texts: ["+1.25", "+0.04"], unit: "s" });
  expect(formatDifferences([0, 0])).toEqual({ texts: ["0.00", "0.00"], unit: "ms" });
});

test.each([
  [null, "–"],
  [0, "0"],
  [9041, "9041"],
  [12_345, "12.3k"],
  [999_600, "1.00M"],
  [1_234_567, "1.23M"],
])("a count of %i reads %s", (count, text) => expect(formatCount(count)).toBe(text));

test.each([
  [null, "–"],
  [4.213, "4.21"],
  [312.4, "312"],
  [12_345, "12.3k"],
])("a rate of %f reads %s", (rate, text) => expect(formatRate(rate)).toBe(text));

test.each([
  [null, "–"],
  [0, "$0"],
  [0.00421, "$0.0042"],
  [0.0999, "$0.10"],
  [0.057, "$0.057"],
  [0.996, "$1.00"],
  [12.345, "$12.35"],
])("%f dollars read %s", (dollars, text) => expect(formatDollars(dollars)).toBe(text));

test.each([
  [null, "–"],
  [1, "100 %"],
  [0.9999, "99.9 %"],
  [0.983, "98.3 %"],
  [0.0001, "0.1 %"],
  [0, "0 %"],
])("a share of %f reads %s", (share, text) => expect(formatShare(share)).toBe(text));

test.each([
  [0.0002, "p < 0.001"],
  [0.0312, "p = 0.03"],
  [0.25, "p = 0.25"],
])("a p-value of %f reads %s", (p, text) => expect(formatP(p)).toBe(text));
