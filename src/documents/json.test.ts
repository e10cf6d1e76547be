import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { readJson } from "./json.ts";
import type { Problem } from "./problem.ts";
import type { SourceDocument } from "./source-document.ts";

function documentOf(text: string): SourceDocument {
  const read = readJson("a.json", text);
  if (!read.ok) throw new Error(JSON.stringify(read.problems));
  return read.document;
}

function problemsOf(text: string): readonly Problem[] {
  const read = readJson("a.json", text);
  return read.ok ? [] : read.problems;
}

const told = (text: string): string =>
  problemsOf(text)
    .map(({ position, message }) => `${position?.line}:${position?.column} ${message}`)
    .join("; ");

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

describe("JSON", () => {
  it("reads exactly what JSON.parse reads", () => {
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        const text = JSON.stringify(value);
        expect(documentOf(text).value).toEqual(JSON.parse(text));
      }),
    );
  });

  it("reads any text as JSON.parse does, duplicate keys apart, or tells problems that are inside it", () => {
    const pieces = fc.constantFrom(..."{}[],:\"1-\\'\n".split(""), '"a"', '"b"', "//", "/*", "tru", "null", "é");
    const mixtures = fc.array(pieces).map((all) => all.join(""));
    fc.assert(
      fc.property(fc.oneof(fc.string({ unit: "binary" }), mixtures), (text) => {
        const read = readJson("a.json", text);
        const isDuplicate = !read.ok && read.problems.every(({ message }) => message.includes("stands twice"));
        expect(read.ok || isDuplicate).toBe(isJson(text));
        const positions = read.ok ? [] : read.problems.flatMap(({ position }) => position ?? []);
        const lines = text.split("\n");
        expect(positions.every(({ line, column }) => column <= (lines[line - 1]?.length ?? -1) + 1)).toBe(true);
      }),
    );
  });

  it("locates values, keys, and the nearest parent of what is absent", () => {
    const { locate } = documentOf('{\r\n  "a": [1,\r\n    {"b": "x {{y}}"}]\r\n}');
    expect(locate(["a", 1, "b"]).position).toEqual({ line: 3, column: 11, lineText: '    {"b": "x {{y}}"}]' });
    expect(locate(["a", 1, "b"], { key: true }).position).toMatchObject({ line: 3, column: 6 });
    expect(locate(["a", 1, "b"], { text: "{{y}}" }).position).toMatchObject({ line: 3, column: 14 });
    expect(locate(["a", 0], { text: "{{y}}" }).position).toMatchObject({ line: 2, column: 9 });
    expect(locate(["a", 1, "none", "deeper"]).position).toMatchObject({ line: 3, column: 5 });
    expect(locate([]).position).toMatchObject({ line: 1, column: 1 });
  });

  it("keeps __proto__, constructor and prototype as plain keys", () => {
    const { value } = documentOf('{"__proto__": {"polluted": 1}, "constructor": 2, "prototype": 3}');
    expect(Object.keys(value as object)).toEqual(["__proto__", "constructor", "prototype"]);
    expect(({} as Record<string, unknown>)["polluted"]).toBeUndefined();
  });

  it("says what is wrong, and where, in plain words", () => {
    expect(told('{"a": 1,}')).toBe("1:9 a comma stands before the closing bracket");
    expect(told('{"a": 1 "b": 2}')).toBe("1:9 a comma is missing before this");
    expect(told('{"a" 1}')).toBe("1:6 a colon is missing before this");
    expect(told("{'a': 1}")).toBe("1:2 text in single quotes");
    expect(told('{"a": 1 // one\n}')).toBe("1:9 a comment");
    expect(told('{"a": "x\n"}')).toBe("1:7 this text has no closing quote on its line");
    expect(told('{"a": "\\q"}')).toBe("1:7 this text has a backslash that JSON does not know");
    expect(told('{"a": "\t"}')).toBe("1:7 this text has a control character");
    expect(told('{"a": tru}')).toBe("1:7 no JSON value begins like this");
    expect(told('{"a": [1')).toBe("1:9 the file ends too early; a bracket or quote is still open");
    expect(told('{"a": 1} "b"')).toBe("1:10 the document ended before this");
    expect(told(" \n")).toBe("undefined:undefined the file is empty");
  });

  it("tells every duplicate key, and no key of another object as one", () => {
    expect(told('{"a": 1,\n "b": {"a": 1},\n "a": 2, "b": 3}')).toBe(
      '3:2 the key "a" stands twice in this object; 3:10 the key "b" stands twice in this object',
    );
  });

  it("refuses what is nested too deeply, whether or not it is well formed", () => {
    const deep = "[".repeat(200_000);
    expect(told(deep)).toContain("nested more than 200 levels deep");
    expect(told(deep + "]".repeat(200_000))).toContain("nested more than 200 levels deep");
  });
});
