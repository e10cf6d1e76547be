import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { literalTemplate, renderTemplate, templateVariables, variableNames } from "./template.ts";

const text = (template: string, variables = {}): string => renderTemplate(template, variables).text;

describe("a template", () => {
  it("fills names and paths, white space inside the braces ignored", () => {
    const variables = { name: "Ada", user: { age: 36, admin: false }, größe: 1.5 };
    expect(text("{{name}} {{ user.age }} {{\tuser.admin\n}} {{größe}}", variables)).toBe("Ada 36 false 1.5");
  });

  it("leaves an escaped placeholder as a literal one", () => {
    expect(text("\\{{name}} {{name}}", { name: "Ada" })).toBe("{{name}} Ada");
    expect(text("\\\\{{name}}", { name: "Ada" })).toBe("\\{{name}}");
  });

  it("leaves alone what only looks like a placeholder", () => {
    const jsx = 'style={{ color: "red" }} {{}} {{a b}} {{.a}} {name} {{{ x: 1 }}} \\{{ y: 2 }}';
    expect(renderTemplate(jsx, {})).toEqual({ text: jsx, unfilled: [] });
  });

  it("reports what is missing and what is no text", () => {
    expect(renderTemplate("{{ nme }} {{user}} {{user.x.y}}", { name: "a", user: { x: "b" } })).toEqual({
      text: "{{ nme }} {{user}} {{user.x.y}}",
      unfilled: [
        { placeholder: "{{ nme }}", name: "nme", reason: "missing" },
        { placeholder: "{{user}}", name: "user", reason: "not_text" },
        { placeholder: "{{user.x.y}}", name: "user.x.y", reason: "missing" },
      ],
    });
  });

  it("walks own properties only", () => {
    const { unfilled } = renderTemplate("{{constructor}} {{toString}} {{a.length}} {{__proto__.x}}", { a: "b" });
    expect(unfilled.map((one) => one.reason)).toEqual(["missing", "missing", "missing", "missing"]);
    expect(text("{{__proto__}}", JSON.parse('{"__proto__": "own"}') as object)).toBe("own");
  });

  it("lists its variables once each, literals not among them", () => {
    expect(templateVariables("{{b}} {{a.c}} {{ b }} \\{{d}}")).toEqual(["b", "a.c"]);
    expect(variableNames({ a: { b: { c: 1 } }, d: "x" })).toEqual(["a.b.c", "d"]);
  });

  it("is filled in linear time, whatever it holds", () => {
    const hostile = `${"{{".repeat(50_000)}a${" ".repeat(50_000)}${"a.".repeat(50_000)}}}`;
    expect(text(hostile)).toBe(hostile);
  });
});

describe("any template", () => {
  const pieces = fc.constantFrom("{{", "}}", "{", "\\", "a", "b", ".", " ", "{{a}}", "\\{{a}}", "{{b.a}}", "é");
  const templates = fc.oneof(
    fc.string(),
    fc.array(pieces).map((all) => all.join("")),
  );

  it("is rendered without an exception", () => {
    fc.assert(
      fc.property(templates, fc.dictionary(fc.string(), fc.string()), (template, variables) => {
        expect(typeof text(template, variables)).toBe("string");
      }),
    );
  });

  it("comes out unchanged when it holds no double braces", () => {
    fc.assert(
      fc.property(templates, (template) => {
        const bare = template.replaceAll("{{", "");
        fc.pre(!bare.includes("{{"));
        expect(text(bare, { a: "x" })).toBe(bare);
      }),
    );
  });

  it("comes out as it was when every placeholder is escaped", () => {
    fc.assert(
      fc.property(templates, (template) => {
        const escaped = literalTemplate(template);
        expect(text(escaped, { a: "x", b: { a: "y" } })).toBe(template);
      }),
    );
  });

  it("never expands what it has put in", () => {
    fc.assert(
      fc.property(templates, (value) => {
        expect(text("<{{x}}|{{x}}>", { x: value, a: "no", b: { a: "no" } })).toBe(`<${value}|${value}>`);
      }),
    );
  });
});
