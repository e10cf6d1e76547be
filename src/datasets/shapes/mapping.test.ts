import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { checkedMapping, mappedShape, parseMap, requireColumns, type Mapping } from "./mapping.ts";
import { shapeNamed } from "./recognise.ts";

const rows = [{ idx: 1, question: "Is {{x}} 1?", answer: "yes", meta: { q: "deep", list: [1, "b"] }, none: null }];
const row = { ...rows[0] };
const cased = (mapping: Mapping): unknown => mappedShape(checkedMapping(mapping), null).toCase(row);

describe("--map", () => {
  it("is read as pairs of a field and a column", () => {
    expect(parseMap("prompt=question, expected = answer,variables.x=a.b")).toEqual({
      prompt: "question",
      expected: "answer",
      "variables.x": "a.b",
    });
    for (const wrong of ["", "prompt", "=a", "prompt=", "prompt=a,,"]) {
      expect(() => parseMap(wrong)).toThrow(/is not of the form field=column/);
    }
    expect(() => parseMap("id=a,id=b")).toThrow('"id" is given twice');
  });

  it("refuses fields that a test case has not", () => {
    expect(() => checkedMapping({ map: { promt: "a" } })).toThrow('no field "promt"; did you mean "prompt"?');
    for (const target of ["config", "variables", "variables.", "id.x"]) {
      expect(() => checkedMapping({ map: { [target]: "a" } })).toThrow(/a test case has no field/);
    }
    expect(() => checkedMapping({ map: { prompt: "a" }, prompt: "b" })).toThrow(/given twice/);
  });

  it("refuses columns that the file has not, and names those it has", () => {
    const check = (map: Record<string, string>, prompt?: string): void =>
      requireColumns(checkedMapping({ map, ...(prompt === undefined ? {} : { prompt }) }), rows, "a.csv");
    expect(() => check({ prompt: "qestion" })).toThrow(
      expect.objectContaining({
        message: 'a.csv has no column "qestion"; did you mean "question"?',
        hint: expect.stringContaining('"idx", "question", "answer", "meta", "meta.q"'),
      }),
    );
    expect(() => check({}, "{{questions}}")).toThrow(/no column "questions"/);
    expect(() => check({ prompt: "meta.q", expected: "none", "variables.y": "idx" }, undefined)).not.toThrow();
    expect(() => check({ "variables.y": "idx" }, "{{y}} {{question}}")).not.toThrow();
  });

  it("takes a column's text as it is, and values from inside", () => {
    expect(cased({ map: { prompt: "question", expected: "answer", id: "idx", "metadata.from": "meta.q" } })).toEqual({
      ok: true,
      value: { id: "1", prompt: "Is \\{{x}} 1?", expected: "yes", metadata: { from: "deep" } },
      from: { id: ["idx"], prompt: ["question"], expected: ["answer"] },
    });
  });

  it("reads a prompt as a template where variables are mapped beside it", () => {
    expect(cased({ map: { prompt: "question", "variables.x": "meta.list", references: "meta.list" } })).toMatchObject({
      value: { prompt: "Is {{x}} 1?", variables: { x: '[1,"b"]' }, references: ["1", "b"] },
      from: { references: ["meta", "list"] },
    });
  });

  it("tells of a column that cannot be the field", () => {
    expect(cased({ map: { prompt: "meta" } })).toMatchObject({ ok: false, path: ["meta"] });
    expect(cased({ map: { expected: "meta" } })).toMatchObject({ ok: false });
    expect(cased({ map: { messages: "meta", metadata: "answer" } })).toMatchObject({
      value: { messages: row.meta, metadata: { value: "yes" } },
    });
    expect(cased({ map: { metadata: "meta" } })).toMatchObject({ value: { metadata: row.meta } });
    expect(cased({ map: { prompt: "question", expected: "none" } })).toMatchObject({
      value: { prompt: expect.any(String) },
    });
  });

  it("makes variables of the columns that a template names; \\n is a newline", () => {
    expect(cased({ map: {}, prompt: "Q: {{question}}\\nA ({{meta.q}}):" })).toMatchObject({
      value: {
        prompt: "Q: {{question}}\nA ({{meta.q}}):",
        variables: { question: "Is {{x}} 1?", meta: { q: "deep" } },
      },
    });
  });

  it("goes over a known shape, which gives the rest", () => {
    const shape = mappedShape(checkedMapping({ map: {}, prompt: "{{question}} Think." }), shapeNamed("gsm8k"));
    expect(shape.toCase({ question: "1+1?", answer: "#### 2" })).toMatchObject({
      value: { prompt: "{{question}} Think.", variables: { question: "1+1?" }, expected: "2" },
    });
    expect(shape.toCase({ question: "1+1?", answer: "2" })).toMatchObject({ ok: false });
    expect(shape.inWords).toBe("prompt from a template of columns");
  });
});

describe("any mapping", () => {
  it("reads any record without an exception", () => {
    const names = fc.constantFrom("a", "a.b", "b", "__proto__", "constructor", "a.__proto__");
    const targets = fc.constantFrom("id", "prompt", "messages", "expected", "references", "variables.x", "metadata.y");
    const maps = fc.dictionary(targets, names);
    fc.assert(
      fc.property(maps, fc.dictionary(names, fc.jsonValue()), (map, record) => {
        expect(typeof mappedShape({ map }, null).toCase(record).ok).toBe("boolean");
        expect(typeof mappedShape({ map: {}, prompt: "{{a}} {{b.c}}" }, null).toCase(record).ok).toBe("boolean");
      }),
    );
  });
});

it("a template of columns with the logic of other tools is refused, and how to escape it is said", () => {
  expect(() => checkedMapping({ map: {}, prompt: "Q: {{q | upper}}" })).toThrow('"{{q | upper}}" is template logic');
  expect(checkedMapping({ map: {}, prompt: String.raw`\{{#q}} {{q}}` }).prompt).toBe(String.raw`\{{#q}} {{q}}`);
});
