import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { startCli, tempDir } from "../support/cli.ts";
import { runHere } from "../support/in-process.ts";
import { casesIn, recomputed, type JournalLine, type Limits } from "../support/recompute.ts";
import { writeDataset } from "../support/run-directory.ts";
import { addresses, simulator } from "../support/servers.ts";

interface Target {
  readonly target: string;
  readonly summary: Readonly<Record<string, unknown>> & { readonly levels?: readonly Level[] };
}
type Level = Readonly<Record<string, unknown>> & { readonly level: number };

/** A run's journal and what was made of it. */
function filesOf(directory: string): { cases: JournalLine[]; targets: readonly Target[]; csv: string[][] } {
  const text = (name: string): string => readFileSync(join(directory, name), "utf8");
  return {
    cases: casesIn(text("results.jsonl")),
    targets: (JSON.parse(text("results.json")) as { providers: Target[] }).providers,
    csv: text("results.csv")
      .trimEnd()
      .split("\r\n")
      .map((row) => row.split(",")),
  };
}

/** Numbers that are equal but for the order in which they were added up. */
function close(value: unknown): unknown {
  if (typeof value === "number" && !Number.isInteger(value)) return expect.closeTo(value, 6);
  if (Array.isArray(value)) return value.map(close);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, entry]) => [key, close(entry)]));
}

function expectRecomputed(directory: string, limits: Limits | null = null): void {
  const { cases, targets } = filesOf(directory);
  for (const { target, summary } of targets) {
    const own = cases.filter((one) => one.target === target);
    expect(own.length).toBeGreaterThan(0);
    expect(summary).toMatchObject(close(recomputed(own, limits)) as object);
  }
}

const FAST = { ttftMs: 8, tpotMs: 1, tokens: 20, jitter: 0.5 };
const KINDS = ["server_error", "overloaded", "stream_cut", "stream_error", "invalid_request", "malformed"];

describe("every number of a summary follows from the journal by the documented formulas", () => {
  it("with failures of many kinds, retries, limits and two targets", async () => {
    const { url } = await simulator({ ...FAST, fail: 0.4, failKinds: KINDS, refuse: 0.2 });
    const directory = join(tempDir(), "run");
    const targets = "openai:gpt-4o-mini,anthropic:claude-x";
    const args = ["bench", "-d", writeDataset(60), "-p", targets, "-c", "12", "--retries", "1", "-o", directory];
    await runHere([...args, "--slo", "ttft=9,tpot=1,duration=30", "--quiet"], { env: addresses(`${url}/v1`, url) });
    expectRecomputed(directory, { ttft: 9, tpot: 1, duration: 30 });

    const { cases, targets: summaries } = filesOf(directory);
    expect(summaries.map(({ target }) => target)).toEqual(targets.split(","));
    expect(new Set(cases.map(({ status }) => status))).toEqual(new Set(["success", "failure"]));
    expect(cases.some(({ status, attempts }) => status === "success" && attempts === 2)).toBe(true);
  });

  it("in an open loop that holds requests back", async () => {
    const { url } = await simulator({ ...FAST, ttftMs: 40 });
    const directory = join(tempDir(), "run");
    const args = ["bench", "-d", writeDataset(10), "-p", "openai:gpt-4o-mini", "--max-requests", "60", "-o", directory];
    const load = ["--rate", "100", "--arrival", "poisson", "--max-in-flight", "2", "--quiet"];
    await runHere([...args, ...load], { env: addresses(`${url}/v1`) });
    expectRecomputed(directory);

    const { cases, targets } = filesOf(directory);
    const waited = cases.filter(({ timing }) => (timing.slot_wait_ms ?? 0) > 0).length;
    expect(waited).toBeGreaterThan(10);
    expect(targets[0]?.summary["held_back"]).toBe(waited);
  });

  it("level by level in a sweep", async () => {
    const { url } = await simulator(FAST);
    const directory = join(tempDir(), "run");
    const args = ["bench", "-d", writeDataset(12), "-p", "openai:gpt-4o-mini", "--sweep", "1,4", "-o", directory];
    await runHere([...args, "--quiet"], { env: addresses(`${url}/v1`) });
    const { cases, targets } = filesOf(directory);
    const levels = targets[0]?.summary.levels ?? [];
    expect(levels.map(({ level }) => level)).toEqual([1, 4]);
    for (const level of levels) {
      const own = recomputed(cases.filter((one) => one.level === level.level));
      const told = Object.keys(level).filter((key) => key in own);
      expect(told).toContain("requests_per_second");
      expect(level).toMatchObject(close(Object.fromEntries(told.map((key) => [key, own[key]]))) as object);
    }
  });

  it("after a kill and a resume, over both segments", async () => {
    const { url } = await simulator({ ...FAST, fail: 0.2, failKinds: ["server_error"] });
    const directory = join(tempDir(), "run");
    const args = ["bench", "-d", writeDataset(80), "-p", "openai:gpt-4o-mini", "-c", "2", "--retries", "0"];
    const env = addresses(`${url}/v1`);
    const killed = startCli([...args, "-o", directory], { env });
    await expect
      .poll(() => {
        try {
          return casesIn(readFileSync(join(directory, "results.jsonl"), "utf8").replace(/[^\n]*$/, "")).length;
        } catch {
          return 0;
        }
      })
      .toBeGreaterThan(15);
    killed.kill("SIGKILL");
    await killed.done;
    await runHere(["resume", directory, "--quiet"], { env });
    expectRecomputed(directory);
    const { cases } = filesOf(directory);
    expect([cases.length, new Set(cases.map(({ segment }) => segment))]).toEqual([80, new Set([0, 1])]);
  });
});

describe("every number of a case follows from its instants and its tokens", () => {
  it("and stands in the table as in the journal", async () => {
    const { url } = await simulator({ ...FAST, refuse: 0.2 });
    const directory = join(tempDir(), "run");
    const args = ["bench", "-d", writeDataset(30), "-p", "openai:gpt-4o-mini", "-c", "10", "--retries", "9"];
    await runHere([...args, "-o", directory, "--quiet"], { env: addresses(`${url}/v1`) });
    const { cases, csv } = filesOf(directory);
    const [header = [], ...rows] = csv;
    for (const { test_id, duration_ms, timing, icl_ms, response, cost_usd, attempts } of cases) {
      const usage = response?.usage;
      if (usage === null || usage === undefined || duration_ms === null) throw new Error(`${test_id} did not succeed`);
      const tokens = usage.completion_tokens;
      expect(duration_ms).toBeCloseTo((timing.done_at_ms ?? 0) - (timing.sent_at_ms ?? 0), 3);
      expect(usage.total_tokens).toBe(usage.prompt_tokens + tokens);
      expect(timing.output_tokens_per_second).toBeCloseTo((tokens * 1000) / duration_ms, 3);
      if (icl_ms !== null) {
        expect(timing.tpot_ms).toBeCloseTo(icl_ms.reduce((sum, gap) => sum + gap, 0) / (tokens - 1), 3);
      }
      // US dollars a million tokens, as the model's page has them.
      expect(cost_usd).toBeCloseTo((usage.prompt_tokens * 0.15 + tokens * 0.6) / 1e6, 12);
      const waits = [timing.slot_wait_ms, timing.limiter_wait_ms, timing.backoff_ms, timing.connect_ms];
      const outside = [...waits, timing.send_lag_ms].reduce<number>((sum, wait) => sum + (wait ?? 0), 0);
      if (attempts === 1) expect(timing.latency_from_intended_ms).toBeCloseTo(duration_ms + outside, 3);
      else expect(timing.latency_from_intended_ms).toBeGreaterThan(duration_ms + (timing.backoff_ms ?? 0));

      const row = rows.find((cells) => cells[header.indexOf("test_id")] === test_id) ?? [];
      const cell = (name: string): number => Number(row[header.indexOf(name)]);
      expect(cell("duration_ms")).toBe(duration_ms);
      expect(cell("ttft_ms")).toBe(timing.ttft_ms);
      expect(cell("completion_tokens")).toBe(tokens);
      expect(cell("cost_usd")).toBe(cost_usd);
      expect(cell("attempts")).toBe(attempts);
    }
    expect(rows).toHaveLength(cases.length);
    expect(cases.some(({ attempts }) => attempts > 1)).toBe(true);
  });
});
