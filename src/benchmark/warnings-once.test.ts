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

it("passes on one warning per target and subject, however many targets there are and whatever its words", () => {
  const heard: string[] = [];
  const warned = warningsOnce((message) => heard.push(message));
  for (let target = 0; target < 30; target += 1) {
    for (let n = 0; n < 3; n += 1) warned(`t${target}`, `the usage of answer ${n} contradicts itself`, "usage");
  }
  warned("t0", "waits too long", "wait");
  expect(heard).toHaveLength(31);
  expect(heard[0]).toBe("t0: the usage of answer 0 contradicts itself");
  expect(heard.at(-1)).toBe("t0: waits too long");
});
