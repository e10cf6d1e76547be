import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";
import { afterAll, describe, expect, it } from "vitest";
import { collected } from "../../test/support/cases.ts";
import type { Dataset, TestCase } from "../core/dataset.ts";
import { loadDataset, type LoadOptions } from "./load.ts";
import { validateDataset } from "./validate.ts";

const example = (name: string): string =>
  fileURLToPath(new URL(`../../examples/datasets/foreign/${name}`, import.meta.url));

const folder = mkdtempSync(join(tmpdir(), "foreign-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function put(name: string, content: string | Uint8Array): string {
  const path = join(folder, name);
  writeFileSync(path, content);
  return path;
}

async function loaded(path: string, options: LoadOptions = {}): Promise<{ dataset: Dataset; cases: TestCase[] }> {
  const dataset = await loadDataset(path, options);
  return { dataset, cases: await collected(dataset.cases()) };
}

const told = (path: string, options: LoadOptions = {}): Promise<string> =>
  loadDataset(path, options).then(
    () => "",
    (error: Error & { hint?: string }) => `${error.message}\n=> ${error.hint ?? ""}`.replaceAll(`${folder}/`, ""),
  );

const noIds = "; none has an id, so each gets its row's number, such as row-7";

describe("a file of another tool", () => {
  it.each([
    ["openai-evals.jsonl", ["row-1", "row-2"], `read as OpenAI evals: input/ideal${noIds}`],
    ["sharegpt.json", ["chat-1", "chat-2"], "read as ShareGPT conversations: the last answer is the expected one"],
    [
      "human-eval.jsonl",
      ["Sample/0", "Sample/1"],
      "read as HumanEval: prompt/canonical_solution, the test in the metadata",
    ],
    ["gsm8k.jsonl", ["row-1", "row-2"], `read as GSM8K: question/answer, the part behind #### is expected${noIds}`],
    [
      "mmlu.jsonl",
      ["row-1", "row-2"],
      `read as multiple choice, as MMLU: question/choices/answer, the letter is expected${noIds}`,
    ],
    [
      "mmlu.csv",
      ["row-1", "row-2"],
      `read as multiple choice, as MMLU: question/choices/answer, the letter is expected${noIds}`,
    ],
    [
      "arc.jsonl",
      ["science-1", "science-2"],
      "read as multiple choice, as ARC: question/choices/answerKey, the letter is expected",
    ],
    [
      "hellaswag.jsonl",
      ["row-1", "row-2"],
      `read as multiple choice, as HellaSwag: ctx/endings/label, the letter is expected${noIds}`,
    ],
    [
      "truthful-qa.jsonl",
      ["row-1", "row-2"],
      `read as TruthfulQA: question/best_answer, the other correct answers as references${noIds}`,
    ],
    [
      "openai-chat.jsonl",
      ["row-1", "row-2"],
      `read as OpenAI's training conversations: the last answer is the expected one${noIds}`,
    ],
    ["alpaca.json", ["row-1", "row-2"], `read as Alpaca instructions: instruction/input/output${noIds}`],
    ["squad.jsonl", ["bridge-1", "bridge-2"], "read as SQuAD: context/question/answers"],
    ["inspect.json", ["1", "2"], "read as Inspect samples: input/target"],
  ])("is read as it is, and said in a line: %s", async (name, ids, note) => {
    const { dataset, cases } = await loaded(example(name));
    expect(cases.map(({ id }) => id)).toEqual(ids);
    expect(cases.every(({ expected }) => expected !== undefined)).toBe(true);
    expect(dataset.notes).toEqual([{ kind: "note", text: note }]);
    expect(dataset.reading).toBeUndefined();
    expect(await validateDataset(example(name))).toMatchObject({ cases: 2, notes: dataset.notes });
  });

  it("may be a file of batch requests, which expects nothing", async () => {
    const { dataset, cases } = await loaded(example("openai-batch.jsonl"));
    expect(cases.map(({ id, config }) => [id, config?.max_tokens])).toEqual([
      ["greeting-1", 40],
      ["greeting-2", 40],
    ]);
    expect(dataset.notes?.map(({ text }) => text)).toEqual([
      "read as OpenAI batch requests: custom_id/body, without their model",
    ]);
  });

  it("may be an export around one list, and its mistakes are told with their places in it", async () => {
    const rows =
      '{"rows": [\n {"row_idx": 0, "row": {"question": "1+1?", "answer": "#### 2"}},\n {"row_idx": 1, "row": ';
    const { dataset, cases } = await loaded(put("hub.json", `${rows}{"question": "2+2?", "answer": "#### 4"}}]}`));
    expect(cases).toMatchObject([{ prompt: "1+1?", expected: "2" }, { prompt: "2+2?" }]);
    expect(dataset.notes?.[0]?.text).toBe('the records are the list "rows"');
    const ours = await loaded(put("ours.yaml", "examples:\n  - { id: a, prompt: A }\n"));
    expect(ours.cases).toEqual([{ id: "a", prompt: "A" }]);
    expect((await loaded(put("map.json", '{"data": [{"q": "Why?"}]}'), { map: { prompt: "q" } })).cases).toMatchObject([
      { prompt: "Why?" },
    ]);
    expect(await told(put("bad-hub.json", `${rows}{"question": "2+2?", "answer": "four"}}]}`))).toMatch(
      /^bad-hub\.json:3:\d+ \[1\]\.answer: this answer has nothing behind ####/,
    );
  });

  it("is told what it is where no such file can be read", async () => {
    expect(await told(put("book.xlsx", "PK"))).toContain("save the sheet as CSV in UTF-8");
    expect(await told(put("set.zip", "PK"))).toContain("Unpack it first");
    expect(await told(put("one.json", '{"id": "a", "prompt": "A"}'))).toMatch(
      /this is one test case, and a dataset is a list of them\n.*\n.*\n=> Put it into a list/,
    );
    expect(await told(put("ifeval.jsonl", '{"key": 1, "prompt": "Write"}'))).toContain("--map prompt=prompt");
    expect(await told(put("caps.csv", "Question,Answers\na,b\n"))).toContain("--map prompt=Question,expected=Answers");
    expect(await told(put("comment.json", "// mine\n[]"))).toMatch(/a comment\n[^]*YAML does/);
  });

  it("may be a configuration of promptfoo, whose unsupported parts are warnings", async () => {
    const { dataset, cases } = await loaded(example("promptfoo.yaml"));
    expect(dataset).toMatchObject({ name: "promptfoo", description: "Translations" });
    expect(cases).toHaveLength(6);
    expect(dataset.notes?.map(({ kind }) => kind)).toEqual(["note", "warning", "warning"]);
  });

  it("may be a table, packed, or several files of one folder, whose ids are then told apart", async () => {
    const table = 'question,choices,answer\nOdd?,"[""2"", ""3""]",1\n';
    expect((await loaded(put("mmlu.csv", table))).cases).toEqual([
      { id: "row-2", prompt: "Odd?\nA. 2\nB. 3\nAnswer:", expected: "B" },
    ]);
    const row = JSON.stringify({ question: "1+1?", answer: "#### 2" });
    expect((await loaded(put("g.jsonl.gz", gzipSync(row)))).cases).toMatchObject([{ id: "row-1", expected: "2" }]);
    const both = mkdtempSync(join(folder, "both-"));
    writeFileSync(join(both, "a.jsonl"), row);
    writeFileSync(join(both, "b.json"), `[${row}]`);
    writeFileSync(join(both, "c.csv"), "id,prompt\nx,Y\n");
    expect((await loaded(both)).cases.map(({ id }) => id)).toEqual(["a-row-1", "b-row-1", "x"]);
  });

  it("may come from standard input, in pieces of any size, also packed", async () => {
    async function* inPieces(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
      for (let at = 0; at < bytes.length; at += 7) yield bytes.subarray(at, at + 7);
    }
    const row = JSON.stringify({ question: "1+1?", answer: "#### 2" });
    const table = "question,choices,answer\n" + 'Odd?,"[""2"", ""3""]",1\n'.repeat(2);
    for (const [bytes, ids] of [
      [Buffer.from(`${row}\n${row}\n`), ["row-1", "row-2"]],
      [Buffer.from(table), ["row-2", "row-3"]],
      [gzipSync(row), ["row-1"]],
    ] as const) {
      const format = ids[0] === "row-2" ? { format: "csv" as const } : {};
      const { dataset, cases } = await loaded("-", { stdin: { pieces: () => inPieces(bytes) }, ...format });
      expect(cases.map(({ id }) => id)).toEqual(ids);
      expect(dataset.notes).toHaveLength(1);
      await dataset.close?.();
    }
  });

  it("is told of with the place of what is wrong", async () => {
    const good = JSON.stringify({ question: "1+1?", answer: "#### 2" });
    const rows = `${good}\n{"question": "1+2?", "answer": "3"}\n{"question": "", "answer": "#### 3"}\n`;
    expect(await told(put("bad.jsonl", rows))).toMatchInlineSnapshot(`
      "2 problems in bad.jsonl
      bad.jsonl:2:32 answer: this answer has nothing behind ####
        2 | {"question": "1+2?", "answer": "3"}
          |                                ^
        GSM8K's answers end in #### 72.
      bad.jsonl:3:14 question: expected the question, as text
        3 | {"question": "", "answer": "#### 3"}
          |              ^
      => Correct them and run the command again: these are all."
    `);
    expect(await told(put("bad.yaml", 'prompts: ["{{a}}"]\ntests:\n  - vars: { b: 1 }\n'))).toMatchInlineSnapshot(`
      "bad.yaml:1:12 test 1, prompt: test case "test-1" has no variable "a"; did you mean "b"?
        1 | prompts: ["{{a}}"]
          |            ^
      => Add it under the case's variables, or write \\{{a}}, in double quotes \\\\{{a}}, for the braces themselves."
    `);
    expect(await told(put("bad2.yaml", "prompts: [file://p.txt]\ntests:\n  - tests.csv\n"))).toMatchInlineSnapshot(`
      "2 problems in bad2.yaml
      bad2.yaml:1:11 prompts[0]: p.txt does not exist
        1 | prompts: [file://p.txt]
          |           ^
        Paths start at the configuration's folder.
      bad2.yaml:3:5 tests[0]: tests.csv does not exist
        3 |   - tests.csv
          |     ^
        Paths start at the configuration's folder.
      => Correct them and run the command again: these are all."
    `);
    expect(await told(put("bad.json", '[{"input": "a", "target": "b"},\n {"input": 7, "target": {}}, 5]'))).toMatch(
      /bad\.json:2:25 \[1\]\.target: expected text[^]*bad\.json:2:30 \[2\]: expected an object/,
    );
  });

  it("is asked about where it could be several things, and refused where it is none", async () => {
    const path = put("two.jsonl", '{"input": "a", "ideal": "b", "target": "c"}');
    expect(await told(path)).toMatchInlineSnapshot(`
      "two.jsonl could be read as openai-evals or as inspect
      => Say which with --shape openai-evals, or name the columns with --map prompt=COLUMN,expected=COLUMN."
    `);
    expect((await loaded(path, { shape: "inspect" })).cases).toMatchObject([{ expected: "c" }]);
    expect(await told(put("none.jsonl", '{"text": "a", "label": "b"}'))).toMatchInlineSnapshot(`
      "none.jsonl has no prompts, and is in no shape that is known
      => Its columns are "text", "label". Say which is which, perhaps --map prompt=text,expected=label, or give a template with --prompt."
    `);
  });
});

describe("our own shape", () => {
  it("wins, also in a list", async () => {
    const row = { id: "a", prompt: "p {{x}}", variables: { x: 1 } };
    expect((await loaded(put("own.json", JSON.stringify([row])))).cases).toEqual([row]);
    expect((await loaded(put("own.jsonl", JSON.stringify(row)), { shape: "own" })).cases).toEqual([row]);
    expect(await told(put("typo.jsonl", '{"id": "a", "prompt": "p", "ideal": "x", "input": "y"}'))).toContain(
      'unknown key "ideal"',
    );
  });

  it("is what a document in one piece has; a mapping is not for it", async () => {
    const path = put("whole.json", '{"name":"n","version":"1","test_cases":[{"id":"a","prompt":"p"}]}');
    expect((await loaded(path)).dataset.notes).toBeUndefined();
    expect(await told(path, { map: { prompt: "q" } })).toMatch(/one document, not a list of records/);
    expect(await told(example("promptfoo.yaml"), { prompt: "{{a}}" })).toMatch(/a configuration of promptfoo/);
    expect(await told(put("own2.jsonl", '{"id": "a", "prompt": "p"}'), { shape: "promptfoo" })).toMatch(
      /no configuration of promptfoo/,
    );
  });
});

describe("a mapping", () => {
  const map = { prompt: "question", expected: "answer", id: "idx", category: "topic" };

  it("names the columns of a table", async () => {
    const { dataset, cases } = await loaded(example("columns.csv"), { map });
    expect(cases[1]).toEqual({ id: "2", category: "arithmetic", prompt: "What is 7 times 6?", expected: "42" });
    expect(dataset).toMatchObject({
      reading: { map },
      notes: [{ text: "read as prompt from question, expected from answer, id from idx, category from topic" }],
    });
  });

  it("reaches into objects, and a template takes columns for variables", async () => {
    const path = put("deep.jsonl", '{"meta": {"q": "How {{many}}?"}, "n": 3}\n{"meta": {"q": "Who?"}}\n');
    const { cases } = await loaded(path, { prompt: "Q: {{meta.q}}\\nA:", map: { expected: "n" } });
    expect(cases).toEqual([
      { id: "row-1", prompt: "Q: {{meta.q}}\nA:", variables: { meta: { q: "How {{many}}?" } }, expected: "3" },
      { id: "row-2", prompt: "Q: {{meta.q}}\nA:", variables: { meta: { q: "Who?" } } },
    ]);
  });

  it("is refused where a column is not there, and told with its place where a value cannot be used", async () => {
    expect(await told(example("columns.csv"), { map: { prompt: "qestion" } })).toMatch(
      /columns\.csv has no column "qestion"; did you mean "question"\?\n=> The columns are "idx", "question"/,
    );
    expect(await told(put("odd.jsonl", '{"q": "a"}\n{"q": {"x": 1}}\n'), { map: { prompt: "q" } })).toMatch(
      /odd\.jsonl:2:7 q: this cannot be the prompt of a test case/,
    );
    const twice = await told(put("twice.jsonl", '{"q": "a"}\n{"q": {"x": 1}, "a": {"y": 2}}\n'), {
      map: { prompt: "q", expected: "a" },
    });
    expect(twice).toMatch(/twice\.jsonl:2:7 q: this cannot be the prompt of a test case/);
    expect(twice).toMatch(/twice\.jsonl:2:22 a: this cannot be the expected of a test case/);
    expect(await told(put("gap.jsonl", '{"q": "{{a}}", "a": 1}\n{"q": "b"}\n'), { prompt: "{{a}}" })).toMatch(
      /gap\.jsonl:2:1 prompt: test case "row-2" has no variable "a"/,
    );
  });

  it("goes for files that are read while they are used", async () => {
    const path = put("many.jsonl", '{"q": "a"}\n{"x": "b"}\n');
    const dataset = await loadDataset(path, { map: { prompt: "q" } }).catch((error: Error) => error.message);
    expect(dataset).toMatch(/many\.jsonl:2:1: missing "prompt", or "messages" in its place/);
  });
});
