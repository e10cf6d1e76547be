import { mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { describe, expect, it } from "vitest";
import { collected } from "../../test/support/cases.ts";
import type { Dataset } from "../core/dataset.ts";
import { BenchError } from "../core/errors.ts";
import { loadDataset, type LoadOptions } from "./load.ts";
import { renderCase } from "./render.ts";
import { validateDataset } from "./validate.ts";

const folder = mkdtempSync(join(tmpdir(), "skip-"));

function file(name: string, content: string | Uint8Array): string {
  writeFileSync(join(folder, name), content);
  return join(folder, name);
}

const ids = async (dataset: Dataset): Promise<string[]> => (await collected(dataset.cases())).map(({ id }) => id);

async function told(path: string, options: LoadOptions = {}): Promise<{ message: string; hint: string }> {
  const error: unknown = await loadDataset(path, options)
    .then(ids)
    .catch((thrown: unknown) => thrown);
  if (!(error instanceof BenchError) || error.code !== "dataset")
    throw new Error(`no dataset error but ${String(error)}`);
  return { message: error.message.replaceAll(`${folder}/`, ""), hint: error.hint ?? "" };
}

/** Two records of five are invalid: one has a text for a number, the other the id of an earlier one. */
const RECORDS = ["a", "b", "c", "a", "d"].map((id, i) => ({ id, prompt: i === 1 ? 5 : "p" }));
const LINES = RECORDS.map((record) => `${JSON.stringify(record)}\n`).join("");

const FILES: readonly [string, string | Uint8Array][] = [
  ["a.jsonl", LINES],
  ["a.jsonl.gz", gzipSync(LINES)],
  ["a.json", JSON.stringify({ name: "d", version: "1", test_cases: RECORDS })],
  ["list.json", JSON.stringify(RECORDS)],
  ["a.yaml", `name: d\nversion: "1"\ntest_cases:\n${RECORDS.map((one) => `  - ${JSON.stringify(one)}\n`).join("")}`],
  [
    "a.csv",
    `id,prompt\n${RECORDS.map(({ id, prompt }) => `${id},${typeof prompt === "string" ? prompt : ""}\n`).join("")}`,
  ],
  [
    "gsm.jsonl",
    ["1", "", "3", "1", "4"]
      .map((n, i) => `${JSON.stringify({ id: ["a", "b", "c", "a", "d"][i], question: "q", answer: `#### ${n}` })}\n`)
      .join(""),
  ],
];

describe("invalid records are left out, up to a number of them", () => {
  it.each(FILES)("in %s", async (name, content) => {
    const path = file(name, content);
    const dataset = await loadDataset(path, { skipInvalid: 2 });
    expect(await ids(dataset)).toEqual(["a", "c", "d"]);
    expect(await ids(dataset)).toEqual(["a", "c", "d"]);
    expect(dataset.leftOut).toMatchObject({ allowed: 2, records: 2 });
    const warnings = (dataset.notes ?? []).filter(({ kind }) => kind === "warning").map(({ text }) => text);
    expect(warnings).toHaveLength(2);
    expect(warnings[1]).toMatch(/^left out: .*the id "a" is already that of /);
    expect(await validateDataset(path, { skipInvalid: 9 })).toMatchObject({
      cases: 3,
      leftOut: { allowed: 9, records: 2 },
    });
  });

  it.each(FILES)("and all are told when there are more, in %s", async (name, content) => {
    const { message, hint } = await told(file(name, content), { skipInvalid: 1 });
    expect(message).toMatch(/^2 problems in /);
    expect(hint).toBe("2 records are invalid, and --skip-invalid allows 1.");
    expect((await told(join(folder, name))).hint).toContain("these are all");
  });

  it("while a dataset is read, in every pass, and the count goes up as it is read", async () => {
    // A dataset of 64 MB is checked while it is used.
    const long = "x".repeat(13_500_000);
    const rest = ["u", "v", "w", "x", "y"].map((id) => `${JSON.stringify({ id, prompt: long })}\n`);
    const path = file("large.jsonl", LINES + rest.join(""));
    const dataset = await loadDataset(path, { skipInvalid: 2 });
    expect(dataset.sha256).toBeNull();
    expect(dataset.leftOut?.records).toBe(0);
    const READ = ["a", "c", "d", "u", "v", "w", "x", "y"];
    const [one, two] = await Promise.all([ids(dataset), ids(dataset)]);
    expect([one, two]).toEqual([READ, READ]);
    expect(dataset.leftOut).toMatchObject({
      records: 2,
      inWords: [expect.stringContaining(":2:"), expect.stringContaining(":4:")],
    });
    const { message, hint } = await told(path, { skipInvalid: 1 });
    expect(message).toContain("large.jsonl:4:7 id: the id");
    expect(hint).toContain("The 2 rows before it are in order");
    expect(hint).toContain("1 invalid records before it were left out");
  });

  it("but an invalid record takes no id away from a later one", async () => {
    const path = file("ids.jsonl", '{"id":"a","prompt":5}\n{"id":"a","prompt":"p"}\n');
    expect(await ids(await loadDataset(path, { skipInvalid: 1 }))).toEqual(["a"]);
  });

  it("never the whole of a file, nor what is wrong with a file as such", async () => {
    expect((await told(file("none.jsonl", '{"id":"a"}\n'), { skipInvalid: 5 })).message).toContain(
      "holds no valid test case: all 1 records are invalid",
    );
    for (const [name, content] of [
      ["head.csv", "id,promt\na,b\n"],
      ["head.json", JSON.stringify({ name: 5, version: "1", test_cases: RECORDS })],
      ["bytes.jsonl", Buffer.from(LINES, "utf16le")],
      ["quote.csv", 'id,prompt\na,p\nb,"never\nc,p\n'],
    ] as const) {
      expect((await told(file(name, content), { skipInvalid: 99 })).message).toContain(name);
    }
  });
});

describe("all problems of a case are told at once", () => {
  const wrong = {
    id: 5,
    prompt: "{{ nme }} {{ name | upper }} {% if x %}",
    messages: [
      { role: "assistant", content: "{{#each}}" },
      { role: "system", content: "s" },
    ],
    variables: { name: "Ada" },
    expceted: "x",
    config: { temperature: 9, extra_body: { n: 1 } },
    system: "s",
  };
  const EXPECTED = [
    "expected text, found 5",
    'unknown key "expceted"; did you mean "expected"?',
    "expected at most 2, found 9",
    'has no variable "nme"; did you mean "name"?',
    '"{{ name | upper }}" is template logic, which is not run',
    '"{% if x %}" is template logic, which is not run',
    '"{{#each}}" is template logic, which is not run',
    'a test case has either "prompt" or "messages", not both',
    "a system turn can only come first",
    "there is no turn of the user",
  ];

  it.each([
    ["a.jsonl", `${JSON.stringify(wrong)}\n`],
    ["a.json", JSON.stringify({ name: "d", version: "1", test_cases: [wrong] })],
    ["a.yaml", `name: d\nversion: "1"\ntest_cases: [${JSON.stringify(wrong)}]\n`],
  ])("in %s", async (name, content) => {
    const { message } = await told(file(name, content));
    for (const text of EXPECTED) expect(message).toContain(text);
    expect(message).toContain(`${EXPECTED.length} problems`);
  });

  it("with those of the document, and how logic is escaped there", async () => {
    const { message } = await told(
      file("b.yaml", 'name: d\ntest_cases: [{ id: a, prompt: "{% if x %}" }, { id: a, prompt: "{{b}}" }]\n'),
    );
    expect(message).toContain('missing "version"');
    expect(message).toContain(String.raw`escape it: \{% (in double quotes \\{%).`);
    expect(message).toContain(String.raw`write \{{b}}, in double quotes \\{{b}}, for the braces themselves`);
    const escaped = file(
      "e.yaml",
      String.raw`[{ id: a, prompt: "\\{% if x %} \\{{b}}" }, { id: b, prompt: '\{{b}}' }]`,
    );
    expect((await collected((await loadDataset(escaped)).cases())).map((one) => renderCase(one).prompt)).toEqual([
      "{% if x %} {{b}}",
      "{{b}}",
    ]);
    expect(message).toContain('the id "a" is already that of test_cases[0] on line 2');
    expect(message).toContain('has no variable "b"');
    expect((await told(file("b.jsonl", '{"id": "a", "prompt": "{{#x}}"}\n'))).message).not.toContain("missing");
    const json = await told(file("c.jsonl", '{"id": "a", "prompt": "{{#x}}"}\n'));
    expect(json.hint).toContain("escape it: \\\\{{.");
    expect(
      await ids(
        await loadDataset(file("d.jsonl", String.raw`{"id": "a", "prompt": "\\{{#x}} \\{% if %} {\"a\": {}}"}`)),
      ),
    ).toEqual(["a"]);
  });

  it("but not what another mistake explains", async () => {
    const { message } = await told(file("e.jsonl", '{"id": "a", "prompt": "{{x}}", "variabels": {"x": 1}}\n'));
    expect(message).toContain('did you mean "variables"?');
    expect(message).not.toContain("has no variable");
  });
});

it("foreign texts keep their braces", async () => {
  const rows = '{"question": "{{#a}} {% if x %} {{b | c}} {{d}}", "answer": "#### 1"}\n';
  const [only] = await collected((await loadDataset(file("foreign.jsonl", rows))).cases());
  expect(only && renderCase(only).prompt).toBe("{{#a}} {% if x %} {{b | c}} {{d}}");
});
