import { expect, test } from "vitest";
import { scheduleOf, type Schedule } from "./schedule.ts";
import { wordsOf } from "./words.ts";

const profile = { ttftMs: 100, tpotMs: 10, tokens: 40, jitter: 0.2 };
const schedules = Array.from({ length: 3000 }, (_, i) => scheduleOf(3, `case-${i}`, profile, null));
const mean = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length;
const spread = (values: readonly number[]): number => {
  const centre = mean(values);
  return Math.sqrt(mean(values.map((value) => (value - centre) ** 2))) / centre;
};
const first = ({ dueMs }: Schedule): number => dueMs[0] ?? Number.NaN;
const gapsOf = ({ dueMs }: Schedule): number[] => dueMs.slice(1).map((due, i) => due - (dueMs[i] ?? Number.NaN));

test("the same seed, case and profile give the same schedule; another seed or case another one", () => {
  expect(scheduleOf(3, "case-5", profile, null)).toEqual(schedules[5]);
  expect(scheduleOf(4, "case-5", profile, null)).not.toEqual(schedules[5]);
  expect(schedules[6]).not.toEqual(schedules[5]);
});

test("times and lengths have the means and the spread of the profile", () => {
  const measured: [number[], number][] = [
    [schedules.map(first), 100],
    [schedules.flatMap(gapsOf), 10],
    [schedules.map(({ dueMs }) => dueMs.length), 40],
  ];
  for (const [values, expected] of measured) {
    expect(mean(values) / expected).toBeCloseTo(1, 1);
    expect(spread(values)).toBeCloseTo(0.2, 1);
  }
});

test("tokens are due one after another", () => {
  expect(schedules.every((schedule) => gapsOf(schedule).every((gap) => gap > 0))).toBe(true);
});

test("without jitter every answer is the profile to the millisecond", () => {
  const { dueMs, finish } = scheduleOf(1, "any", { ...profile, tokens: 3, jitter: 0 }, null);
  expect(dueMs).toEqual([100, 110, 120]);
  expect(finish).toBe("stop");
});

test("the token limit cuts an answer short and leaves its times as they were", () => {
  const whole = scheduleOf(3, "case-1", profile, null);
  expect(scheduleOf(3, "case-1", profile, 5)).toEqual({ dueMs: whole.dueMs.slice(0, 5), finish: "length" });
  expect(scheduleOf(3, "case-1", profile, whole.dueMs.length)).toEqual(whole);
});

test("an answer has one word a token, is labelled first, and is the same each time", () => {
  const words = wordsOf(3, "case-1", 20);
  expect(words).toHaveLength(20);
  expect(words.join("")).toMatch(/^\[simulated\]( [a-z]+){19}$/);
  expect(wordsOf(3, "case-1", 5)).toEqual(words.slice(0, 5));
  expect(wordsOf(3, "case-2", 20)).not.toEqual(words);
});
