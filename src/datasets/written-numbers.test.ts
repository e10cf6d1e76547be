import { mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parquetWriteBuffer } from "hyparquet-writer";
import { describe, expect, it } from "vitest";
import { collected } from "../../test/support/cases.ts";
import type { TestCase } from "../core/dataset.ts";
import { BenchError } from "../core/errors.ts";
import { loadDataset, type LoadOptions } from "./load.ts";
import { renderCase } from "./render.ts";
import { datasetFile } from "./writing/dataset-file.ts";
import { planWriting } from "./writing/losses.ts";

const folder = mkdtempSync(join(tmpdir(), "numbers-"));

async function loaded(name: string, content: string | Uint8Array, options: LoadOptions = {}): Promise<TestCase[]> {
  writeFileSync(join(folder, name), content);
  return collected((await loadDataset(join(folder, name), options)).cases());
}

const prompts = async (...args: Parameters<typeof loaded>): Promise<string[]> =>
  (await loaded(...args)).map((testCase) => renderCase(testCase).prompt);

async function told(name: string, content: string | Uint8Array, options?: LoadOptions): Promise<string> {
  const error: unknown = await loaded(name, content, options).catch((thrown: unknown) => thrown);
  if (!(error instanceof BenchError)) throw new Error(`no BenchError but ${String(error)}`);
  return error.message;
}

/** What JSON allows, with what JavaScript would make of each. */
const NUMBERS = ["12345678901234567890", "9007199254740993", "1.10", "1e3", "-0", "0.0", "1E-7", "5", "0.5"];
const PROMPT = NUMBERS.map((_, i) => `{{v.n${i}}}`).join(" ");
const VARIABLES = `{"v": {${NUMBERS.map((number, i) => `"n${i}": ${number}`).join(", ")}}}`;
const CASE = `{"id": "a", "prompt": "${PROMPT}", "variables": ${VARIABLES}}`;

describe("a number in a variable goes into the prompt as it is written", () => {
  it.each([
    ["a.json", `{"name": "d", "version": "1", "test_cases": [${CASE}]}`],
    ["list.json", `[${CASE}]`],
    ["a.jsonl", `${CASE}\n`],
    ["a.yaml", `name: d\nversion: "1"\ntest_cases:\n  - ${CASE}\n`],
    ["a.csv", `id,prompt,variables\na,${PROMPT},"${VARIABLES.replaceAll('"', '""')}"\n`],
  ])("in %s", async (name, content) => {
    expect(await prompts(name, content)).toEqual([NUMBERS.join(" ")]);
  });

  it("in YAML also as JSON has none", async () => {
    const numbers = ["007", "0x1F", "0o17", "+5", ".5", "5.", "1_000", ".inf", "-.INF", ".nan", "1e400"];
    const variables = numbers.map((number, i) => `n${i}: ${number}`).join(", ");
    const prompt = numbers.map((_, i) => `{{n${i}}}`).join(" ");
    const text = `name: d\nversion: "1"\ntest_cases:\n  - { id: a, prompt: "${prompt}", variables: { ${variables} } }\n`;
    expect(await prompts("b.yaml", text)).toEqual([numbers.join(" ")]);
  });

  it("in Parquet, whole numbers of 64 bits and decimals of any kind", async () => {
    const column = (name: string, type: "INT32" | "INT64" | "FIXED_LEN_BYTE_ARRAY" | "BYTE_ARRAY", scale: number) =>
      ({
        name,
        type,
        converted_type: "DECIMAL",
        scale,
        precision: 18,
        repetition_type: "REQUIRED",
        ...(type === "FIXED_LEN_BYTE_ARRAY" ? { type_length: 4 } : {}),
      }) as const;
    const bytes = parquetWriteBuffer({
      columnData: [
        { name: "id", data: ["a"] },
        { name: "prompt", data: ["{{a}} {{b}} {{c}} {{d}} {{e}}"] },
        { name: "variables.a", data: [9_007_199_254_740_993n] },
        { name: "variables.b", data: [110n] },
        { name: "variables.c", data: [-5n] },
        { name: "variables.d", data: [-110n] },
        { name: "variables.e", data: [250n] },
      ],
      schema: [
        { name: "root", num_children: 7 },
        { name: "id", type: "BYTE_ARRAY", converted_type: "UTF8", repetition_type: "REQUIRED" },
        { name: "prompt", type: "BYTE_ARRAY", converted_type: "UTF8", repetition_type: "REQUIRED" },
        { name: "variables.a", type: "INT64", repetition_type: "REQUIRED" },
        column("variables.b", "INT32", 2),
        column("variables.c", "INT64", 3),
        column("variables.d", "FIXED_LEN_BYTE_ARRAY", 2),
        column("variables.e", "BYTE_ARRAY", 1),
      ],
    });
    expect(await prompts("a.parquet", new Uint8Array(bytes))).toEqual(["9007199254740993 1.10 -0.005 -1.10 25.0"]);
  });

  it("in Parquet, also where a column holds JSON, and a text keeps a byte order mark of its own", async () => {
    const bytes = parquetWriteBuffer({
      columnData: [
        { name: "id", data: ["a"] },
        { name: "prompt", data: ["\ufeffx {{n}} {{o.p}}"] },
        { name: "variables", data: [{ n: 1.5, o: { p: "PLACE" } }], type: "JSON" },
      ],
    });
    const text = Buffer.from(bytes).toString("latin1").replaceAll('"PLACE"', "1234567").replace("1.5", "1.0");
    const file = text.replaceAll("1234567", "1e00010");
    expect(await prompts("json.parquet", Buffer.from(file, "latin1"))).toEqual(["\ufeffx 1.0 1e00010"]);
  });

  it("in promptfoo's tests, and in the files that they name", async () => {
    writeFileSync(join(folder, "tests.jsonl"), '{"vars": {"n": 1.10}}\n');
    const text = `prompts: ["is {{n}}"]\ntests:\n  - vars: { n: 007 }\n  - vars: { n: [1.10, 2] }\n  - file://tests.jsonl\n`;
    expect(await prompts("promptfooconfig.yaml", text)).toEqual(["is 007", "is 1.10", "is 2", "is 1.10"]);
  });
});

describe("numbers of foreign files are texts as they are written", () => {
  const rows =
    '{"qid": 9007199254740993, "q": 1.10, "a": [0.50, 2], "c": 1e3}\n{"qid": 9007199254740992, "q": "x", "a": -0}\n';

  it("so that ids stay apart, and prompts and answers are those of the file", async () => {
    const map = { id: "qid", prompt: "q", expected: "a", category: "c", "variables.a": "a", "metadata.a": "a" };
    for (const [name, content] of [
      ["rows.jsonl", rows],
      ["rows.json", `[${rows.trim().replace("\n", ",")}]`],
      ["rows.yaml", rows.replaceAll(/^/gm, "- ").replace(/- $/, "")],
    ] as const) {
      const [first, second] = await loaded(name, content, { map });
      expect(first).toMatchObject({
        id: "9007199254740993",
        prompt: "1.10",
        expected: "0.50",
        references: ["2"],
        category: "1e3",
        variables: { a: "[0.50,2]" },
      });
      expect(second).toMatchObject({ id: "9007199254740992", expected: "-0" });
    }
  });

  it("in the shapes that are known, too, and an index of floats is an index", async () => {
    const gsm = '{"id": 9007199254740993, "question": 1.10, "answer": "#### 5"}\n';
    expect(await loaded("gsm.jsonl", gsm)).toMatchObject([{ id: "9007199254740993", prompt: "1.10" }]);
    const mmlu = '{"question": "q?", "choices": [1.10, 1.1], "answer": 1.0}\n';
    expect(await loaded("mmlu.jsonl", mmlu)).toMatchObject([{ prompt: "q?\nA. 1.10\nB. 1.1\nAnswer:", expected: "B" }]);
    const inspect = '{"input": "q", "target": [1.10, 1.1]}\n';
    expect(await loaded("inspect.jsonl", inspect)).toMatchObject([{ expected: "1.10", references: ["1.1"] }]);
  });

  it("in a template of columns", async () => {
    expect(
      await prompts("t.jsonl", '{"n": 1.10, "m": {"k": [12345678901234567890]}}\n', { prompt: "{{n}} {{m.k}}" }),
    ).toEqual(["1.10 [12345678901234567890]"]);
  });
});

describe("other numbers", () => {
  it("of parameters are numbers", async () => {
    const config =
      '{"temperature": 0.50, "max_tokens": 1e2, "timeout": 1.0, "extra_body": {"x": [1.10, 9007199254740992]}}';
    for (const [name, content] of [
      ["c.jsonl", `{"id": "a", "prompt": "p", "config": ${config}}\n`],
      ["c.yaml", `name: d\nversion: "1"\ntest_cases: [{ id: a, prompt: p, config: ${config} }]\n`],
      ["c.csv", `id,prompt,config\na,p,"${config.replaceAll('"', '""')}"\n`],
    ] as const) {
      const [only] = await loaded(name, content);
      expect(only?.config).toStrictEqual({
        temperature: 0.5,
        max_tokens: 100,
        timeout: 1,
        extra_body: { x: [1.1, 9007199254740992] },
      });
    }
    const [cell] = await loaded("d.csv", "id,prompt,config.temperature,config.max_tokens\na,p,0.50,1e2\n");
    expect(cell?.config).toStrictEqual({ temperature: 0.5, max_tokens: 100 });
    const dataset = `{"name": "d", "version": "1", "schema_version": 1.0, "defaults": {"temperature": 0.50}, "test_cases": [{"id": "a", "prompt": "p"}]}`;
    writeFileSync(join(folder, "defaults.json"), dataset);
    expect((await loadDataset(join(folder, "defaults.json"))).defaults).toStrictEqual({ temperature: 0.5 });
  });

  it("that a request could not hold are told of", async () => {
    const message = await told(
      "big.jsonl",
      '{"id": "a", "prompt": "p", "config": {"extra_body": {"id": [12345678901234567890]}}}\n',
    );
    expect(message).toContain(
      "1:61 config.extra_body.id[0]: the number 12345678901234567890 is too large for a request's parameter: it would be sent as 12345678901234567000",
    );
    const text = "name: d\nversion: '1'\ndefaults: { extra_body: { x: .inf } }\ntest_cases: [{ id: a, prompt: p }]\n";
    expect(await told("inf.yaml", text)).toContain("defaults.extra_body.x: the number .inf is too large");
  });

  it("where text is wanted are quoted as they are written", async () => {
    for (const number of ["9007199254740993", "1.10", "1e3"]) {
      expect(await told("e.jsonl", `{"id": ${number}, "prompt": "p"}\n`)).toContain(`expected text, found ${number}\n`);
      expect(
        await told(
          "e.json",
          `{"name": "d", "version": "1", "test_cases": [{"id": "a", "prompt": "p", "expected": ${number}}]}`,
        ),
      ).toContain(`expected text, found ${number}\n`);
    }
    expect(await told("e.yaml", 'name: d\nversion: "1"\ntest_cases: [{ id: 007, prompt: p }]\n')).toContain(
      "found 007",
    );
    expect(
      await told("f.jsonl", '{"id": "a", "prompt": "p", "config": {"temperature": 2.50, "seed": 9007199254740993}}\n'),
    ).toMatch(/found 2\.50\n[^]*found 9007199254740993\n/);
    expect(await told("g.jsonl", `{"id": "a", "prompt": ${"9".repeat(1000)}}\n`)).toContain(`found ${"9".repeat(40)}…`);
  });
});

describe("converting keeps numbers as they are written", () => {
  async function converted(from: string, to: string): Promise<{ name: string; text: string }> {
    const dataset = await loadDataset(join(folder, from));
    const format = to.replace(/^.*\./, "") as "json" | "jsonl" | "yaml" | "csv" | "tsv" | "parquet";
    const plan = await planWriting(dataset, format, "any");
    expect(plan.losses.filter(({ cases }) => cases !== null)).toEqual([]);
    const pieces = await collected(datasetFile(dataset, format, plan));
    const bytes = Buffer.concat(pieces.map((piece) => Buffer.from(piece)));
    writeFileSync(join(folder, to), bytes);
    return { name: to, text: bytes.toString() };
  }

  const metadata = '"metadata":{"m":[1.10,{"k":-0}]}';
  const row = `{"id":"a","prompt":"${PROMPT}","variables":${VARIABLES.replaceAll(" ", "")},${metadata}}`;

  it("through all formats", async () => {
    writeFileSync(join(folder, "x0.jsonl"), `${row}\n`);
    expect((await converted("x0.jsonl", "x1.json")).text).toContain('"n0": 12345678901234567890,');
    const yaml = await converted("x1.json", "x2.yaml");
    expect(yaml.text).toContain("n2: 1.10\n");
    await converted("x2.yaml", "x3.csv");
    await converted("x3.csv", "x4.tsv");
    await converted("x4.tsv", "x5.parquet");
    expect((await converted("x5.parquet", "x6.jsonl")).text).toBe(`${row}\n`);
    for (const name of ["x1.json", "x2.yaml", "x3.csv", "x5.parquet"]) {
      const [only] = await collected((await loadDataset(join(folder, name))).cases());
      expect(only && renderCase(only).prompt).toBe(NUMBERS.join(" "));
    }
  });

  it("as text where the format has no such number", async () => {
    const text = 'name: d\nversion: "1"\ntest_cases: [{ id: a, prompt: "{{c}}", variables: { c: 007, h: 0x1F } }]\n';
    writeFileSync(join(folder, "y0.yaml"), text);
    expect((await converted("y0.yaml", "y1.yaml")).text).toContain("c: 007\n    h: 0x1F");
    expect((await converted("y0.yaml", "y2.jsonl")).text).toContain('"variables":{"c":"007","h":"0x1F"}');
    expect((await converted("y0.yaml", "y3.csv")).text).toBe("id,prompt,variables.c,variables.h\na,{{c}},007,0x1F\n");
  });
});
