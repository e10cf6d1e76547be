// Writes schemas/*.schema.json from the Zod schemas; with --check fails when a file is not what it would write.
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { z } from "zod";
import { configSchema } from "../src/config/schema.ts";
import { datasetFileSchema } from "../src/core/dataset.ts";
import { testResultSchema } from "../src/core/result.ts";
import { manifestFileSchema, resultsFileSchema, savedResultsSchema } from "../src/core/run.ts";

const FILES = {
  config: { schema: configSchema, title: "Configuration of llm-test-bench" },
  dataset: { schema: datasetFileSchema, title: "Dataset of llm-test-bench" },
  results: { schema: resultsFileSchema, title: "results.json: a run's results with its summaries" },
  "saved-results": { schema: savedResultsSchema, title: "What BenchmarkResults.saveJson writes: one target's results" },
  result: { schema: testResultSchema, title: "A line of results.jsonl, without its crc" },
  run: { schema: manifestFileSchema, title: "run.json: what a run was" },
};

const folder = new URL("../schemas/", import.meta.url);
const check = process.argv.includes("--check");
mkdirSync(folder, { recursive: true });
const stale = Object.entries(FILES).filter(([name, { schema, title }]) => {
  const file = new URL(`${name}.schema.json`, folder);
  const { $schema, ...rest } = z.toJSONSchema(schema, { target: "draft-2020-12", io: "input", reused: "ref" });
  const text = `${JSON.stringify({ $schema, title, ...rest }, null, 2)}\n`;
  if (!check) writeFileSync(file, text);
  return check && readFileSync(file, "utf8") !== text;
});
if (stale.length > 0) {
  console.error(`out of date: ${stale.map(([name]) => `schemas/${name}.schema.json`).join(", ")}; run npm run schemas`);
  process.exitCode = 1;
}
