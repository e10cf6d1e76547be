import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { Ajv2020 } from "ajv/dist/2020.js";
import { parse } from "csv-parse/sync";
import { describe, expect, it, vi } from "vitest";
import type { TestResult } from "../../src/core/result.ts";
import type { ResultsFile } from "../../src/core/run.ts";
import { ROOT, tempDir } from "../support/cli.ts";
import { runHere } from "../support/in-process.ts";
import { answering, simulator } from "../support/servers.ts";

// Several processes a test, on a machine that may be busy with others.
vi.setConfig({ testTimeout: 60_000 });

/** What a run has left, as another program would read it. */
interface Outputs {
  readonly code: number | null;
  readonly journal: TestResult[];
  readonly json: ResultsFile;
  readonly csv: string;
}

const OPENAI = "openai:gpt-4o-mini";
const ANTHROPIC = "anthropic:claude-haiku-4-5";

/** Runs `bench` over so many cases on both wires, and reads its outputs. */
async function outputsOf(url: string, cases: number, ...flags: string[]): Promise<Outputs> {
  const cwd = tempDir();
  const test_cases = Array.from({ length: cases }, (_, i) => ({
    id: `t${i}`,
    category: ["one", "two", "three"][i % 3],
    prompt: `Task number ${i}${" and so on".repeat(i % 7)}`,
  }));
  writeFileSync(join(cwd, "tasks.json"), JSON.stringify({ name: "tasks", version: "1", test_cases }));
  const env = {
    OPENAI_BASE_URL: url,
    ANTHROPIC_BASE_URL: url,
    OPENAI_API_KEY: "test-key-of-openai",
    ANTHROPIC_API_KEY: "test-key-of-anthropic",
  };
  const args = ["bench", "-d", "tasks.json", "-p", `${OPENAI},${ANTHROPIC}`, "-o", "results", ...flags];
  const { code } = await runHere(args, { cwd, env });
  const file = (name: string): string => readFileSync(join(cwd, "results", name), "utf8");
  return {
    code,
    journal: file("results.jsonl")
      .split("\n")
      .slice(0, -1)
      .map((line) => JSON.parse(line) as TestResult),
    json: JSON.parse(file("results.json")) as ResultsFile,
    csv: file("results.csv"),
  };
}

/** Rows of RFC 4180 text; throws at the least irregularity. */
const rowsOf = (csv: string): Record<string, string>[] =>
  parse(csv, { columns: true, relax_quotes: false, relax_column_count: false, skip_empty_lines: false });

const keyOf = ({ target, test_id, sample }: { target: string; test_id: string; sample: number | string }): string =>
  `${target} ${test_id} ${sample}`;

const validate = new Ajv2020({ allErrors: true }).compile(
  JSON.parse(readFileSync(join(ROOT, "schemas/results.schema.json"), "utf8")) as object,
);

/** What the schema finds wrong, a line each. */
function schemaErrors(file: unknown): string[] {
  validate(file);
  return (validate.errors ?? []).map(({ instancePath, message }) => `${instancePath} ${message}`);
}

/** Nearest rank in whole numbers: the smallest value with at least `perMille` / 1000 of the sample at or below it. */
function nearestRank(values: readonly number[], perMille: number): number | null {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted.find((_, index) => (index + 1) * 1000 >= perMille * sorted.length) ?? null;
}

const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0);
const known = (values: readonly (number | null | undefined)[]): number[] =>
  values.filter((value): value is number => value !== null && value !== undefined);

/** Relative difference: sums of floats depend on their order. */
function expectAlike(found: number | null, expected: number | null): void {
  expect(found === null).toBe(expected === null);
  expect(Math.abs((found ?? 0) - (expected ?? 0))).toBeLessThanOrEqual(1e-12 * Math.abs(expected ?? 0));
}

/** The figures of each target in `results.json` are those of its lines in the journal, computed anew. */
function expectSummariesOf({ journal, json }: Outputs): void {
  for (const { target, summary } of json.providers) {
    const lines = journal.filter((line) => line.target === target);
    const successes = lines.filter(({ status }) => status === "success");
    const count = (status: string): number => lines.filter((line) => line.status === status).length;
    const attempted = lines.length - count("skipped");
    expect(summary).toMatchObject({
      total: lines.length,
      succeeded: successes.length,
      failed: count("failure"),
      timeout: count("timeout"),
      skipped: count("skipped"),
      attempted,
      success_rate: successes.length / attempted,
      first_attempt_success_rate: successes.filter(({ attempts }) => attempts === 1).length / attempted,
      retries: sum(lines.map(({ attempts }) => Math.max(0, attempts - 1))),
    });
    const codes = lines.flatMap(({ status, error }) => (status === "skipped" || !error?.code ? [] : [error.code]));
    expect(summary.failures_by_code).toEqual(
      Object.fromEntries([...new Set(codes)].map((code) => [code, codes.filter((each) => each === code).length])),
    );
    const metrics = {
      duration_ms: known(successes.map(({ duration_ms }) => duration_ms)),
      ttft_ms: known(successes.map(({ timing }) => timing.ttft_ms)),
      tpot_ms: known(successes.map(({ timing }) => timing.tpot_ms)),
      latency_from_intended_ms: known(successes.map(({ timing }) => timing.latency_from_intended_ms)),
      icl_ms: successes.flatMap(({ icl_ms }) => icl_ms ?? []),
    };
    for (const [name, values] of Object.entries(metrics)) {
      const stats = summary[name as keyof typeof metrics];
      expect(stats).toMatchObject({
        count: values.length,
        min: nearestRank(values, 0),
        p50: nearestRank(values, 500),
        p90: nearestRank(values, 900),
        p95: nearestRank(values, 950),
        p99: nearestRank(values, 990),
        p999: nearestRank(values, 999),
        max: nearestRank(values, 1000),
      });
      expectAlike(stats.mean, values.length === 0 ? null : sum(values) / values.length);
    }
    const endless = [...metrics.duration_ms, ...Array<number>(attempted - successes.length).fill(Infinity)];
    const orNull = (value: number | null): number | null => (value === Infinity ? null : value);
    expect(summary.duration_ms.p95_attempted).toBe(orNull(nearestRank(endless, 950)));
    expect(summary.duration_ms.p99_attempted).toBe(orNull(nearestRank(endless, 990)));
    const usages = lines.flatMap(({ response }) => response?.usage ?? []);
    expect(summary.prompt_tokens).toBe(sum(known(usages.map(({ prompt_tokens }) => prompt_tokens))));
    expect(summary.completion_tokens).toBe(sum(known(usages.map(({ completion_tokens }) => completion_tokens))));
    expect(summary.total_tokens).toBe(summary.prompt_tokens + summary.completion_tokens);
    const costs = known(lines.map(({ cost_usd }) => cost_usd));
    expectAlike(summary.total_cost_usd, costs.length === 0 ? null : sum(costs));
    const sent = known(lines.map(({ timing }) => timing.first_sent_at_ms));
    const done = known(lines.map(({ timing }) => timing.done_at_ms));
    expectAlike(summary.wall_ms, Math.max(...done) - Math.min(...sent));
    for (const [category, of] of Object.entries(summary.by_category)) {
      const own = successes.filter((line) => line.category === category);
      expect(of.succeeded).toBe(own.length);
      expect(of.duration_ms.p95).toBe(nearestRank(known(own.map(({ duration_ms }) => duration_ms)), 950));
    }
  }
}

/** `results.json` and `results.csv` hold every line of the journal, with the same numbers. */
function expectSameInAllFiles({ journal, json, csv }: Outputs, planned: number): void {
  const exported = json.providers.flatMap(({ results }) => results);
  const lines = journal.map(({ ...line }) => {
    Reflect.deleteProperty(line, "crc");
    return line;
  });
  const inOrder = <T extends { target: string; test_id: string; sample: number | string }>(items: T[]): T[] =>
    items.toSorted((a, b) => keyOf(a).localeCompare(keyOf(b)));
  expect(new Set(exported.map(keyOf)).size).toBe(planned);
  expect(inOrder(exported)).toEqual(inOrder(lines));
  const rows = rowsOf(csv) as (Record<string, string> & { target: string; test_id: string; sample: string })[];
  expect(rows).toHaveLength(planned);
  const byKey = new Map(rows.map((row) => [keyOf(row), row]));
  const text = (value: string | number | null | undefined): string => String(value ?? "");
  for (const line of lines) {
    const { timing, response, error } = line;
    expect(byKey.get(keyOf(line))).toMatchObject({
      provider: line.provider,
      model: line.model,
      category: text(line.category),
      status: line.status,
      error_code: text(error?.code),
      prompt_tokens: text(response?.usage?.prompt_tokens),
      completion_tokens: text(response?.usage?.completion_tokens),
      total_tokens: text(response?.usage?.total_tokens),
      cost_usd: text(line.cost_usd),
      duration_ms: text(line.duration_ms),
      ttft_ms: text(timing.ttft_ms),
      tpot_ms: text(timing.tpot_ms),
      ttfb_ms: text(timing.ttfb_ms),
      latency_from_intended_ms: text(timing.latency_from_intended_ms),
      connect_ms: text(timing.connect_ms),
      backoff_ms: text(timing.backoff_ms),
      attempts: text(line.attempts),
      timestamp: line.timestamp,
    });
  }
}

describe("what a run says is what its journal holds", () => {
  it("when all goes well: percentiles, means, tokens and cost, in results.json and results.csv", async () => {
    const server = await simulator({ ttftMs: 10, tpotMs: 5, tokens: 8, jitter: 0.6 });
    const outputs = await outputsOf(server.url, 130, "-c", "10");
    expect(outputs.code).toBe(0);
    expect(schemaErrors(outputs.json)).toEqual([]);
    expectSameInAllFiles(outputs, 260);
    expectSummariesOf(outputs);
    // Published prices in US dollars for a million tokens, in and out.
    const prices: Record<string, [number, number]> = { [OPENAI]: [0.15, 0.6], [ANTHROPIC]: [1, 5] };
    for (const { target, summary } of outputs.json.providers) {
      const [input, output] = prices[target] ?? [Number.NaN, Number.NaN];
      expectAlike(summary.total_cost_usd, (summary.prompt_tokens * input + summary.completion_tokens * output) / 1e6);
      expect(summary.cost_unknown).toBe(0);
      expect([summary.duration_ms.count, summary.ttft_ms.count]).toEqual([130, 130]);
      expect(Math.min(summary.tpot_ms.count, summary.icl_ms.count)).toBeGreaterThan(0);
    }
  });

  it.each([
    { what: "faults that are not retried", flags: ["--retries", "0"] },
    { what: "faults of which a retry cures some", flags: ["--retries", "1"] },
    { what: "plain answers and repetitions", flags: ["--retries", "1", "--repeat", "2", "--no-stream"] },
  ])("with $what: success rates, failures by code and times over everything attempted", async ({ flags }) => {
    const server = await simulator({ ttftMs: 4, tpotMs: 1, tokens: 4, fail: 0.2, seed: 7 });
    const outputs = await outputsOf(server.url, 60, "-c", "20", ...flags);
    const repeat = flags.includes("--repeat") ? 2 : 1;
    expect(outputs.code).toBe(1);
    expect(schemaErrors(outputs.json)).toEqual([]);
    expectSameInAllFiles(outputs, 120 * repeat);
    for (const { summary } of outputs.json.providers) {
      expect(summary.failed).toBeGreaterThan(0);
      expect(Object.keys(summary.failures_by_code).length).toBeGreaterThan(1);
    }
    expectSummariesOf(outputs);
  });

  it("with skipped cases and timeouts", async () => {
    const server = await answering(({ path, number }) => {
      if (path.endsWith("/messages")) return { status: 401, body: { error: { message: "invalid x-api-key" } } };
      return number % 3 === 0 ? null : { text: "fine" };
    });
    const outputs = await outputsOf(server.url, 12, "-c", "4", "--timeout", "1500ms");
    expect(outputs.code).toBe(1);
    expect(schemaErrors(outputs.json)).toEqual([]);
    expectSameInAllFiles(outputs, 24);
    expectSummariesOf(outputs);
    const [openai, anthropic] = outputs.json.providers.map(({ summary }) => summary);
    expect(openai?.timeout).toBeGreaterThan(0);
    expect(openai?.failures_by_code).toEqual({ timeout_total: openai?.timeout });
    expect(openai).toMatchObject({ attempted: 12, success_rate: (openai?.succeeded ?? 0) / 12 });
    expect(anthropic).toMatchObject({ succeeded: 0, success_rate: 0, total: 12, total_cost_usd: null });
    expect(anthropic?.failures_by_code).toEqual({ auth: anthropic?.failed });
    expect((anthropic?.failed ?? 0) + (anthropic?.skipped ?? 0)).toBe(12);
  });
});

describe("the schema of results.json", () => {
  it("refuses what is no results.json, so that its word means something", () => {
    expect(schemaErrors({})).not.toEqual([]);
    expect(schemaErrors({ format_version: 2, run: {}, providers: [], comparison: [], validity: {} })).not.toEqual([]);
  });
});

describe("answers that are hard to write down", () => {
  const ANSWERS = [
    "plain",
    "with, commas, in it",
    'with "quotes" and ""doubled"" ones',
    "with\nnewlines\r\nof both\rkinds",
    "with emoji 👩‍🚀 and 日本語",
    '=HYPERLINK("http://127.0.0.1/?"&A1,"click")',
    "+1+1",
    "-1-1",
    "@SUM(A1)",
    "\tindented",
    ' "= not at the start"',
    "NULL \u0000 and \u2028",
    ",",
    '"',
  ];
  const FORMULA = /^[=+\-@\t\r]/;

  async function textsIn(...flags: string[]): Promise<{ outputs: Outputs; rows: Record<string, string>[] }> {
    const server = await answering(({ body }) => {
      const [message] = body["messages"] as { content: string }[];
      return { text: ANSWERS[Number(/\d+/.exec(message?.content ?? "")?.[0])] ?? "" };
    });
    const outputs = await outputsOf(server.url, ANSWERS.length, ...flags);
    expect(outputs.code).toBe(0);
    return { outputs, rows: rowsOf(outputs.csv) };
  }

  const answerTo = ({ test_id }: { test_id?: string }): string => ANSWERS[Number(test_id?.slice(1))] ?? "";

  it("come back whole from results.json and, formulas disarmed, from results.csv", async () => {
    const { outputs, rows } = await textsIn();
    expect(schemaErrors(outputs.json)).toEqual([]);
    expectSameInAllFiles(outputs, ANSWERS.length * 2);
    for (const { test_id, response } of outputs.json.providers.flatMap(({ results }) => results)) {
      expect(response?.content).toBe(answerTo({ test_id }));
    }
    for (const row of rows) {
      const answer = answerTo(row);
      expect(row["response"]).toBe(FORMULA.test(answer) ? `'${answer}` : answer);
    }
    for (const cell of rows.flatMap((row) => Object.values(row))) expect(cell).not.toMatch(FORMULA);
  });

  it("come back whole from results.csv with --raw-csv, and alone with --fields", async () => {
    const { rows } = await textsIn("--raw-csv", "--fields", "test_id,target,response");
    expect(rows).toHaveLength(ANSWERS.length * 2);
    for (const row of rows) {
      expect(Object.keys(row)).toEqual(["test_id", "target", "response"]);
      expect(row["response"]).toBe(answerTo(row));
    }
  });
});
