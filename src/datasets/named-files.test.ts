import { mkdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { describe, expect, it } from "vitest";
import { tempDir } from "../../test/support/cli.ts";
import { collected } from "../../test/support/cases.ts";
import type { Dataset, TestCase } from "../core/dataset.ts";
import { BenchError } from "../core/errors.ts";
import { loadDataset } from "./load.ts";

const CONFIG = "prompts: prompts/*.txt\ntests: file://tests.csv\n";

/** A folder with these files, and the path of the first. */
function folderOf(files: Readonly<Record<string, string | Uint8Array>>): string {
  const folder = tempDir();
  for (const [name, content] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, name)), { recursive: true });
    writeFileSync(join(folder, name), content);
  }
  return join(folder, Object.keys(files)[0] ?? "");
}

async function loaded(path: string): Promise<{ dataset: Dataset; cases: TestCase[] }> {
  const dataset = await loadDataset(path);
  return { dataset, cases: await collected(dataset.cases()) };
}

async function told(path: string): Promise<string> {
  const error: unknown = await loadDataset(path).catch((thrown: unknown) => thrown);
  if (!(error instanceof BenchError)) throw new Error(`expected a BenchError, got ${String(error)}`);
  return `${error.message}\n=> ${error.hint}`.replaceAll(`${dirname(path)}/`, "");
}

describe("the files that a configuration of promptfoo names", () => {
  it("are read from its folder, wherever the command runs", async () => {
    const { dataset, cases } = await loaded("examples/datasets/foreign/promptfoo-files/promptfooconfig.yaml");
    expect(dataset.description).toBe("Support replies");
    expect(cases.map(({ id }) => id)).toEqual([
      "test-1/prompts-1",
      "test-1/prompts-2",
      "test-2/prompts-1",
      "test-2/prompts-2",
      "test-3.1/prompts-1",
      "test-3.1/prompts-2",
      "test-3.2/prompts-1",
      "test-3.2/prompts-2",
    ]);
    expect(cases[0]).toMatchObject({
      prompt: "Answer in a {{tone}} tone: {{question}}",
      variables: { question: "When do you open?", tone: "friendly" },
      expected: "9",
      metadata: { description: "opening hours" },
    });
    expect(cases[7]?.variables?.["question"]).toMatch(/^I ordered two copies .*\n.* What can I do\?$/);
  });

  it("may be given by a pattern, in the order of their names", async () => {
    const files = { "c.yaml": CONFIG, "prompts/b.txt": "B {{x}}", "prompts/a.txt": "A {{x}}", "tests.csv": "x\n1\n" };
    const { cases } = await loaded(folderOf({ ...files, "prompts/.hidden.txt": "H", "prompts/c.md": "C" }));
    expect(cases.map(({ id, prompt }) => [id, prompt])).toEqual([
      ["test-1/a", "A {{x}}"],
      ["test-1/b", "B {{x}}"],
    ]);
  });

  it("count in the dataset's hash, so that a resume sees a change in them", async () => {
    const files = { "c.yaml": CONFIG, "prompts/a.txt": "A {{x}}", "tests.csv": "x\n1\n" };
    const path = folderOf(files);
    const before = (await loaded(path)).dataset.sha256;
    expect((await loaded(folderOf(files))).dataset.sha256).toBe(before);
    writeFileSync(join(dirname(path), "tests.csv"), "x\n2\n");
    expect((await loaded(path)).dataset.sha256).not.toBe(before);
  });

  it("are told of with their own places when they are wrong, all at once", async () => {
    const path = folderOf({
      "c.yaml": "prompts: [file://gone.txt, prompts/*.md, 'x/*/y.txt', latin.txt]\ntests: [t.csv, t.yaml, file://d]\n",
      "gon.txt": "",
      "latin.txt": Buffer.from([0x63, 0xe9, 0x20]),
      "t.csv": 'x,y\n1,2\n"3,4\n',
      "t.yaml": "- vars: { a: 1\n",
      "d/e.txt": "",
    });
    expect(await told(path)).toMatchInlineSnapshot(`
      "7 problems in c.yaml, latin.txt, t.csv, t.yaml
      c.yaml:1:11 prompts[0]: gone.txt does not exist
        1 | prompts: [file://gone.txt, prompts/*.md, 'x/*/y.txt', latin.txt]
          |           ^
        Did you mean gon.txt?
      c.yaml:1:28 prompts[1]: no file is called prompts/*.md
        1 | prompts: [file://gone.txt, prompts/*.md, 'x/*/y.txt', latin.txt]
          |                            ^
        Check the path.
      c.yaml:1:42 prompts[2]: x/*/y.txt has a * in the name of a folder
        1 | prompts: [file://gone.txt, prompts/*.md, 'x/*/y.txt', latin.txt]
          |                                          ^
        Only the last part of a path may have one: prompts/*.txt.
      c.yaml:2:24 tests[2]: d is a folder, not a file
        2 | tests: [t.csv, t.yaml, file://d]
          |                        ^
        Name its files.
      latin.txt:1:2: not UTF-8 text: byte 0xe9 at offset 1
        Save the file as UTF-8. If it comes from an older Windows program: iconv -f WINDOWS-1252 -t UTF-8 OLD > NEW
      t.csv:3:1 row 3: the quote that opens this cell is never closed
        3 | "3,4
          | ^
        A cell that holds quotes stands in quotes itself, and each of its own is doubled: "say ""hi""".
      t.yaml:2:1: Flow map in block collection must be sufficiently indented and end with a }
        2 |
          | ^
      => Correct them and run the command again: these are all."
    `);
  });

  it("are named with row and test where what they hold is wrong", async () => {
    const path = folderOf({
      "c.yaml": "prompts: ['{{x}} {{y}}']\ntests: [t.csv]\n",
      "t.csv": "x,__expected\n1,a\n",
    });
    expect(await told(path)).toMatchInlineSnapshot(`
      "c.yaml:1:18 test 1, prompt: test case "test-1" has no variable "y"; did you mean "x"?
        1 | prompts: ['{{x}} {{y}}']
          |                  ^
      => Add it under the case's variables, or write \\{{y}}, in double quotes \\\\{{y}}, for the braces themselves."
    `);
  });

  it("are not read for a configuration from elsewhere, nor in a folder of several datasets", async () => {
    const path = folderOf({
      "a.yaml": CONFIG,
      "b.jsonl": '{"id": "b", "prompt": "p"}\n',
      "tests.csv": "id,prompt\n1,2\n",
    });
    expect(await told(dirname(path))).toContain("Its files are read when --dataset names the configuration.");
    async function* pieces(): AsyncGenerator<Uint8Array> {
      yield Buffer.from(CONFIG);
    }
    const piped = loadDataset("-", { format: "yaml", stdin: { pieces } });
    await expect(piped).rejects.toThrow(/a dataset from elsewhere cannot name files of this machine/);
  });
});
