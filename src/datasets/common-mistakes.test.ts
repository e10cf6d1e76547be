import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { BenchError } from "../core/errors.ts";
import { loadDataset, type LoadOptions } from "./load.ts";

const folder = mkdtempSync(join(tmpdir(), "mistakes-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** What a user is told of a file with this content, as the command line prints it. */
async function told(name: string, content: string | Uint8Array, options: LoadOptions = {}): Promise<string> {
  const path = join(folder, name);
  writeFileSync(path, content);
  return toldOf(path, options);
}

async function toldOf(path: string, options: LoadOptions = {}): Promise<string> {
  const error: unknown = await loadDataset(path, options).catch((thrown: unknown) => thrown);
  if (!(error instanceof BenchError)) throw new Error(`no BenchError but ${String(error)}`);
  return `error: ${error.message}\nhint: ${error.hint ?? "none"}`.replaceAll(`${folder}/`, "");
}

const yaml = (...cases: readonly string[]): string =>
  `name: my-cases\nversion: 1.0.0\ntest_cases:\n${cases.map((line) => `  ${line}\n`).join("")}`;

describe("the fifteen commonest mistakes are told as a colleague would", () => {
  it("1. a misspelt key", async () => {
    const cases = yaml("- id: a", "  prompt: Say hello", "  expceted: hello");
    expect(await told("cases.yaml", cases)).toMatchInlineSnapshot(`
      "error: cases.yaml:6:5 test_cases[0].expceted: unknown key "expceted"; did you mean "expected"?
        6 |     expceted: hello
          |     ^
      hint: Correct it and run the command again."
    `);
  });

  it("2. a placeholder without its variable", async () => {
    const cases = yaml("- id: a", '  prompt: "Write a {{langage}} function"', "  variables: { language: Python }");
    expect(await told("cases.yaml", cases)).toMatchInlineSnapshot(`
      "error: cases.yaml:5:22 test_cases[0].prompt: test case "a" has no variable "langage"; did you mean "language"?
        5 |     prompt: "Write a {{langage}} function"
          |                      ^
      hint: Add it under the case's variables, or write \\{{langage}}, in double quotes \\\\{{langage}}, for the braces themselves."
    `);
  });

  it("3. an id that stands twice", async () => {
    expect(await told("cases.yaml", yaml("- { id: a, prompt: One }", "- { id: a, prompt: Two }")))
      .toMatchInlineSnapshot(`
      "error: cases.yaml:5:11 test_cases[1].id: the id "a" is already that of test_cases[0] on line 4
        5 |   - { id: a, prompt: Two }
          |           ^
      hint: Results are kept by id: give each case its own."
    `);
    const rows = '{"id": "a", "prompt": "One"}\n{"id": "a", "prompt": "Two"}\n';
    expect(await told("cases.jsonl", rows)).toMatchInlineSnapshot(`
      "error: cases.jsonl:2:8 id: the id "a" is already that of line 1
        2 | {"id": "a", "prompt": "Two"}
          |        ^
      hint: Results are kept by id: give each case its own."
    `);
  });

  it("4. a case without an id, or without a prompt", async () => {
    expect(await told("cases.yaml", yaml("- prompt: Say hello", "- id: b"))).toMatchInlineSnapshot(`
      "error: 2 problems in cases.yaml
      cases.yaml:4:5 test_cases[0]: missing "id"
        4 |   - prompt: Say hello
          |     ^
        Any text will do that no other test case has, such as id: greeting. Results are kept by it.
      cases.yaml:5:5 test_cases[1]: missing "prompt", or "messages" in its place
        5 |   - id: b
          |     ^
        It is what the model is asked, such as prompt: "Say hello".
      hint: Correct them and run the command again: these are all."
    `);
    expect(await told("cases.csv", "prompt,expected\nSay hello,hello\n")).toMatchInlineSnapshot(`
      "error: cases.csv:1:1 header: there is no column "id"
        1 | prompt,expected
          | ^
      hint: Each test case needs an id of its own. To number them by their rows: --map prompt=prompt"
    `);
  });

  it("5. a dataset without cases", async () => {
    const empty = "name: my-cases\nversion: 1.0.0\ntest_cases: []\n";
    expect(await told("cases.yaml", empty)).toMatchInlineSnapshot(`
      "error: cases.yaml:3:13 test_cases: expected at least one entry, found an empty list
        3 | test_cases: []
          |             ^
      hint: The shortest one is { id: greeting, prompt: "Say hello" }. A file to begin with is made by: llm-test-bench datasets init NAME"
    `);
    expect(await told("empty.json", "")).toMatchInlineSnapshot(`
      "error: empty.json: the file is empty
      hint: A dataset has at least one test case. A file to begin with is made by: llm-test-bench datasets init NAME"
    `);
    expect(await told("empty.csv", "id,prompt\n")).toMatchInlineSnapshot(`
      "error: empty.csv holds no test case
      hint: Each line, or each row below the header, is a test case with at least an id and a prompt."
    `);
  });

  it("6. a comma too many in JSON, and a colon without quotes in YAML", async () => {
    const json = '{\n  "name": "my-cases",\n  "test_cases": [\n    { "id": "a", "prompt": "Hi" },\n  ]\n}\n';
    expect(await told("cases.json", json)).toMatchInlineSnapshot(`
      "error: cases.json:5:3: a comma stands before the closing bracket
        5 |   ]
          |   ^
      hint: JSON allows none after the last entry."
    `);
    expect(await told("cases.yaml", yaml("- id: a", "  prompt: Translate: hello"))).toMatchInlineSnapshot(`
      "error: cases.yaml:5:13: this text holds ": ", which begins a value in YAML
        5 |     prompt: Translate: hello
          |             ^
      hint: Put it in quotes: "Translate: hello""
    `);
  });

  it("7. a number in quotes, and text without them", async () => {
    const cases = yaml("- id: 1", "  prompt: Say hello", '  config: { temperature: "0" }');
    expect(await told("cases.yaml", cases)).toMatchInlineSnapshot(`
      "error: 2 problems in cases.yaml
      cases.yaml:4:9 test_cases[0].id: expected text, found 1
        4 |   - id: 1
          |         ^
        Put it in quotes to make it text.
      cases.yaml:6:28 test_cases[0].config.temperature: expected a number, found "0"
        6 |     config: { temperature: "0" }
          |                            ^
        Take the quotes away: 0
      hint: Correct them and run the command again: these are all."
    `);
  });

  it("8. a parameter outside of its range", async () => {
    const cases = yaml("- id: a", "  prompt: Say hello", "  config: { temperature: 3, max_tokens: 0 }");
    expect(await told("cases.yaml", cases)).toMatchInlineSnapshot(`
      "error: 2 problems in cases.yaml
      cases.yaml:6:28 test_cases[0].config.temperature: expected at most 2, found 3
        6 |     config: { temperature: 3, max_tokens: 0 }
          |                            ^
      cases.yaml:6:43 test_cases[0].config.max_tokens: expected more than 0, found 0
        6 |     config: { temperature: 3, max_tokens: 0 }
          |                                           ^
      hint: Correct them and run the command again: these are all."
    `);
  });

  it("9. a tab, or keys that are not indented alike, in YAML", async () => {
    expect(await told("cases.yaml", yaml("- id: a", "\tprompt: Say hello"))).toMatchInlineSnapshot(`
      "error: cases.yaml:5:1: a tab stands before this, and YAML is indented with spaces
        5 |    prompt: Say hello
          | ^
      hint: Indent with spaces in place of tabs."
    `);
    expect(await told("cases.yaml", yaml("- id: a", "  prompt: Say hello", "    expected: hello")))
      .toMatchInlineSnapshot(`
      "error: cases.yaml:5:13: the next line stands further in than this, but is a key of its own
        5 |     prompt: Say hello
          |             ^
      hint: Indent keys of one mapping alike."
    `);
  });

  it("10. quotes, commas and bars in CSV", async () => {
    expect(await told("quotes.csv", 'id,prompt\na,"say "hi""\nb,hello\n')).toMatchInlineSnapshot(`
      "error: quotes.csv:2:9 row 2: text after the closing quote of a cell
        2 | a,"say "hi""
          |         ^
      hint: A cell that holds quotes stands in quotes itself, and each of its own is doubled: "say ""hi"""."
    `);
    expect(await told("open.csv", 'id,prompt\na,"hello\nb,world\n')).toMatchInlineSnapshot(`
      "error: open.csv:2:3 row 2: the quote that opens this cell is never closed
        2 | a,"hello
          |   ^
      hint: A cell that holds quotes stands in quotes itself, and each of its own is doubled: "say ""hi"""."
    `);
    expect(await told("commas.csv", "id,prompt\na,hello, world\n")).toMatchInlineSnapshot(`
      "error: commas.csv:2:1 row 2: this row has 3 cells and the header 2
        2 | a,hello, world
          | ^
      hint: A cell that holds the separator must stand in quotes; an empty cell still needs its separator."
    `);
    expect(await told("bars.csv", "id|prompt\na|hello\n")).toMatchInlineSnapshot(`
      "error: bars.csv:1:1 header: the columns are separated by bars
        1 | id|prompt
          | ^
      hint: Save it with commas, or with tabs as .tsv."
    `);
  });

  it("11. JSON over several lines, or as a list, in a file of JSON Lines", async () => {
    const pretty = '{\n  "id": "a",\n  "prompt": "Hi"\n}\n{\n  "id": "b",\n  "prompt": "Ho"\n}\n';
    expect(await told("cases.jsonl", pretty)).toMatchInlineSnapshot(`
      "error: cases.jsonl:1:1: this object goes on in the next line; in JSON Lines each line holds a whole test case
        1 | {
          | ^
      hint: To write each on one line: jq -c . OLD > NEW.jsonl. If the file is one document with test_cases, name it .json, or say --format json."
    `);
    expect(await told("cases.jsonl", '[\n  {"id": "a", "prompt": "Hi"}\n]\n')).toMatchInlineSnapshot(`
      "error: cases.jsonl:1:1: this is one JSON list, not JSON Lines
        1 | [
          | ^
      hint: Name it .json, or say --format json: a list of test cases is read as it is."
    `);
    expect(await told("cases.jsonl", '[{"id": "a", "prompt": "Hi"}]\n')).toMatchInlineSnapshot(`
      "error: cases.jsonl:1:1: expected an object, found a list
        1 | [{"id": "a", "prompt": "Hi"}]
          | ^
      hint: A line holds one test case. If the whole file is one JSON list, name it .json, or say --format json."
    `);
    expect(await told("cases.jsonl", '{"id": "a", "prompt": "Hi"},\n{"id": "b", "prompt": "Ho"}\n'))
      .toMatchInlineSnapshot(`
        "error: cases.jsonl:1:28: the document ended before this
          1 | {"id": "a", "prompt": "Hi"},
            |                            ^
        hint: Lines are not separated by commas, and no brackets stand around them."
      `);
  });

  it("12. a name that says another format, or none", async () => {
    const rows = '{"id": "a", "prompt": "Hi"}\n{"id": "b", "prompt": "Ho"}\n';
    expect(await told("rows.json", rows)).toMatchInlineSnapshot(`
      "error: rows.json:2:1: the document ended before this
        2 | {"id": "b", "prompt": "Ho"}
          | ^
      hint: If each line holds a JSON value of its own, the file is JSON Lines: its name must end in .jsonl."
    `);
    expect(await told("rows.csv", rows)).toMatchInlineSnapshot(`
      "error: rows.csv:1:2: this is JSON, not a table
        1 | {"id": "a", "prompt": "Hi"}
          |  ^
      hint: If each line is a test case, name it .jsonl, or say --format jsonl; one document is .json."
    `);
    expect(await told("table.json", "id,prompt\na,Hi\n")).toMatchInlineSnapshot(`
      "error: table.json:1:1: this is not JSON
        1 | id,prompt
          | ^
      hint: JSON begins with { or [. If the file is YAML or CSV, its name must end so."
    `);
    expect(await told("table.txt", "id,prompt\na,Hi\n")).toMatchInlineSnapshot(`
      "error: table.txt has the extension .txt, which is not known
      hint: Say what it is with --format, or name it so that it ends in .json, .yaml, .yml, .jsonl, .ndjson, .csv, .tsv, .parquet, each also with .gz."
    `);
  });

  it("13. a file that is not there", async () => {
    writeFileSync(join(folder, "questions.yaml"), "");
    expect(await toldOf(join(folder, "question.yaml"))).toMatchInlineSnapshot(`
      "error: question.yaml does not exist
      hint: Did you mean questions.yaml?"
    `);
    expect(await toldOf("coding-task")).toMatchInlineSnapshot(`
      "error: there is no file and no built-in dataset called coding-task
      hint: Did you mean coding-tasks? Built-in datasets: coding-tasks, instruction-following, reasoning-tasks, summarization-tasks; anything else is a path or an address."
    `);
  });

  it("14. text that is not UTF-8", async () => {
    const latin1 = Buffer.from("id,prompt\na,What is a café?\n", "latin1");
    expect(await told("cases.csv", latin1)).toMatchInlineSnapshot(`
      "error: cases.csv:2:16 row 2: not UTF-8 text: byte 0xe9 at offset 25
      hint: Save the file as UTF-8. If it comes from an older Windows program: iconv -f WINDOWS-1252 -t UTF-8 OLD > NEW"
    `);
    const utf16 = Buffer.from("\uFEFFid,prompt\na,Hi\n", "utf16le");
    expect(await told("cases.csv", utf16)).toMatchInlineSnapshot(`
      "error: cases.csv: this is UTF-16 text, and only UTF-8 is read
      hint: Save the file as UTF-8, or convert it: iconv -f UTF-16 -t UTF-8 OLD > NEW"
    `);
  });

  it("15. columns that nobody knows, or that are not there", async () => {
    const table = "idx,question,answer\n1,Who?,me\n";
    expect(await told("cases.csv", table)).toMatchInlineSnapshot(`
      "error: cases.csv has no prompts, and is in no shape that is known
      hint: Its columns are "idx", "question", "answer". Say which is which, perhaps --map prompt=question,expected=answer, or give a template with --prompt."
    `);
    expect(await told("cases.csv", table, { map: { prompt: "qestion" } })).toMatchInlineSnapshot(`
      "error: cases.csv has no column "qestion"; did you mean "question"?
      hint: The columns are "idx", "question", "answer"."
    `);
    expect(await told("cases.csv", table, { prompt: "Q: {{qestion}}" })).toMatchInlineSnapshot(`
      "error: cases.csv has no column "qestion"; did you mean "question"?
      hint: The columns are "idx", "question", "answer"."
    `);
  });
});
