import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
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

const good = '{"id": "a", "prompt": "p"}\n';

describe("of JSON Lines a user is told", () => {
  it("every bad row at once, with line, column and caret", async () => {
    const content = `${good}\n{"id": "b", "promt": "p"}\n{"id": "a", "prompt": "Say {{x}}"}\n{"id": "c", "prompt": 3}\n`;
    expect(await told("a.jsonl", content)).toMatchInlineSnapshot(`
      "4 problems in a.jsonl
      a.jsonl:3:13 promt: unknown key "promt"; did you mean "prompt"?
        3 | {"id": "b", "promt": "p"}
          |             ^
      a.jsonl:4:8 id: the id "a" is already that of line 1
        4 | {"id": "a", "prompt": "Say {{x}}"}
          |        ^
        Results are kept by id: give each case its own.
      a.jsonl:4:28 prompt: test case "a" has no variable "x"
        4 | {"id": "a", "prompt": "Say {{x}}"}
          |                            ^
        Add it under the case's variables, or write \\\\{{x}} for the braces themselves.
      a.jsonl:5:23 prompt: expected text, found 3
        5 | {"id": "c", "prompt": 3}
          |                       ^
        Put it in quotes to make it text.
      => Correct them and run the command again: these are all."
    `);
  });

  it("a case that goes on over several lines", async () => {
    expect(await told("a.jsonl", '{\n  "id": "a"\n}\n')).toMatchInlineSnapshot(`
      "a.jsonl:1:1: this object goes on in the next line; in JSON Lines each line holds a whole test case
        1 | {
          | ^
      => To write each on one line: jq -c . OLD > NEW.jsonl. If the file is one document with test_cases, name it .json, or say --format json."
    `);
  });

  it("a comma between the lines", async () => {
    expect(await told("a.jsonl", '{"id": "a", "prompt": "p"},\n')).toMatchInlineSnapshot(`
      "a.jsonl:1:27: the document ended before this
        1 | {"id": "a", "prompt": "p"},
          |                           ^
      => Lines are not separated by commas, and no brackets stand around them."
    `);
  });

  it("a key that stands twice", async () => {
    expect(await told("a.jsonl", '{"id": "a", "prompt": "p", "id": "b"}\n')).toMatchInlineSnapshot(`
      "a.jsonl:1:28: the key "id" stands twice in this object
        1 | {"id": "a", "prompt": "p", "id": "b"}
          |                            ^
      => JSON readers would keep only one of them: remove or rename the other."
    `);
  });

  it("bytes that are not UTF-8, with their offset in the file", async () => {
    const bytes = Buffer.concat([Buffer.from(good), Buffer.from('{"id": "\xe9"}\n', "latin1")]);
    expect(await told("a.jsonl", bytes)).toMatchInlineSnapshot(`
      "a.jsonl:2:9: not UTF-8 text: byte 0xe9 at offset 35
      => Save the file as UTF-8. If it comes from an older Windows program: iconv -f WINDOWS-1252 -t UTF-8 OLD > NEW"
    `);
  });

  it("at most twenty problems, and how many more there are", async () => {
    const text = await told("a.jsonl", '{"id": "a"}\n'.repeat(2000));
    expect(text).toContain("3999 problems in a.jsonl");
    expect(text).toContain("… and 3979 more problems");
    expect(text.match(/a\.jsonl:\d+:\d+/g)).toHaveLength(20);
  });

  it("a file without a case", async () => {
    expect(await told("a.jsonl", "\n\n")).toMatchInlineSnapshot(`
      "a.jsonl holds no test case
      => Each line, or each row below the header, is a test case with at least an id and a prompt."
    `);
  });
});

describe("of CSV a user is told", () => {
  it("a column whose name is not known, once", async () => {
    expect(await told("a.csv", "id,prompt,question\n1,p,q\n2,p,q\n")).toMatchInlineSnapshot(`
      "a.csv:1:11 header: unknown column "question"
        1 | id,prompt,question
          |           ^
      => Columns are id, category, prompt, messages, system, variables, expected, references, config, metadata, and parts of objects such as variables.name and metadata.source."
    `);
    expect(await told("b.csv", "id,promt\n1,p\n2,p\n")).toMatchInlineSnapshot(`
      "b.csv:1:4 header: unknown column "promt"; did you mean "prompt"?
        1 | id,promt
          |    ^
      => Columns are id, category, prompt, messages, system, variables, expected, references, config, metadata, and parts of objects such as variables.name and metadata.source."
    `);
  });

  it("a row with too many cells", async () => {
    expect(await told("a.csv", "id,prompt\na,Hello, world\n")).toMatchInlineSnapshot(`
      "a.csv:2:1 row 2: this row has 3 cells and the header 2
        2 | a,Hello, world
          | ^
      => A cell that holds the separator must stand in quotes; an empty cell still needs its separator."
    `);
  });

  it("a quote that is never closed, at where it opens", async () => {
    expect(await told("a.csv", 'id,prompt\na,p\nb,"never\nc,p\n')).toMatchInlineSnapshot(`
      "a.csv:3:3 row 3: the quote that opens this cell is never closed
        3 | b,"never
          |   ^
      => A cell that holds quotes stands in quotes itself, and each of its own is doubled: "say ""hi"""."
    `);
  });

  it("a quote inside a cell, and text behind one", async () => {
    expect(await told("a.csv", 'id,prompt\na,a 5" disk\nb,"x"y\n')).toMatchInlineSnapshot(`
      "2 problems in a.csv
      a.csv:2:6 row 2: a quote inside a cell that is not in quotes
        2 | a,a 5" disk
          |      ^
        A cell that holds quotes stands in quotes itself, and each of its own is doubled: "say ""hi""".
      a.csv:3:6 row 3: text after the closing quote of a cell
        3 | b,"x"y
          |      ^
        A cell that holds quotes stands in quotes itself, and each of its own is doubled: "say ""hi""".
      => Correct them and run the command again: these are all."
    `);
  });

  it("a missing variable in a cell of several lines, and a cell that is no number", async () => {
    const content =
      'id,prompt,config.temperature,variables\na,"Say\n{{word}}",hot,"[1]"\nb,"Say\n{{word}}",,"{""wort"": ""x""}"\n';
    expect(await told("a.csv", content)).toMatchInlineSnapshot(`
      "3 problems in a.csv
      a.csv:3:11 row 2, config.temperature: expected a number, found "hot"
        3 | {{word}}",hot,"[1]"
          |           ^
      a.csv:3:15 row 2, variables: expected an object, found a list
        3 | {{word}}",hot,"[1]"
          |               ^
      a.csv:5:1 row 3, prompt: test case "b" has no variable "word"; did you mean "wort"?
        5 | {{word}}",,"{""wort"": ""x""}"
          | ^
        Add it under the case's variables, or write \\{{word}} for the braces themselves.
      => Correct them and run the command again: these are all."
    `);
  });
});

describe("of other files a user is told", () => {
  it("a packed file that is none, or ends too early", async () => {
    expect(await told("a.jsonl.gz", good)).toMatchInlineSnapshot(`
      "a.jsonl.gz is not sound gzip data: incorrect header check
      => Take the .gz away from the name of a file that is not packed."
    `);
    expect(await told("b.jsonl.gz", gzipSync(good.repeat(100)).subarray(0, 40))).toMatchInlineSnapshot(`
      "b.jsonl.gz ends in the middle of its gzip data
      => Copy or download it again."
    `);
  });

  it("what is no Parquet file", async () => {
    expect(await told("a.parquet", "PAR1 and no more")).toMatchInlineSnapshot(`
      "a.parquet: not a Parquet file that can be read: parquet file invalid (footer != PAR1)
      => Check that it is a Parquet file and was copied whole."
    `);
  });

  it("JSON Lines in a file that is called .json", async () => {
    expect(await told("a.json", good + good)).toMatchInlineSnapshot(`
      "a.json:2:1: the document ended before this
        2 | {"id": "a", "prompt": "p"}
          | ^
      => If each line holds a JSON value of its own, the file is JSON Lines: its name must end in .jsonl."
    `);
  });

  it("a document of a newer format", async () => {
    expect(await told("a.json", '{"schema_version": 2, "cases": []}')).toMatchInlineSnapshot(`
      "a.json:1:20 schema_version: this file has format 2, and this version of llm-test-bench reads format 1
        1 | {"schema_version": 2, "cases": []}
          |                    ^
      => Use a newer version of llm-test-bench, or a copy of the dataset in the older format."
    `);
  });

  it("a folder without datasets, and one whose documents have different defaults", async () => {
    await mkdir(join(folder, "none"));
    expect(await toldOf(join(folder, "none"))).toMatchInlineSnapshot(`
      "the folder none holds no dataset file
      => Dataset files end in .json, .yaml, .yml, .jsonl, .ndjson, .csv, .tsv, .parquet, each also with .gz; subfolders are not searched."
    `);
    const of = (id: string, temperature: number): string =>
      JSON.stringify({ name: "d", version: "1", defaults: { temperature }, test_cases: [{ id, prompt: "p" }] });
    await writeFile(join(folder, "a.json"), of("a", 0));
    await writeFile(join(folder, "b.json"), of("b", 1));
    expect(await toldOf(folder)).toMatchInlineSnapshot(`
      "a.json and b.json have different defaults
      => The files of a folder make one dataset, with one set of defaults: give them the same, or run them apart."
    `);
  });

  it("a device", async () => {
    expect(await toldOf("/dev/zero")).toMatchInlineSnapshot(`
      "/dev/zero is a device, not a file
      => Name a file or a folder, or - for standard input."
    `);
  });
});
