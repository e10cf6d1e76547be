import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { exampleResult } from "../../test/support/example-results.ts";
import type { TestResult } from "../core/result.ts";
import { resultsCsv } from "../reports/csv.ts";
import { BenchmarkResults } from "./benchmark-results.ts";
import { CsvExporter } from "./csv-exporter.ts";

let directory: string;
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), "csv-"));
});
afterEach(() => rmSync(directory, { recursive: true, force: true }));

const two = [exampleResult({ scores: { exact: 1 } }), exampleResult({ test_id: "t2" })];

test("results, lists and what can be iterated only once give the text of results.csv", async () => {
  const results = BenchmarkResults.create({ dataset_name: "d", provider_name: "sim", target: "sim:fast", model: "m" });
  for (const result of two) results.addResult(result);
  function* once(): Generator<TestResult> {
    yield* two;
  }
  for (const [name, source] of Object.entries({ results, list: two, once: once() })) {
    const path = join(directory, `${name}.csv`);
    await CsvExporter.export(source, path);
    expect(readFileSync(path, "utf8")).toBe([...resultsCsv(() => two)].join(""));
  }
});

test("fields select the columns", async () => {
  const path = join(directory, "a.csv");
  await CsvExporter.export(two, path, { fields: ["test_id", "exact"] });
  expect(readFileSync(path, "utf8")).toBe("test_id,exact\r\nt1,1\r\nt2,\r\n");
});

test("a field that is none, and a file that cannot be written, leave nothing behind", async () => {
  const path = join(directory, "a.csv");
  await expect(CsvExporter.export(two, path, { fields: ["nope"] })).rejects.toMatchObject({ code: "usage" });
  await expect(CsvExporter.export(two, join(directory, "no/a.csv"))).rejects.toMatchObject({ code: "output" });
  expect(readdirSync(directory)).toEqual([]);
});
