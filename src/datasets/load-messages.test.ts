import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { BenchError } from "../core/errors.ts";
import { loadDataset } from "./load.ts";

let folder = "";
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "datasets-"));
});
afterEach(() => rm(folder, { recursive: true }));

/** What the user reads when a file of this content is loaded, with the folder left out. */
async function told(name: string, content: string | Uint8Array): Promise<string> {
  await writeFile(join(folder, name), content);
  return toldOf(join(folder, name));
}

async function toldOf(path: string): Promise<string> {
  try {
    await loadDataset(path);
    return "";
  } catch (error) {
    if (!(error instanceof BenchError) || error.code !== "dataset") throw error;
    return `${error.message}\n=> ${error.hint}`.replaceAll(`${folder}/`, "").replaceAll(folder, "FOLDER");
  }
}

const datasetOf = (...cases: object[]): string =>
  JSON.stringify({ name: "d", version: "1", test_cases: cases }, null, 2);

describe("what a user is told of", () => {
  it("malformed JSON", async () => {
    expect(await told("a.json", '{\n  "name": "d",\n  "version": "1"\n  "test_cases": []\n}')).toMatchInlineSnapshot(`
      "a.json:4:3: a comma is missing before this
        4 |   "test_cases": []
          |   ^
      => Correct it and run the command again."
    `);
  });

  it("a trailing comma", async () => {
    expect(await told("a.json", '{\n  "name": "d",\n  "test_cases": [],\n}')).toMatchInlineSnapshot(`
      "a.json:4:1: a comma stands before the closing bracket
        4 | }
          | ^
      => JSON allows none after the last entry."
    `);
  });

  it("malformed YAML", async () => {
    expect(
      await told("a.yaml", "name: d\nversion: 1.0.0\ntest_cases:\n  - id: a\n    prompt: {{task}} in {{language}}\n"),
    ).toMatchInlineSnapshot(`
      "a.yaml:5:22: Unexpected scalar at node end
        5 |     prompt: {{task}} in {{language}}
          |                      ^
      => Text that begins with "{{" needs quotes: prompt: "{{name}} …"."
    `);
  });

  it("a duplicate JSON key", async () => {
    expect(await told("a.json", '{\n  "name": "d",\n  "name": "e"\n}')).toMatchInlineSnapshot(`
      "a.json:3:3: the key "name" stands twice in this object
        3 |   "name": "e"
          |   ^
      => JSON readers would keep only one of them: remove or rename the other."
    `);
  });

  it("an unknown key", async () => {
    expect(await told("a.json", datasetOf({ id: "a", prompt: "p", expceted: "x" }))).toMatchInlineSnapshot(`
      "a.json:8:7 test_cases[0].expceted: unknown key "expceted"; did you mean "expected"?
        8 |       "expceted": "x"
          |       ^
      => Correct it and run the command again."
    `);
  });

  it("a wrong type", async () => {
    expect(await told("a.json", datasetOf({ id: "a", prompt: "p", config: { temperature: "hot" } })))
      .toMatchInlineSnapshot(`
      "a.json:9:24 test_cases[0].config.temperature: expected a number, found "hot"
        9 |         "temperature": "hot"
          |                        ^
      => Correct it and run the command again."
    `);
  });

  it("a version that YAML reads as a number", async () => {
    expect(await told("a.yml", "name: d\nversion: 1.0\ntest_cases: [{ id: a, prompt: p }]\n")).toMatchInlineSnapshot(`
      "a.yml:2:10 version: expected text, found 1.0
        2 | version: 1.0
          |          ^
      => Put it in quotes to make it text."
    `);
  });

  it("a missing key", async () => {
    expect(await told("a.json", datasetOf({ id: "a" }))).toMatchInlineSnapshot(`
      "a.json:5:5 test_cases[0]: missing "prompt", or "messages" in its place
        5 |     {
          |     ^
      => It is what the model is asked, such as prompt: "Say hello"."
    `);
  });

  it("a duplicate id", async () => {
    expect(await told("a.json", datasetOf({ id: "a", prompt: "p" }, { id: "a", prompt: "q" }))).toMatchInlineSnapshot(`
      "a.json:10:13 test_cases[1].id: the id "a" is already that of test_cases[0] on line 6
        10 |       "id": "a",
           |             ^
      => Results are kept by id: give each case its own."
    `);
  });

  it("a missing variable", async () => {
    const testCase = { id: "a", prompt: "Sort in {{langauge}}", variables: { language: "Go" } };
    expect(await told("a.json", datasetOf(testCase))).toMatchInlineSnapshot(`
      "a.json:7:26 test_cases[0].prompt: test case "a" has no variable "langauge"; did you mean "language"?
        7 |       "prompt": "Sort in {{langauge}}",
          |                          ^
      => Add it under the case's variables, or write \\\\{{langauge}} for the braces themselves."
    `);
  });

  it("a variable that is an object", async () => {
    const testCase = { id: "a", prompt: "Dear {{user}}", variables: { user: { name: "Ada" } } };
    expect(await told("a.json", datasetOf(testCase))).toMatchInlineSnapshot(`
      "a.json:7:23 test_cases[0].prompt: the variable "user" of test case "a" is an object where text is needed
        7 |       "prompt": "Dear {{user}}",
          |                       ^
      => Name one of its entries, such as {{user.name}}."
    `);
  });

  it("variables missing for a system text, its own or the default", async () => {
    const content = `name: d\nversion: "1"\ndefaults: { system: "Use {{l}}" }\ntest_cases:\n  - { id: a, prompt: p }\n  - { id: b, prompt: p, config: { system: "Be {{m}}" } }\n`;
    expect(await told("a.yaml", content)).toMatchInlineSnapshot(`
      "2 problems in a.yaml
      a.yaml:3:26 defaults.system: test case "a" has no variable "l"
        3 | defaults: { system: "Use {{l}}" }
          |                          ^
        Add it under the case's variables, or write \\{{l}}, in double quotes \\\\{{l}}, for the braces themselves.
      a.yaml:6:47 test_cases[1].config.system: test case "b" has no variable "m"
        6 |   - { id: b, prompt: p, config: { system: "Be {{m}}" } }
          |                                               ^
        Add it under the case's variables, or write \\{{m}}, in double quotes \\\\{{m}}, for the braces themselves.
      => Correct them and run the command again: these are all."
    `);
  });

  it("empty test_cases", async () => {
    expect(await told("a.json", datasetOf())).toMatchInlineSnapshot(`
      "a.json:4:17 test_cases: expected at least one entry, found an empty list
        4 |   "test_cases": []
          |                 ^
      => The shortest one is { id: greeting, prompt: "Say hello" }. A file to begin with is made by: llm-test-bench datasets init NAME"
    `);
  });

  it("an empty YAML file", async () => {
    expect(await told("a.yaml", "# to do\n")).toMatchInlineSnapshot(`
      "a.yaml:1:1: expected an object, found nothing
        1 | # to do
          | ^
      => Correct it and run the command again."
    `);
  });

  it("everything that is wrong, at once", async () => {
    const content = datasetOf(
      { id: "a", promt: "p" },
      { id: "a", prompt: "{{x}}" },
      { prompt: 3, variables: { y: null } },
    );
    expect(await told("a.json", content)).toMatchInlineSnapshot(`
      "6 problems in a.json
      a.json:7:7 test_cases[0].promt: unknown key "promt"; did you mean "prompt"?
        7 |       "promt": "p"
          |       ^
      a.json:10:13 test_cases[1].id: the id "a" is already that of test_cases[0] on line 6
        10 |       "id": "a",
           |             ^
        Results are kept by id: give each case its own.
      a.json:11:18 test_cases[1].prompt: test case "a" has no variable "x"
        11 |       "prompt": "{{x}}"
           |                  ^
        Add it under the case's variables, or write \\\\{{x}} for the braces themselves.
      a.json:13:5 test_cases[2]: missing "id"
        13 |     {
           |     ^
        Any text will do that no other test case has, such as id: greeting. Results are kept by it.
      a.json:14:17 test_cases[2].prompt: expected text, found 3
        14 |       "prompt": 3,
           |                 ^
        Put it in quotes to make it text.
      a.json:16:14 test_cases[2].variables.y: expected text, a number, true or false or an object, found null
        16 |         "y": null
           |              ^
      => Correct them and run the command again: these are all."
    `);
  });

  it("a missing file", async () => {
    await writeFile(join(folder, "tasks.json"), "");
    expect(await toldOf(join(folder, "taks.json"))).toMatchInlineSnapshot(`
      "taks.json does not exist
      => Did you mean tasks.json?"
    `);
    expect(await toldOf(join(folder, "other.yaml"))).toMatchInlineSnapshot(`
      "other.yaml does not exist
      => Check the path; relative paths start at the working directory."
    `);
    expect(await toldOf(join(folder, "none", "a.json"))).toMatchInlineSnapshot(`
      "none/a.json does not exist
      => There is no folder none either; check the path."
    `);
  });

  it("an unknown built-in name", async () => {
    expect(await toldOf("coding-task")).toMatchInlineSnapshot(`
      "there is no file and no built-in dataset called coding-task
      => Did you mean coding-tasks? Built-in datasets: coding-tasks, instruction-following, reasoning-tasks, summarization-tasks; anything else is a path or an address."
    `);
  });

  it("an unknown extension, and bytes that are not UTF-8", async () => {
    expect(await told("a.txt", "id,prompt")).toMatchInlineSnapshot(`
      "a.txt has the extension .txt, which is not known
      => Say what it is with --format, or name it so that it ends in .json, .yaml, .yml, .jsonl, .ndjson, .csv, .tsv, .parquet, each also with .gz."
    `);
    expect(await told("a.json", Uint8Array.of(0x7b, 0xff))).toMatchInlineSnapshot(`
      "a.json:1:2: not UTF-8 text: byte 0xff at offset 1
      => Save the file as UTF-8. If it comes from an older Windows program: iconv -f WINDOWS-1252 -t UTF-8 OLD > NEW"
    `);
  });
});
