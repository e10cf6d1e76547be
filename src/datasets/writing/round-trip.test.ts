import { writeFileSync } from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { tempDir } from "../../../test/support/cli.ts";
import { DATASET_FORMATS } from "../../core/dataset-format.ts";
import type { Dataset, TestCase } from "../../core/dataset.ts";
import { inMemory } from "../in-memory.ts";
import { loadDataset } from "../load.ts";
import { datasetFile } from "./dataset-file.ts";
import { datasetText } from "./dataset-text.ts";
import { planWriting } from "./losses.ts";

// No surrogate halves: no file in UTF-8 holds them. No braces: templates must find their variables.
const text = fc
  .string({
    unit: fc.constantFrom(
      ...Array.from("ab ,;\t\n\r\"'\\:#-[]|>&*!%@`é漢🙂0:=~"),
      "\u0085",
      "\u2028",
      "true",
      "null",
      "1e3",
    ),
  })
  .map((one) => one.replaceAll("\0", ""));
const someText = text.map((one) => `x${one}`);
const key = fc.constantFrom("a", "b.c", "__proto__", "constructor", "1", "with space", "-", "é");
const value = fc.oneof(
  text,
  fc.integer(),
  fc.boolean(),
  fc.double({ noNaN: true, noDefaultInfinity: true }).map((n) => n + 0 || 0),
);
const variables = fc.dictionary(key, value, { maxKeys: 3 });

const fields = fc.record(
  {
    prompt: someText,
    category: text,
    system: text,
    variables,
    expected: text,
    references: fc.array(text, { maxLength: 3 }),
    config: fc.record(
      {
        temperature: fc.double({ min: 0, max: 2, noNaN: true }).map((n) => n || 0),
        max_tokens: fc.integer({ min: 1, max: 9 }),
        model: someText,
      },
      { requiredKeys: [] },
    ),
    metadata: fc.dictionary(
      key,
      fc.jsonValue().map((json) => JSON.parse(JSON.stringify(json)) as unknown),
      { maxKeys: 2 },
    ),
  },
  { requiredKeys: ["prompt"] },
);
const cases = fc
  .array(fields, { minLength: 1, maxLength: 4 })
  .map((all) => all.map((one, i) => ({ id: `t${i}`, ...one })));

const datasetOf = (all: readonly TestCase[]): Dataset => ({
  name: "any",
  version: "1.0.0",
  description: "line\nline: #",
  defaults: { temperature: 0, stop: ["\n\n"] },
  sha256: null,
  source: "any",
  cases: () => inMemory(all),
});

async function gathered<T>(items: AsyncIterable<T>): Promise<T[]> {
  const all: T[] = [];
  for await (const item of items) all.push(item);
  return all;
}

describe("writing a dataset and reading it back", () => {
  it.each(DATASET_FORMATS)(
    "gives every case as it was in %s, but for the fields that were named as lost",
    async (format) => {
      const folder = tempDir();
      await fc.assert(
        fc.asyncProperty(cases, async (all) => {
          const dataset = datasetOf(all);
          const plan = await planWriting(dataset, format, "any");
          const file = join(folder, `any.${format}`);
          const pieces = await gathered(datasetFile(dataset, format, plan));
          writeFileSync(file, Buffer.concat(pieces.map((piece) => Buffer.from(piece))));
          const lost = new Set(plan.losses.filter((loss) => loss.cases !== null).map(({ field }) => field));
          const kept = (testCase: TestCase): unknown =>
            Object.fromEntries(Object.entries(testCase).filter(([name]) => !lost.has(name)));
          const read = await loadDataset(file, { shape: "own" });
          expect((await gathered(read.cases())).map(kept)).toEqual(all.map(kept));
          if (format === "json" || format === "yaml") {
            expect(plan.losses).toEqual([]);
            const { name, version, description, defaults } = dataset;
            expect(read).toMatchObject({ name, version, description, defaults });
          } else {
            expect(plan.losses.filter((loss) => loss.cases === null).map(({ field }) => field)).toEqual([
              "version",
              "description",
              "defaults",
            ]);
          }
        }),
        { numRuns: 150 },
      );
    },
  );

  it.each([" \n", "\t\n", "\n \n", " \n\n", "\r\n"])(
    "keeps %j in YAML, which as a block would lose spaces",
    async (spaced) => {
      const all = [{ id: "t0", prompt: "x", expected: spaced }];
      const dataset = datasetOf(all);
      const file = join(tempDir(), "spaces.yaml");
      const pieces = await gathered(datasetFile(dataset, "yaml", await planWriting(dataset, "yaml", "spaces")));
      writeFileSync(file, Buffer.concat(pieces.map((piece) => Buffer.from(piece))));
      expect(await gathered((await loadDataset(file, { shape: "own" })).cases())).toEqual(all);
    },
  );

  it("keeps the key << in YAML, which is no merge key when it is quoted", async () => {
    const all = [{ id: "t0", prompt: "<<", metadata: { "<<": "<<", list: [{ "<<": { a: 1 } }] } }];
    const file = join(tempDir(), "merge.yaml");
    const dataset = datasetOf(all);
    const pieces = await gathered(datasetFile(dataset, "yaml", await planWriting(dataset, "yaml", "merge")));
    writeFileSync(file, Buffer.concat(pieces.map((piece) => Buffer.from(piece))));
    expect(await gathered((await loadDataset(file, { shape: "own" })).cases())).toEqual(all);
  });

  it("writes Parquet in row groups, so that neither side holds more than one", async () => {
    const all = Array.from({ length: 25_000 }, (_, i) => ({ id: `t${i}`, prompt: `p ${i}`, metadata: { "a.b": [i] } }));
    const dataset = datasetOf(all);
    const plan = await planWriting(dataset, "parquet", "any");
    const pieces = await gathered(datasetFile(dataset, "parquet", plan));
    expect(pieces).toHaveLength(4);
    const file = join(tempDir(), "any.parquet");
    writeFileSync(file, Buffer.concat(pieces.map((piece) => Buffer.from(piece))));
    const read = await loadDataset(file);
    expect(await gathered(read.cases())).toEqual(all);
  });

  it("spreads plain variables over columns, and names an empty text as lost in a table", async () => {
    const dataset = datasetOf([
      { id: "a", prompt: "{{x}}", variables: { x: "1, 2" }, config: { max_tokens: 5 } },
      { id: "b", prompt: "p", expected: "" },
    ]);
    const plan = await planWriting(dataset, "csv", "any");
    expect((await gathered(datasetText(dataset, "csv", plan))).join("")).toBe(
      'id,prompt,variables.x,expected,config.max_tokens\na,{{x}},"1, 2",,5\nb,p,,,\n',
    );
    expect(plan.losses.at(-1)).toEqual({ field: "expected", cases: 1, firstId: "b" });
  });
});
