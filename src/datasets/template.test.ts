import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { WrittenNumber } from "../core/written-number.ts";
import { literalTemplate, MOST_CHARACTERS, renderTemplate, templateVariables, variableNames } from "./template.ts";

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
    expect(renderTemplate(jsx, {})).toEqual({ text: jsx, unfilled: [], length: jsx.length });
  });

  it("reports what is missing and what is no text", () => {
    expect(renderTemplate("{{ nme }} {{user}} {{user.x.y}}", { name: "a", user: { x: "b" } })).toEqual({
      text: "{{ nme }} {{user}} {{user.x.y}}",
      length: 31,
      unfilled: [
        { placeholder: "{{ nme }}", name: "nme", reason: "missing" },
        { placeholder: "{{user}}", name: "user", reason: "not_text" },
        { placeholder: "{{user.x.y}}", name: "user.x.y", reason: "missing" },
      ],
    });
  });

  it.each([
    "{{ name | upper }}",
    "{{name|upper}}",
    '{{ user.name | default("x") | trim }}',
    "{{ x | default({a: 1}) }}",
    '{{ name | replace("}", "") }}',
    "{{ name | replace('{', \"}}\") | join('}, {') }}",
    "{{- name | upper -}}",
    "{{#each items}}",
    "{{/each}}",
    "{{~#if a}}",
    "{% if a %}",
    "{%- endif -%}",
    '{% set x = {"a": 1} %}',
    "{% for x\n in y %}",
  ])("takes %j for template logic, unless it is escaped", (logic) => {
    const { unfilled } = renderTemplate(`a ${logic} b`, { name: "Ada", x: "y" });
    expect(unfilled).toEqual([{ placeholder: logic, name: logic, reason: "logic" }]);
    expect(renderTemplate(`a \\${logic} b`, {})).toMatchObject({ text: `a ${logic} b`, unfilled: [] });
    expect(renderTemplate(literalTemplate(logic), {})).toMatchObject({ text: logic, unfilled: [] });
  });

  it.each([
    "{{ a || b }}",
    "{{ a | }}",

    "{{ 'a' | upper }}",
    "{{}} {{#}} {{/}} {# comment #} {{> partial}} {{^a}} {{! a }}",
    "{% comment\nof LaTeX}",
    "\\newcommand{\\x}{% the first\n  50% of it}",
    "{% 5 %} {%} 100%}",
    "x = {{#include",
    '{"a": {"b": 1}}',
    "\\frac{{1}{2}}",
  ])("takes %j for text", (plain) => {
    expect(renderTemplate(plain, {})).toMatchObject({ text: plain, unfilled: [] });
    expect(renderTemplate(literalTemplate(plain), {}).text).toBe(plain);
  });

  it("puts numbers in as they are written in the file", () => {
    const variables = { price: new WrittenNumber("1.10"), n: { code: new WrittenNumber("007") }, plain: 0.5 };
    expect(text("{{price}} {{n.code}} {{plain}}", variables)).toBe("1.10 007 0.5");
    expect(variableNames(variables)).toEqual(["price", "n.code", "plain"]);
    expect(renderTemplate("{{price.text}}", variables).unfilled).toMatchObject([{ reason: "missing" }]);
  });

  it("is not made when it would be longer than any model takes", () => {
    const template = "{{v}}".repeat(200_000);
    const rendered = renderTemplate(template, { v: "x".repeat(100_000) });
    expect(rendered.text).toBe(template);
    expect(rendered.length).toBeGreaterThan(MOST_CHARACTERS);
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
    for (const piece of ["{%a ", "{{a|b", "{{#x", "{{a|b{c}", "\\{% a {", "{{a |"]) {
      const many = piece.repeat(200_000);
      expect(text(many)).toBe(many);
    }
  });
});

describe("any template", () => {
  const pieces = fc.constantFrom(
    "{{",
    "}}",
    "{",
    "\\",
    "a",
    "b",
    ".",
    " ",
    "{{a}}",
    "\\{{a}}",
    "{{b.a}}",
    "é",
    "{%",
    "%}",
    "|",
    "#",
    "/",
    "{{a|b}}",
    "{{#a}}",
    "{% a %}",
    "\\{%",
    "\n",
  );
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
        const bare = template.replaceAll(/\{[{%]/g, "");
        fc.pre(!bare.includes("{{") && !bare.includes("{%"));
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
