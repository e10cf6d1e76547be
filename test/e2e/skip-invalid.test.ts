import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import type { Manifest } from "../../src/core/run.ts";
import { runCli, tempDir } from "../support/cli.ts";

const manifestIn = (directory: string): Manifest =>
  JSON.parse(readFileSync(join(directory, "run.json"), "utf8")) as Manifest;

it("a run leaves out up to N invalid records, says so everywhere, and keeps that when it is resumed", async () => {
  const cwd = tempDir();
  const records = ["a", "b", "c", "d"].map((id) => JSON.stringify(id === "b" ? { id } : { id, prompt: `say ${id}` }));
  writeFileSync(join(cwd, "cases.jsonl"), `${records.join("\n")}\n`);
  const bench = ["bench", "-d", "cases.jsonl", "-p", "sim", "-o", "out", "--quiet"];

  const refused = await runCli(bench, { cwd });
  expect(refused.code).toBe(3);
  const none = await runCli([...bench, "--skip-invalid", "0"], { cwd });
  expect(none.code).toBe(3);

  const run = await runCli([...bench, "--skip-invalid", "2"], { cwd });
  expect(run.code).toBe(0);
  expect(run.stdout).toContain("1 invalid record of the dataset was left out (--skip-invalid 2)");
  expect(readFileSync(join(cwd, "out/summary.md"), "utf8")).toContain("1 invalid record of the dataset was left out");
  const { dataset, planned_per_target: planned } = manifestIn(join(cwd, "out"));
  expect(dataset).toMatchObject({ skip_invalid: 2, invalid_records: 1 });
  expect(planned).toBe(3);
  const report = JSON.parse(readFileSync(join(cwd, "out/results.json"), "utf8")) as { run: Manifest };
  expect(report.run.dataset.invalid_records).toBe(1);

  // As if it had been interrupted: a resume needs no flag.
  const journal = join(cwd, "out/results.jsonl");
  const [first = ""] = readFileSync(journal, "utf8").split("\n");
  writeFileSync(journal, `${first}\n`);
  const resumed = await runCli(["resume", "out", "--json"], { cwd });
  expect(resumed.code).toBe(0);
  const summary = JSON.parse(resumed.stdout) as { run: Manifest };
  expect(summary.run.dataset).toMatchObject({ skip_invalid: 2, invalid_records: 1 });
  expect(readFileSync(journal, "utf8").trim().split("\n")).toHaveLength(3);

  const validated = await runCli(["datasets", "validate", "cases.jsonl", "--skip-invalid", "1"], { cwd });
  expect(validated.code).toBe(0);
  expect(validated.stdout).toContain("with 3 cases, without 1 invalid record");
  expect(validated.stderr).toContain('left out: cases.jsonl:2:1: missing "prompt"');
});
