import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import type { ResultsFile } from "../../src/core/run.ts";
import { resultKey, type TestResult } from "../../src/core/result.ts";
import { runCli, tempDir } from "../support/cli.ts";
import { journalOf } from "../support/run-directory.ts";

/** What the simulator stamped on a token, in milliseconds of its clock. */
interface Stamp {
  readonly received: number;
  readonly sent: number;
}

/** A token as both sides saw it, in milliseconds. */
interface Token {
  /** When it went to its socket, after the request had come. */
  readonly stamped: number;
  /** When it was read, after the request had been sent. */
  readonly measured: number;
  /** From the one's socket to the other's read, on the simulator's clock. */
  readonly underway: number;
}

function stampsIn(raw: string): Stamp[] {
  const events = raw.split("\n").filter((line) => line.startsWith("data: {"));
  return events.flatMap((line) => {
    const { sim } = JSON.parse(line.slice("data: ".length)) as { sim?: { received_ns: string; sent_ns: string } };
    return sim === undefined ? [] : [{ received: milliseconds(sim.received_ns), sent: milliseconds(sim.sent_ns) }];
  });
}

/** Nanoseconds as text; days are dropped, since a float would not hold all the digits. */
const milliseconds = (nanoseconds: string): number => Number(BigInt(nanoseconds) % 10n ** 15n) / 1e6;

/** When each token came after the request was sent: those of one socket read share its instant. */
function timesIn(result: TestResult): number[] {
  let at = result.timing.ttft_ms ?? Number.NaN;
  const reads = [at, ...(result.icl_ms ?? []).map((gap) => (at += gap))];
  return reads.flatMap((time, i) => Array.from({ length: result.deltas_per_read?.[i] ?? 1 }, () => time));
}

/** Every answer of a run, token by token. */
function answersOf(directory: string): Token[][] {
  const stamps = new Map<string, Stamp[]>();
  for (const line of readFileSync(join(directory, "responses.jsonl"), "utf8").trimEnd().split("\n")) {
    const response = JSON.parse(line) as Parameters<typeof resultKey>[0] & { raw: string };
    stamps.set(resultKey(response), stampsIn(response.raw));
  }
  const answers = journalOf(directory).map((result) => ({
    sentAt: result.timing.sent_at_ms ?? Number.NaN,
    times: timesIn(result),
    stamps: stamps.get(resultKey(result)) ?? [],
  }));
  // The two clocks have different origins. The fastest request is taken to have needed no time at all, which counts
  // against the client.
  const origin = Math.min(...answers.flatMap(({ sentAt, stamps: [first] }) => (first?.received ?? Infinity) - sentAt));
  return answers.map(({ sentAt, times, stamps: stamped }) => {
    expect(times).toHaveLength(stamped.length);
    return stamped.map(({ received, sent }, i) => {
      const measured = times[i] ?? Number.NaN;
      return { stamped: sent - received, measured, underway: origin + sentAt + measured - sent };
    });
  });
}

/** The share of what is at most `limit`. */
const shareWithin = (values: readonly number[], limit: number): number =>
  values.filter((value) => value <= limit).length / values.length;

/**
 * The error bar is a 99th percentile, of the client's own delays. As many tokens as this must keep to it in a sample of
 * some hundreds, which come in clusters: one late moment delays a dozen of them.
 */
const KEEPING = 0.95;

test.each([
  { concurrency: 1, repeat: 1 },
  { concurrency: 20, repeat: 10 },
])(
  "a simulated schedule comes out right at concurrency $concurrency: never early, and late by no more than the error bar",
  async ({ concurrency, repeat }) => {
    const directory = join(tempDir(), "run");
    const args = ["bench", "-d", "coding-tasks", "-o", directory, "-p", "sim:fast", "-c", String(concurrency)];
    const { code, stderr } = await runCli([...args, "--repeat", String(repeat), "--quiet"]);
    expect({ code, stderr }).toMatchObject({ code: 0 });
    const { validity } = JSON.parse(readFileSync(join(directory, "results.json"), "utf8")) as ResultsFile;
    const answers = answersOf(directory);
    const tokens = answers.flat();
    expect(tokens.length).toBeGreaterThan(300);

    // Nothing is measured faster than it was: neither the first token nor, added up, any gap after it.
    expect(tokens.filter(({ stamped, measured }) => measured < stamped)).toEqual([]);

    const late = tokens.map(({ underway }) => underway);
    expect(shareWithin(late, validity.error_bar_ms.ttft ?? Number.NaN)).toBeGreaterThanOrEqual(KEEPING);
    const gapErrors = answers.flatMap((answer) =>
      answer.slice(1).map((token, i) => {
        const before = answer[i] ?? token;
        return Math.abs(token.measured - before.measured - (token.stamped - before.stamped));
      }),
    );
    expect(shareWithin(gapErrors, validity.error_bar_ms.icl ?? Number.NaN)).toBeGreaterThanOrEqual(KEEPING);
  },
  60_000,
);
