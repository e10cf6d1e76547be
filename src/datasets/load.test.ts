import { collected } from "../../test/support/cases.ts";
import { createHash } from "node:crypto";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { z } from "zod";
import { datasetFileSchema } from "../core/dataset.ts";
import { loadDataset } from "./load.ts";
import { renderCase } from "./render.ts";

let folder = "";
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "datasets-"));
});
afterEach(() => rm(folder, { recursive: true }));

describe("a dataset", () => {
  it("is read from JSON, with the hash of its bytes", async () => {
    const file = join(folder, "a.json");
    const content = `\uFEFF{"name": "d", "version": "1", "test_cases": [{"id": "a", "prompt": "p"}]}`;
    await writeFile(file, content);
    const dataset = await loadDataset(file);
    expect(dataset).toMatchObject({ name: "d", version: "1", description: null, defaults: {}, source: file });
    expect(dataset.sha256).toBe(createHash("sha256").update(content).digest("hex"));
    expect(await collected(dataset.cases())).toEqual([{ id: "a", prompt: "p" }]);
    expect(await collected(dataset.cases())).toHaveLength(1);
  });

  it("is read from YAML", async () => {
    const file = join(folder, "a.yaml");
    await writeFile(
      file,
      'name: d\nversion: 1.0.0\ndefaults: { temperature: 0, system: "In {{l}}" }\ntest_cases:\n  - id: a\n    prompt: "{{l}}: {{u.n}}"\n    variables: { l: Go, u: { n: 3 } }\n    config: { timeout: 30s }\n',
    );
    const dataset = await loadDataset(file);
    const [first] = await collected(dataset.cases());
    expect(first && renderCase(first, dataset.defaults)).toEqual({ prompt: "Go: 3", system: "In Go" });
  });

  it("has a JSON Schema", () => {
    const json = z.toJSONSchema(datasetFileSchema);
    expect(json.required).toEqual(["name", "version", "test_cases"]);
  });
});

describe("the built-in coding tasks", () => {
  it("load by their bare name, render, and span languages and categories", async () => {
    const dataset = await loadDataset("coding-tasks");
    const cases = await collected(dataset.cases());
    expect(cases.length).toBeGreaterThanOrEqual(12);
    expect(new Set(cases.map((one) => one.category)).size).toBeGreaterThanOrEqual(5);
    expect(new Set(cases.map((one) => one.variables?.["language"])).size).toBeGreaterThanOrEqual(8);
    for (const one of cases) {
      expect(renderCase(one, dataset.defaults).prompt).not.toContain("{{");
      expect(one.expected).toBeTruthy();
    }
  });

  it("do not stand in for a file of that name", async () => {
    const before = process.cwd();
    await writeFile(join(folder, "coding-tasks"), "x");
    process.chdir(folder);
    try {
      await expect(loadDataset("coding-tasks")).rejects.toThrow("coding-tasks has no extension");
      await writeFile(join(folder, "mine.yaml"), "x");
      await expect(loadDataset("mine")).rejects.toMatchObject({
        hint: expect.stringContaining("Did you mean mine.yaml?") as string,
      });
    } finally {
      process.chdir(before);
    }
  });

  it("are correct where the answer can be worked out", async () => {
    const expected = new Map(
      (await collected((await loadDataset("coding-tasks")).cases())).map((one) => [one.id, one.expected]),
    );
    const squares = [...Array(10).keys()].filter((n) => n % 3 === 0).map((n) => n * n);
    expect(expected.get("python-predict-slice")).toBe(`[${squares.join(", ")}]`);
    expect(expected.get("javascript-predict-sort")).toBe(["10", "9", "2", "33", "1"].toSorted().join(","));
    expect(new RegExp(`^${expected.get("regex-iso-date")}$`).test("2024-05-06")).toBe(true);
  });
});

describe("the file of the built-in dataset", () => {
  it("names the published schema", async () => {
    const text = await readFile(new URL("../../datasets/coding-tasks.json", import.meta.url), "utf8");
    expect(JSON.parse(text)).toHaveProperty("$schema", "../schemas/dataset.schema.json");
  });
});
