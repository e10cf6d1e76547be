import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { ResultsFile } from "../../src/core/run.ts";
import type { TestResult } from "../../src/core/result.ts";
import { readRun } from "../../src/journal/directory.ts";
import type { SeenRequest } from "./recording-simulator.ts";
import { tempDir } from "./cli.ts";

/** Writes a dataset of `count` small cases, `c0`, `c1` and so on, and returns its path. */
export function writeDataset(count: number, prompt = "Say something about"): string {
  const path = join(tempDir(), "dataset.json");
  const test_cases = Array.from({ length: count }, (_, i) => ({ id: `c${i}`, prompt: `${prompt} ${i}` }));
  writeFileSync(path, JSON.stringify({ name: "small", version: "1.0.0", test_cases }));
  return path;
}

/** The verified lines of a run's journal. */
export function journalOf(directory: string): TestResult[] {
  return [...readRun(directory).results()];
}

/** A case of a target, as journal and simulator both name it. */
export const identityOf = (of: TestResult): string => `${of.model} ${of.test_id}#${of.sample}`;
export const identityIn = (of: SeenRequest): string => `${of.model} ${of.key}`;

/** What an interrupted run must have in common with one that never was: everything that no clock decides. */
export function totalsOf(directory: string): object[] {
  const { providers } = JSON.parse(readFileSync(join(directory, "results.json"), "utf8")) as ResultsFile;
  return providers.map(({ target, results, summary }) => ({
    target,
    cases: results.length,
    total: summary.total,
    succeeded: summary.succeeded,
    failed: summary.failed,
    timeout: summary.timeout,
    skipped: summary.skipped,
    success_rate: summary.success_rate,
    failures_by_code: summary.failures_by_code,
    prompt_tokens: summary.prompt_tokens,
    completion_tokens: summary.completion_tokens,
    total_tokens: summary.total_tokens,
    usage_unknown: summary.usage_unknown,
  }));
}

/** Seeds in the names of tests: a failure says which one to repeat. */
export const SEEDS = [1, 2, 3, 4, 5] as const;
