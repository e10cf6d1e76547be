import { readFileSync } from "node:fs";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { parse } from "yaml";
import type { Fields } from "./fields.ts";
import { assertFromText } from "./promptfoo-asserts.ts";
import type { NamedFile } from "./promptfoo-files.ts";
import { isPromptfoo, promptfooCases } from "./promptfoo.ts";

describe("a configuration of promptfoo", () => {
  const read = (config: unknown): ReturnType<typeof promptfooCases> => promptfooCases(config as Fields);

  it("gives every prompt with every test", () => {
    const config = parse(readFileSync("examples/datasets/foreign/promptfoo.yaml", "utf8")) as Fields;
    expect(isPromptfoo(config)).toBe(true);
    const shaped = read(config);
    if (!shaped.ok) throw new Error("it was not read");
    expect(shaped.description).toBe("Translations");
    expect(shaped.cases.map(({ value }) => value["id"])).toEqual([
      "test-1/prompt-1",
      "test-1/formal",
      "test-2.1/prompt-1",
      "test-2.1/formal",
      "test-2.2/prompt-1",
      "test-2.2/formal",
    ]);
    expect(shaped.cases[0]?.value).toMatchObject({
      category: "prompt-1",
      prompt: "Translate to {{language}}: {{text}}",
      variables: { language: "French", text: "Good morning" },
      expected: "bonjour",
    });
    expect(shaped.cases[4]?.value).toMatchObject({
      variables: { language: "German", text: "Thank you" },
      expected: "merci",
      references: ["danke"],
    });
    expect(shaped.unsupported).toEqual([
      "providers: not used; name the targets with --providers",
      'assert "latency": no equivalent, kept in the metadata',
    ]);
  });

  it("may hold a prompt of turns as JSON text, with its variables", () => {
    const raw = '[{"role":"system","content":"Be {{how}}"},{"role":"user","content":"Hi"}]';
    const shaped = read({
      prompts: raw,
      tests: [{ vars: { how: "brief", n: { a: 1 } }, options: { transform: "x" }, threshold: 1 }],
    });
    expect(shaped).toMatchObject({
      cases: [
        { value: { id: "test-1", system: "Be {{how}}", prompt: "Hi", variables: { how: "brief", n: { a: 1 } } } },
      ],
      unsupported: ['tests: "threshold" is not used', 'tests: "options.transform" is not used'],
    });
  });

  it("fills variables into what is expected; assertions behind the first answer are listed", () => {
    const assert = [
      { type: "equals", value: "{{n}} is it" },
      { type: "contains", value: "b" },
      { type: "javascript", value: "x" },
      "odd",
    ];
    const shaped = read({ prompts: ["{{n}}"], tests: [{ vars: { n: 3 }, assert, description: "d" }] });
    expect(shaped).toMatchObject({
      cases: [{ value: { expected: "3 is it", metadata: { assert, description: "d" } } }],
      unsupported: [
        'assert "contains": no equivalent, kept in the metadata',
        'assert "javascript": no equivalent, kept in the metadata',
        "assert without a type: no equivalent, kept in the metadata",
      ],
    });
  });

  it.each<[unknown, RegExp]>([
    [{ prompts: ["file://a.py"], tests: [] }, /is a program/],
    [{ prompts: ["exec:./a.sh --fast"], tests: [] }, /is a program/],
    [{ prompts: ["prompts/a.mjs:create"], tests: [] }, /is a program/],
    [{ prompts: [{ label: "x" }], tests: [] }, /prompt as text/],
    [{ prompts: ["{% if a %}"], tests: [] }, /template logic/],
    [{ prompts: ["{{ a | upper }}"], tests: [] }, /template logic/],
    [{ prompts: ['[{"role":"tool","content":"x"}]'], tests: [] }, /turn of "tool"/],
    [{ prompts: ["a"], tests: 3 }, /list of tests/],
    [{ prompts: ["a"], tests: "nothing" }, /names no file with tests/],
    [{ prompts: ["a"], tests: "https://docs.google.com/spreadsheets/d/1" }, /stands elsewhere/],
    [{ prompts: ["a"], tests: ["file://tests.py:make"] }, /is a program/],
    [{ prompts: ["a"], tests: [{ path: "file://make.py", config: {} }] }, /a test with vars/],
    [{ prompts: ["a"], tests: [], scenarios: [] }, /scenarios/],
    [{ prompts: ["a"], tests: [], defaultTest: 3 }, /expected a test/],
    [{ prompts: ["a"], tests: [{ vars: 3 }] }, /object of variables/],
    [{ prompts: ["a"], tests: [{ vars: { a: "file://x.js" } }] }, /is a program/],
    [{ prompts: ["a"], tests: [{ vars: { a: [[1]] } }] }, /expected text/],
    [{ prompts: ["a"], tests: [{ vars: { a: Array(101).fill(1), b: Array(100).fill(2) } }] }, /more than 10000 tests/],
    [{ prompts: ["a"], tests: [{ vars: {}, options: { prefix: "{% if a %}" } }] }, /template logic/],
  ])("is refused where the prompt would not be what it says: %j", (config, message) => {
    expect(read(config)).toMatchObject({ ok: false, problems: [{ message: expect.stringMatching(message) }] });
  });
});

describe("a configuration of promptfoo with files of its own", () => {
  const table = (path: string, rows: readonly Fields[]): NamedFile => ({
    path,
    kind: "rows",
    rows: rows.map((value, i) => ({ value, place: `row ${i + 2}` })),
  });
  const text = (path: string, content: string): NamedFile => ({ path, kind: "text", text: content });
  const yaml = (path: string, value: unknown): NamedFile => ({ path, kind: "text", text: "", value });
  const read = (config: Fields, ...files: NamedFile[]): ReturnType<typeof promptfooCases> =>
    promptfooCases(config, new Map(files.map((file) => [file.path, [file]])));
  const casesOf = (config: Fields, ...files: NamedFile[]): Fields[] => {
    const shaped = read(config, ...files);
    if (!shaped.ok) throw new Error(shaped.problems.map(({ message }) => message).join("; "));
    return shaped.cases.map(({ value }) => value);
  };

  it("says first which files it needs, and where each is named", () => {
    const config = {
      prompts: ["a {{x}}", "file://p.txt"],
      tests: ["t.csv", { vars: { x: "file://x.md" } }],
      defaultTest: "file://d.yaml",
    };
    const shaped = read(config);
    expect(shaped.ok ? null : [...shaped.missing]).toEqual([
      ["p.txt", ["prompts", 1]],
      ["t.csv", ["tests", 0]],
      ["d.yaml", ["defaultTest"]],
      ["x.md", ["tests", 1, "vars", "x"]],
    ]);
    expect(shaped).toMatchObject({ ok: false, problems: [] });
  });

  it("takes several prompts from one text, and names them by their file", () => {
    const prompts = ["p.txt", "file://b/one.md", { id: "file://b/two.txt", label: "short" }, "turns.yaml", "list.csv"];
    const cases = casesOf(
      { prompts, tests: [{}] },
      text("p.txt", "first {{x}}\n---\r\nsecond\n--- not the end\n---\n\n"),
      text("b/one.md", "# One\n---\nstill one\n"),
      text("b/two.txt", "two\n"),
      yaml("turns.yaml", [
        { role: "system", content: "S" },
        { role: "user", content: "U {{x}}" },
      ]),
      table("list.csv", [{ prompt: "from a table", label: "cell" }, { prompt: "another" }]),
    );
    expect(cases.map(({ category, system, prompt }) => [category, system, prompt])).toEqual([
      ["p-1", undefined, "first {{x}}"],
      ["p-2", undefined, "second\n--- not the end"],
      ["one", undefined, "# One\n---\nstill one"],
      ["short", undefined, "two"],
      ["turns", "S", "U {{x}}"],
      ["cell", undefined, "from a table"],
      ["prompt-7", undefined, "another"],
    ]);
  });

  it("makes a test of each row of a table", () => {
    const rows = [
      {
        text: "hi",
        __expected: "contains-any: a, b",
        __expected2: "latency(200)",
        __description: "d",
        "__metadata:kind": "greeting",
        "__metadata:tags[]": "x, y",
        __prefix: "Please: ",
        __suffix: "!",
        __metric: "m",
      },
      { text: "yo", note: "n", __expected: "note: this is no assertion" },
    ];
    const shaped = read({ prompts: "{{text}}{{note}}", tests: "file://t.csv" }, table("t.csv", rows));
    expect(shaped).toMatchObject({
      ok: true,
      cases: [
        {
          at: ["tests"],
          value: {
            id: "test-1",
            prompt: "Please: {{text}}{{note}}!",
            variables: { text: "hi", note: "" },
            expected: "a",
            references: ["b"],
            metadata: { kind: "greeting", tags: ["x", "y"], description: "d" },
          },
        },
        { value: { id: "test-2", prompt: "{{text}}{{note}}", expected: "note: this is no assertion" } },
      ],
      unsupported: ['tests: "__metric" is not used', 'assert "latency": no equivalent, kept in the metadata'],
    });
  });

  it("reads tests and variables from JSON, JSON Lines and YAML, and texts for variables", () => {
    const config = {
      prompts: ["{{a}} {{b}} {{c}}"],
      defaultTest: "file://d.yaml",
      tests: [
        "file://t.jsonl",
        "t.yaml",
        { vars: ["v.yaml"] },
        { vars: { b: "file://b.yaml", c: ["file://c.txt", 1] } },
      ],
    };
    const cases = casesOf(
      config,
      yaml("d.yaml", { vars: { a: 0, b: 0, c: 0 }, options: { prefix: "> " } }),
      { path: "t.jsonl", kind: "rows", rows: [{ value: { vars: { a: 1 } }, place: "line 1" }] },
      yaml("t.yaml", [{ vars: { a: 2 } }, { vars: { a: 3 }, options: { prefix: "" } }]),
      yaml("v.yaml", { a: 4 }),
      yaml("b.yaml", { deep: [1] }),
      text("c.txt", "a line\nand another\n"),
    );
    expect(cases.map(({ prompt, variables }) => [prompt, Object.values(variables as object)])).toEqual([
      ["> {{a}} {{b}} {{c}}", [1, 0, 0]],
      ["> {{a}} {{b}} {{c}}", [2, 0, 0]],
      ["{{a}} {{b}} {{c}}", [3, 0, 0]],
      ["> {{a}} {{b}} {{c}}", [4, 0, 0]],
      ["> {{a}} {{b}} {{c}}", [0, '{"deep":[1]}', "a line\nand another"]],
      ["> {{a}} {{b}} {{c}}", [0, '{"deep":[1]}', 1]],
    ]);
  });

  it.each<[Fields, NamedFile, string]>([
    [{ prompts: ["p.txt"], tests: [] }, text("p.txt", " \n---\n"), "p.txt holds no prompt"],
    [{ prompts: ["p.csv"], tests: [] }, table("p.csv", [{ question: "a" }]), "p.csv holds no prompt"],
    [{ prompts: ["a"], tests: "t.txt" }, text("t.txt", "x"), "t.txt holds no tests"],
    [{ prompts: ["a"], tests: "t.yaml" }, yaml("t.yaml", [{}, 3]), "t.yaml, [1]: expected a test with vars"],
    [
      { prompts: ["a"], tests: "t.yaml" },
      yaml("t.yaml", [{ vars: { a: "file://b.py" } }]),
      't.yaml, [0]: "b.py" is a program, and none is run',
    ],
    [{ prompts: ["a"], tests: [], defaultTest: "d.yaml" }, yaml("d.yaml", [1]), "d.yaml holds no test"],
    [{ prompts: ["a"], tests: [{ vars: "v.yaml" }] }, yaml("v.yaml", [1]), "v.yaml holds no object of variables"],
    [
      { prompts: ["a"], tests: [{ vars: { a: "file://v.csv" } }] },
      table("v.csv", []),
      "v.csv is a table, not the text of a variable",
    ],
  ])("names the file that holds something else than it should: %j", (config, file, message) => {
    expect(read(config, file)).toMatchObject({ ok: false, problems: [{ message }] });
  });
});

describe("an expected cell of promptfoo", () => {
  it.each([
    ["Paris", { type: "equals", value: "Paris" }],
    ["equals: Paris", { type: "equals", value: "Paris" }],
    ["Note: Paris", { type: "equals", value: "Note: Paris" }],
    ["icontains:a\nb", { type: "icontains", value: "a\nb" }],
    ["not-contains: x", { type: "not-contains", value: "x" }],
    ["contains-all: a,b ,c", { type: "contains-all", value: ["a", "b", "c"] }],
    ["is-json", { type: "is-json" }],
    ["similar(0.8): a dog", { type: "similar", value: "a dog", threshold: 0.8 }],
    ["file://a.py", { type: "file", value: "file://a.py" }],
  ])("%s", (cell, assert) => {
    expect(assertFromText(cell)).toEqual(assert);
  });

  it("is expected as it is unless it begins with a kind of assertion", () => {
    const plain = fc.string().filter((cell) => !/^(not-)?[a-z-]+([(:]|$)/.test(cell));
    fc.assert(
      fc.property(plain, (cell) => {
        expect(assertFromText(cell)).toEqual({ type: "equals", value: cell });
      }),
    );
  });
});
