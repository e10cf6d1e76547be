import { expect, it } from "vitest";
import { warningsOnce } from "./warnings-once.ts";

it("passes on each warning once for a target, with its name", () => {
  const heard: string[] = [];
  const warned = warningsOnce((message) => heard.push(message));
  for (const target of ["a", "b", "a"]) warned(target, "seed is not supported");
  expect(heard).toEqual(["a: its client says: seed is not supported", "b: its client says: seed is not supported"]);
});

it("ends a flood of different ones", () => {
  const heard: string[] = [];
  const warned = warningsOnce((message) => heard.push(message));
  for (let i = 0; i < 1000; i += 1) warned("a", `request ${i} is odd`);
  expect(heard).toHaveLength(20);
});
