import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { WrittenNumber } from "../core/written-number.ts";
import { mayHaveWrittenNumbers, writtenJson } from "./json-numbers.ts";
import { writtenJsonText } from "./written-json-text.ts";

/** Numbers as people and programs write them, usual ones too. */
const number = fc.oneof(
  fc.integer().map(String),
  fc.bigInt({ min: -(10n ** 30n), max: 10n ** 30n }).map(String),
  fc.tuple(fc.integer(), fc.stringMatching(/^\d{1,6}$/)).map(([whole, digits]) => `${whole}.${digits}`),
  fc.constantFrom("-0", "1.10", "1e3", "1E+05", "0.10", "-0.0", "9007199254740993", "1e400", "0e0"),
);
const space = fc.constantFrom("", " ", "\n", "\t ");
const json: fc.Arbitrary<string> = fc.letrec<{ value: string }>((tie) => ({
  value: fc.oneof(
    { depthSize: "small" },
    number,
    fc.string().map((text) => JSON.stringify(text)),
    fc.constantFrom('"[1.10, 2]"', '": 1.10,"', "true", "null", "[]", "{}"),
    fc
      .tuple(space, fc.array(tie("value"), { minLength: 1 }))
      .map(([gap, all]) => `[${gap}${all.join(`${gap},${gap}`)}${gap}]`),
    fc.tuple(space, fc.dictionary(fc.string(), tie("value"), { minKeys: 1 })).map(
      ([gap, all]) =>
        `{${Object.entries(all)
          .map(([key, one]) => `${gap}${JSON.stringify(key)}${gap}:${gap}${one}`)
          .join(",")}${gap}}`,
    ),
  ),
})).value;

const numbersIn = (text: string): string[] =>
  [...text.replaceAll(/"(?:[^"\\]|\\.)*"/g, '""').matchAll(/-?\d[\d.eE+-]*/g)].map(([one]) => one);

describe("JSON with its numbers as they are written", () => {
  it("is the value that JSON.parse gives, and writes each number back as it was", () => {
    fc.assert(
      fc.property(json, (text) => {
        const value = writtenJson(text);
        const back = writtenJsonText(value);
        expect(JSON.parse(back)).toEqual(JSON.parse(text));
        // Keys that are whole numbers come first in any object of JavaScript's.
        expect(numbersIn(back).toSorted()).toEqual(numbersIn(text).toSorted());
        expect(writtenJsonText(writtenJson(writtenJsonText(value, 2)))).toBe(back);
      }),
      { numRuns: 1000 },
    );
  });

  it("has plain numbers wherever JavaScript writes them in the same way", () => {
    expect(writtenJson('{"a": [1, -2.5, 0.001], "b": "1.10", "c": {"__proto__": 1.10}}')).toEqual({
      a: [1, -2.5, 0.001],
      b: "1.10",
      c: JSON.parse('{"__proto__": 1}', (_, one: unknown) => (one === 1 ? new WrittenNumber("1.10") : one)) as unknown,
    });
    expect(mayHaveWrittenNumbers('{"a": [1, 2.5], "b": "costs 1.10, or so"}')).toBe(false);
  });

  it("writes as text what JSON has no number for, and as JSON.stringify does what has no such numbers", () => {
    const value = {
      a: new WrittenNumber("007", 7),
      b: [new WrittenNumber(".inf", Infinity), new WrittenNumber("1.10")],
      c: undefined,
    };
    expect(writtenJsonText(value)).toBe('{"a":"007","b":[".inf",1.10]}');
    expect(writtenJsonText({ x: [value.a, {}], y: { z: [] } }, 2)).toBe(
      '{\n  "x": [\n    "007",\n    {}\n  ],\n  "y": {\n    "z": []\n  }\n}',
    );
    fc.assert(
      fc.property(fc.jsonValue(), (one) => {
        expect(writtenJsonText(one, 2)).toBe(JSON.stringify(one, null, 2));
      }),
    );
  });
});

describe("a written number", () => {
  it("counts as a number and reads as written", () => {
    const price = new WrittenNumber("1.10");
    expect(Number(price) + 1).toBe(2.1);
    expect(`${String(price)} ${JSON.stringify({ price })}`).toBe('1.10 {"price":1.1}');
  });
});
