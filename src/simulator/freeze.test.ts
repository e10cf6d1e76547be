import { expect, it } from "vitest";
import { dueUnder } from "./freeze.ts";

// First request at 1000; frozen from 3000 to 5000.
const freeze = { afterMs: 2000, forMs: 2000 };

it.each([
  ["is over before the freeze", 2000, 500, 2500],
  ["ends as the freeze begins", 2500, 500, 3000],
  ["is in service when it begins", 2800, 500, 5300],
  ["comes as it begins", 3000, 50, 5050],
  ["comes in the middle of it", 4000, 50, 5050],
  ["comes as it ends", 5000, 50, 5050],
  ["comes after it", 6000, 50, 6050],
])("work that %s", (_, at, workMs, due) => {
  expect(dueUnder(freeze, 1000, at, workMs)).toBe(due);
  expect(dueUnder(null, 1000, at, workMs)).toBe(at + workMs);
});
