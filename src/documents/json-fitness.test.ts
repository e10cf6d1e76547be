import { expect, it } from "vitest";
import { WrittenNumber } from "../core/written-number.ts";
import { unfitForJson } from "./json-fitness.ts";
import { pathText } from "./source-document.ts";

const complaints = (value: unknown): string[] =>
  unfitForJson(value).map(({ path, message }) => `${pathText(path)}: ${message}`);

it("what JSON keeps is fit", () => {
  const value = {
    text: "a",
    number: -0,
    left: undefined,
    none: null,
    date: new Date(0),
    written: new WrittenNumber("1.10"),
    boxed: new String("b"),
    twice: [{}, {}],
    bare: Object.assign(Object.create(null) as object, { __proto__: 1 }),
    own: JSON.parse('{"__proto__":{"a":1}}') as unknown,
  };
  expect(complaints({ ...value, again: value.twice })).toEqual([]);
});

it.each<[string, unknown, string]>([
  ["no number", { a: [Number.NaN] }, "a[0]: NaN is no number"],
  ["endless", { a: -Infinity }, "a: -Infinity is no number"],
  ["a bigint", { a: 5n }, "a: a bigint is no number"],
  ["a function", { a: () => 1 }, "a: a function cannot"],
  ["a symbol", { a: Symbol("s") }, "a: a symbol cannot"],
  ["a Map", { a: new Map([[1, 2]]) }, "a: a Map cannot"],
  ["a Set", new Set([1]), ": a Set cannot"],
  ["bytes", { a: new Uint8Array(2) }, "a: a Uint8Array cannot"],
  ["a promise", { a: Promise.resolve() }, "a: a Promise cannot"],
  ["a hole", { a: [undefined] }, "a[0]: nothing has no place in a list"],
  [
    "what throws",
    {
      get a(): never {
        throw new Error("mine");
      },
    },
    "a: this cannot be read: mine",
  ],
])("%s is not", (_, value, says) => {
  expect(complaints(value)).toEqual([expect.stringContaining(says)]);
});

it("a circle and a depth without end are told, not followed", () => {
  const circle: Record<string, unknown> = {};
  circle["b"] = { circle };
  expect(complaints(circle)).toEqual([expect.stringContaining("b.circle: this is part of itself")]);
  let deep: unknown = 1;
  for (let i = 0; i < 100_000; i += 1) deep = [deep];
  expect(complaints(deep)).toEqual([expect.stringContaining("nested more than 2000 levels deep")]);
});
