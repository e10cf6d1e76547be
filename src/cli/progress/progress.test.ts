import { describe, expect, it } from "vitest";
import { fakeClock } from "../../../test/support/fake-clock.ts";
import { exampleFailure, exampleResult, exampleSkipped } from "../../../test/support/example-results.ts";
import { failure } from "../../core/failure.ts";
import type { RunEvent } from "../../core/run-events.ts";
import type { Output } from "../context.ts";
import { guardedOutput } from "../guarded-output.ts";
import { clockText, progressLine } from "./line.ts";
import { liveReporter, ndjsonReporter, plainReporter, silentReporter, verbose } from "./reporters.ts";
import { ProgressState } from "./state.ts";

const started: RunEvent = {
  type: "run_started",
  targets: [
    { target: "a", planned: 10, done: 4 },
    { target: "longer", planned: 10, done: 0 },
  ],
};
const finished = (test_id: string): RunEvent => ({
  type: "case_finished",
  result: exampleResult({ target: "a", test_id }),
});
const retried = {
  type: "attempt_failed",
  target: "a",
  test_id: "t1",
  sample: 0,
  attempt: 0,
  failure: failure("rate_limited", "slow down"),
  retry_in_ms: 1500,
} as const;

function captured(columns?: number): Output & { text: () => string } {
  let text = "";
  const output = guardedOutput({ write: (more) => (text += more), columns });
  return Object.assign(output, { text: () => text });
}

describe("the progress of a run", () => {
  it("counts what this process did apart from what was done before", () => {
    const state = new ProgressState(0);
    state.take(started, 0);
    state.take({ type: "case_started", target: "a", test_id: "t9", sample: 0 }, 0);
    state.take(finished("t1"), 0);
    state.take(retried, 0);
    state.take({ type: "case_finished", result: exampleFailure({ target: "a" }) }, 0);
    state.take({ type: "case_finished", result: exampleSkipped({ target: "a" }) }, 0);
    state.take({ type: "case_finished", result: exampleResult({ target: "unknown" }) }, 0);
    const a = state.targets.get("a");
    expect(a).toMatchObject({ done: 7, failed: 1, skipped: 1, retries: 1, current: "t9" });
    expect(a && state.rates(a, 2000)).toMatchObject({ requests: 1, etaMs: 3000 });
    const other = state.targets.get("longer");
    expect(other && state.rates(other, 2000)).toMatchObject({ requests: 0, etaMs: null });
  });

  it("stops the clock of a target that is done", () => {
    const state = new ProgressState(0);
    state.take({ type: "run_started", targets: [{ target: "a", planned: 1, done: 0 }] }, 0);
    state.take(finished("t1"), 500);
    const a = state.targets.get("a");
    if (a === undefined) throw new Error("no target");
    expect(state.rates(a, 9000).requests).toBe(2);
    expect(progressLine(state, a, 9000, { columns: 80, labelWidth: 1, live: true })).toContain("in 1s");
  });

  it("says how long a rate limit holds a target back, and no longer", () => {
    const state = new ProgressState(0);
    state.take(started, 0);
    state.take({ type: "target_waiting", target: "a", resumes_in_ms: 12_000 }, 1000);
    const a = state.targets.get("a");
    if (a === undefined) throw new Error("no target");
    const view = { columns: 200, labelWidth: 6, live: true };
    expect(progressLine(state, a, 2000, view)).toContain("4/10  rate-limited, resumes in 11s  0 failed");
    expect(progressLine(state, a, 13_001, view)).not.toContain("rate-limited");
  });

  it("counts the time of a target from its own first case, which may come long after the start", () => {
    const state = new ProgressState(0);
    state.take(started, 0);
    state.take({ type: "case_started", target: "a", test_id: "t1", sample: 0 }, 60_000);
    state.take(finished("t1"), 61_000);
    const a = state.targets.get("a");
    if (a === undefined) throw new Error("no target");
    expect(state.rates(a, 62_000).requests).toBe(0.5);
  });

  it("says so of a server's word to the last case as well, for which nothing else waits", () => {
    const state = new ProgressState(0);
    state.take(started, 0);
    const refused = { ...failure("rate_limited", "slow down"), retry_after_ms: 9000 };
    const attempt = { target: "a", test_id: "t", sample: 0, attempt: 0, retry_in_ms: 9200 };
    state.take({ type: "attempt_failed", ...attempt, failure: refused }, 1000);
    state.take({ type: "attempt_failed", ...attempt, failure: failure("server_error", "no") }, 1100);
    const a = state.targets.get("a");
    if (a === undefined) throw new Error("no target");
    expect(progressLine(state, a, 2000, { columns: 200, labelWidth: 6, live: true })).toContain("resumes in 8s");
    const narrow = progressLine(state, a, 2000, { columns: 50, labelWidth: 6, live: true });
    expect(narrow).toMatch(/^a {7}.*done {2}rate-limited, resumes in 8s/);
    expect(narrow.length).toBeLessThanOrEqual(50);
  });

  it("fits its line into the terminal, leaving out what matters least", () => {
    const state = new ProgressState(0);
    state.take(started, 0);
    state.take({ type: "case_started", target: "a", test_id: "case\u001b[31m-with-a-name", sample: 0 }, 0);
    state.take(finished("t1"), 0);
    const a = state.targets.get("a");
    if (a === undefined) throw new Error("no target");
    const wide = progressLine(state, a, 1000, { columns: 200, labelWidth: 6, live: true });
    expect(wide).toMatch(
      /^a {7}████████░{8} {3}5\/10 {2}0 failed {2}ETA 5s {2}1\.0 req\/s {2}[\d.]+ tok\/s {2}case␛\[31m-with-a-name$/,
    );
    const narrow = progressLine(state, a, 1000, { columns: 50, labelWidth: 6, live: true });
    expect(narrow.length).toBeLessThanOrEqual(50);
    expect(narrow).toContain("ETA");
    expect(progressLine(state, a, 1000, { columns: 80, labelWidth: 1, live: false })).toMatch(/^a {3}5\/10 done/);
  });

  it.each([
    [0, "0s"],
    [41_200, "42s"],
    [185_000, "3m 05s"],
    [3_725_000, "1h 02m"],
  ])("writes %i ms as %s", (ms, text) => expect(clockText(ms)).toBe(text));
});

describe("a reporter", () => {
  it("for a terminal draws a line a target and goes back over them", async () => {
    const [clock, output] = [fakeClock(), captured(80)];
    const reporter = liveReporter(output, clock);
    reporter.take(started);
    await clock.advance(250);
    expect(output.text().split("\u001b[2F\u001b[J")).toHaveLength(2);
    reporter.stop();
    const after = output.text();
    await clock.advance(1000);
    expect(output.text()).toBe(after);
    expect(clock.pending).toBe(0);
  });

  it("for a terminal makes room for other lines, which stay", async () => {
    const [clock, output] = [fakeClock(), captured(80)];
    const reporter = liveReporter(output, clock);
    reporter.take(started);
    await clock.advance(150);
    reporter.aside(() => output.write("stopping\n"));
    await clock.advance(100);
    expect(output.text()).toContain("\u001b[2F\u001b[Jstopping\na ");
    reporter.stop();
    for (const other of [plainReporter(output, clock), silentReporter, ndjsonReporter(output, clock, String)]) {
      other.aside(() => output.write("heard\n"));
      other.stop();
    }
    expect(output.text().match(/heard/g)).toHaveLength(3);
  });

  it("for a pipe writes a line a target every five seconds and at the end", async () => {
    const [clock, output] = [fakeClock(), captured()];
    const reporter = plainReporter(output, clock);
    reporter.take(started);
    await clock.advance(11_000);
    reporter.stop();
    expect(
      output
        .text()
        .split("\n")
        .filter((line) => line.startsWith("longer")),
    ).toHaveLength(3);
    expect(output.text()).not.toContain("\u001b");
  });

  it("for programs writes JSON lines without secrets", async () => {
    const [clock, output] = [fakeClock(), captured()];
    const reporter = ndjsonReporter(output, clock, (text) => text.replaceAll("slow down", "[secret]"));
    for (const event of [started, { type: "case_started", target: "a", test_id: "t1", sample: 0 } as const, retried]) {
      reporter.take(event);
    }
    reporter.take(finished("t1"));
    await clock.advance(1000);
    reporter.stop();
    const types = output
      .text()
      .trim()
      .split("\n")
      .map((line) => (JSON.parse(line) as { type: string }).type);
    const progress = Array.from({ length: 4 }, () => "progress");
    expect(types).toEqual(["run_started", "attempt_failed", "case_finished", ...progress]);
    expect(output.text()).not.toContain("slow down");
  });

  it("that is verbose says failed attempts and stopped targets too", () => {
    const said: string[] = [];
    const reporter = verbose(silentReporter, (line) => said.push(line));
    reporter.take(retried);
    reporter.take({ ...retried, retry_in_ms: null });
    reporter.take({ type: "target_waiting", target: "a", resumes_in_ms: 12_000 });
    reporter.take({ type: "target_stopped", target: "a", code: "auth", message: "no" });
    reporter.stop();
    expect(said).toEqual([
      "a t1: rate_limited: slow down; trying again in 1500 ms",
      "a t1: rate_limited: slow down; giving up",
      "a: rate-limited, resumes in 12s",
      "a stopped: auth: no",
    ]);
  });
});
