import { readFileSync } from "node:fs";
import { join } from "node:path";
import { parse } from "csv-parse/sync";
import { describe, expect, it } from "vitest";
import { findingsOf } from "../../src/benchmark/findings.ts";
import type { TestResult } from "../../src/core/result.ts";
import { resultsFileSchema } from "../../src/core/run.ts";
import { readRun } from "../../src/journal/directory.ts";
import { resultsCsv } from "../../src/reports/csv.ts";
import { resultsJson } from "../../src/reports/json.ts";
import { summaryView } from "../../src/reports/summary-view.ts";
import { renderMarkdown, renderText } from "../../src/reports/view.ts";
import { fixture } from "../support/fixture.ts";

const directory = fixture("mixed-status");
const run = readRun(directory);
const results = (): Iterable<TestResult> => run.results();
const findings = findingsOf(run.manifest, results);

/** The journal read with nothing of ours, line by line. */
const journal = readFileSync(join(directory, "results.jsonl"), "utf8")
  .trimEnd()
  .split("\n")
  .map((line) => JSON.parse(line) as TestResult);

describe("a saved run of ten cases with success, failure, timeout and skipped ones", () => {
  it("is read whole, every line with its checksum", () => {
    const damaged: unknown[] = [];
    expect([...run.results({ onDamaged: (line) => damaged.push(line) })]).toHaveLength(20);
    expect(damaged).toEqual([]);
    expect(new Set(journal.map(({ status }) => status))).toEqual(new Set(["success", "failure", "timeout", "skipped"]));
  });

  it.each([
    ["sim:fast", { total: 10, succeeded: 8, failed: 1, timeout: 1, skipped: 0, attempted: 10, success_rate: 0.8 }],
    ["sim:slow", { total: 10, succeeded: 6, failed: 2, timeout: 0, skipped: 2, attempted: 8, success_rate: 0.75 }],
  ])("counts each status of %s, skipped cases not among the attempted", (target, counts) => {
    expect(findings.summaries.get(target)).toMatchObject(counts);
  });

  it.each(["sim:fast", "sim:slow"])("sums what is known of %s and counts what is not", (target) => {
    const answered = journal.filter((one) => one.target === target && one.status === "success");
    const usages = answered.flatMap(({ response }) => response?.usage ?? []);
    const summary = findings.summaries.get(target);
    expect(summary).toMatchObject({
      total_tokens: usages.reduce((sum, usage) => sum + (usage.total_tokens ?? 0), 0),
      usage_unknown: answered.length - usages.length,
      truncated: answered.filter(({ response }) => response?.finish_reason === "length").length,
    });
    expect(summary?.duration_ms.count).toBe(answered.length);
    const durations = answered.map(({ duration_ms }) => duration_ms ?? Number.NaN).toSorted((a, b) => a - b);
    expect(summary?.duration_ms).toMatchObject({
      min: durations[0],
      p50: durations[Math.ceil(durations.length / 2) - 1],
      max: durations.at(-1),
    });
  });

  it("counts failures by code, and retries", () => {
    expect(findings.summaries.get("sim:fast")).toMatchObject({
      failures_by_code: { server_error: 1, timeout_total: 1 },
      retries: 1,
      first_attempt_success_rate: 0.7,
    });
    expect(findings.summaries.get("sim:slow")?.failures_by_code).toEqual({ content_filter: 1, quota: 1 });
  });

  it("compares only the pairs in which both sides succeeded", () => {
    const durations = findings.comparison.find(({ metric }) => metric === "duration_ms.p50");
    const both = new Set(
      journal
        .filter(({ status }) => status === "success")
        .map(({ test_id }) => test_id)
        .filter((id, i, all) => all.indexOf(id) !== i),
    );
    expect(durations).toMatchObject({ pairs: both.size, pairs_left_out: 10 - both.size, value_a: 210, value_b: 410 });
  });

  it("shows every kind of failure, and never NaN, at 80 columns and as Markdown", () => {
    const view = summaryView(findings);
    const texts = [renderText(view, { width: 80 }), renderMarkdown(view)];
    for (const text of texts) {
      for (const word of ["server_error", "timeout_total", "content_filter", "quota", "skipped"]) {
        expect(text.replaceAll("\\", "")).toContain(word);
      }
      expect(text).not.toMatch(/NaN|undefined|null/);
    }
    for (const line of texts[0]?.split("\n") ?? []) expect(line.length).toBeLessThanOrEqual(80);
  });

  it("exports a row a case and target, whatever became of it", () => {
    const rows = parse<Record<string, string>>([...resultsCsv(results)].join(""), { columns: true, bom: true });
    expect(rows.map((row) => [row["target"], row["test_id"], row["status"]])).toEqual(
      journal.map(({ target, test_id, status }) => [target, test_id, status]),
    );
    const ofFifth = rows.find((row) => row["target"] === "sim:fast" && row["test_id"] === "case-5");
    expect(ofFifth?.["response"]).toBe(`'=1+1, "quoted"\nand a second line 🙂`);
  });

  it("exports JSON that keeps to its schema", () => {
    const { manifest, summaries, comparison, validity } = findings;
    const text = [...resultsJson(manifest, results, summaries, comparison, validity)].join("");
    const exported = resultsFileSchema.parse(JSON.parse(text));
    expect(exported.providers.flatMap((one) => one.results)).toHaveLength(20);
  });
});
