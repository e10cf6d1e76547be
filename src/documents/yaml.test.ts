import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { stringify } from "yaml";
import type { SourceDocument } from "./source-document.ts";
import { readYaml } from "./yaml.ts";

function documentOf(text: string): SourceDocument {
  const read = readYaml("a.yaml", text);
  if (!read.ok) throw new Error(JSON.stringify(read.problems));
  return read.document;
}

function told(text: string): string {
  const read = readYaml("a.yaml", text);
  return read.ok ? "" : read.problems.map((p) => `${p.position?.line}:${p.position?.column} ${p.message}`).join("; ");
}

function hintOf(text: string): string | undefined {
  const read = readYaml("a.yaml", text);
  return read.ok ? undefined : read.problems[0]?.hint;
}

describe("YAML", () => {
  it("reads back what a YAML writer wrote", () => {
    const key = fc.string({ minLength: 1 }).filter((text) => text !== "__proto__");
    const values = fc.dictionary(key, fc.oneof(fc.string(), fc.integer(), fc.boolean()), {
      minKeys: 1,
      noNullPrototype: true,
    });
    fc.assert(
      fc.property(values, (value) => {
        expect(documentOf(stringify(value)).value).toEqual(value);
      }),
    );
  });

  it("answers any text with a document or problems, and never throws", () => {
    const pieces = fc.constantFrom(..."{}[]\"'|#\n\t%a".split(""), ": ", "- ", "  ", "&x ", "*x", "!t ", "---", "? ");
    const mixtures = fc.array(pieces).map((all) => all.join(""));
    fc.assert(
      fc.property(fc.oneof(fc.string(), mixtures), (text) => {
        const read = readYaml("a.yaml", text);
        expect(read.ok || read.problems.length > 0).toBe(true);
      }),
    );
  });

  it("leaves dates, yes and no as text", () => {
    expect(documentOf("day: 2024-05-06\nyes: no\na: <<").value).toEqual({ day: "2024-05-06", yes: "no", a: "<<" });
  });

  it("has no merge keys, and says so; in quotes << is a key like others", () => {
    expect(told("x: &b { id: z }\ny:\n  <<: *b\n  prompt: p\n")).toBe(
      "3:3 merge keys (<<) are not supported: YAML 1.2 has none",
    );
    expect(told("a: { <<: [1] }")).toContain("1:6 merge keys (<<)");
    expect(documentOf('"<<": x').value).toEqual({ "<<": "x" });
  });

  it("keeps numbers, and keys that are numbers, as they are written", () => {
    const texts = [
      "007",
      "1.10",
      "+5",
      "-0",
      ".5",
      "1e3",
      "0x1F",
      "0o17",
      ".inf",
      "-.inf",
      ".nan",
      "12345678901234567890",
    ];
    const { value } = documentOf(texts.map((text) => `- ${text}`).join("\n"));
    expect((value as unknown[]).map(String)).toEqual(texts);
    expect((value as unknown[]).map(Number)).toEqual([
      7,
      1.1,
      5,
      -0,
      0.5,
      1000,
      31,
      15,
      Infinity,
      -Infinity,
      NaN,
      12345678901234567000,
    ]);
    expect(documentOf("[1_000, 12, 0.5, -3]").value).toEqual(["1_000", 12, 0.5, -3]);
    expect(documentOf("007: a\n7: b\n1.10: c").value).toEqual({ "007": "a", "7": "b", "1.10": "c" });
    expect(String((documentOf("a: &n 1.10\nb: *n").value as { b: unknown }).b)).toBe("1.10");
  });

  it("takes a file without a value for null", () => {
    expect(documentOf("# nothing").value).toBeNull();
    expect(documentOf("").locate(["a"]).position).toMatchObject({ line: 1, column: 1 });
  });

  it("keeps __proto__ as a plain key", () => {
    const { value } = documentOf("__proto__: { polluted: 1 }");
    expect(Object.keys(value as object)).toEqual(["__proto__"]);
    expect(({} as Record<string, unknown>)["polluted"]).toBeUndefined();
  });

  it("locates values, keys, the nearest parent of what is absent, and what an alias repeats", () => {
    const { locate } = documentOf("a:\r\n  - b: x\r\n  - &c { d: 1 }\r\n  - *c\r\n1: one\r\n");
    expect(locate(["a", 0, "b"]).position).toEqual({ line: 2, column: 8, lineText: "  - b: x" });
    expect(locate(["a", 0, "b"], { key: true }).position).toMatchObject({ line: 2, column: 5 });
    expect(locate(["a", 0, "none"]).position).toMatchObject({ line: 2, column: 5 });
    expect(locate(["a", 2, "d"]).position).toMatchObject({ line: 3, column: 13 });
    expect(locate(["1"]).position).toMatchObject({ line: 5, column: 4 });
    expect(locate(["a", 9]).position).toMatchObject({ line: 2, column: 3 });
  });

  it("tells every duplicate key but only the first mistake of syntax", () => {
    expect(told("a: 1\na: 2\nb: 1\nb: 2")).toBe(
      "2:1 this key stands twice in one mapping; 4:1 this key stands twice in one mapping",
    );
    expect(told('a: "x\nb: [1')).toMatch(/^2:6 Missing closing "quote$/);
  });

  it("says what to do about the usual mistakes", () => {
    const braces = 'Text that begins with "{{" needs quotes: prompt: "{{name}} …".';
    expect(hintOf("prompt: {{name}} of")).toBe(braces);
    expect(hintOf("prompt: {{name}}")).toBe(braces);
    expect(hintOf("prompt: Note: this")).toBe('Put it in quotes: "Note: this"');
    expect(hintOf("a: b\n  c: d")).toBe("Indent keys of one mapping alike.");
    expect(hintOf("a:\n\tb: 1")).toBe("Indent with spaces in place of tabs.");
    expect(hintOf("- a: 1\n\tb: 2")).toBe("Indent with spaces in place of tabs.");
    expect(hintOf("a: `x`")).toBe("Put the text in quotes.");
    expect(hintOf("a: !important x")).toBe('Text that begins with "!" needs quotes.');
    expect(told("a: 1\n---\nb: 2")).toBe("2:1 a second document begins here");
  });

  it("refuses aliases without an anchor, aliases of themselves, and a nest of them that would blow up", () => {
    expect(told("a: *x")).toBe("1:4 the alias *x has no anchor &x before it");
    expect(told("a: &x [1, *x]")).toBe("1:11 the alias *x stands inside what it repeats");
    const levels = ["a0: &a0 [x]"];
    for (let n = 1; n < 9; n += 1)
      levels.push(
        `a${n}: &a${n} [${Array(9)
          .fill(`*a${n - 1}`)
          .join(", ")}]`,
      );
    expect(told(levels.join("\n"))).toContain("the aliases of this document stand for too much");
  });

  it("lets hundreds of cases share one setting", () => {
    const text = `shared: &s { temperature: 0 }\ncases:\n${"  - *s\n".repeat(500)}`;
    expect((documentOf(text).value as { cases: unknown[] }).cases).toHaveLength(500);
  });
});
