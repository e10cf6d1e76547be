import { describe, expect, it } from "vitest";
import {
  exampleFailure,
  exampleResponse,
  exampleResult,
  exampleSkipped,
} from "../../../test/support/example-results.ts";
import { textWidth } from "../../core/text-width.ts";
import { failure } from "../../core/failure.ts";
import type { RunEvent } from "../../core/run-events.ts";
import { clockText, progressLine } from "./line.ts";
import { ProgressState, type TargetProgress } from "./state.ts";

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

function following(...events: readonly (readonly [number, RunEvent])[]): ProgressState {
  const state = new ProgressState(0);
  for (const [at, event] of events) state.take(event, at);
  return state;
}

function targetOf(state: ProgressState, name = "a"): TargetProgress {
  const found = state.targets.get(name);
  if (found === undefined) throw new Error("no target");
  return found;
}

const begun = (test_id: string, target = "a"): RunEvent => ({ type: "case_started", target, test_id, sample: 0 });
const failed: RunEvent = { type: "case_finished", result: exampleFailure({ target: "a" }) };
const waiting = (resumes_in_ms: number): RunEvent => ({ type: "target_waiting", target: "a", resumes_in_ms });
const stage = (level: number | null, ends_in_ms: number | null): RunEvent => ({
  type: "stage_started",
  target: "a",
  level,
  ends_in_ms,
});
const planned = (of: number | null, target = "a"): RunEvent => ({
  type: "run_started",
  targets: [{ target, planned: of, done: 0 }],
});

describe("the progress of a run", () => {
  it("counts what this process did apart from what was done before", () => {
    const state = following(
      [0, started],
      [0, begun("t9")],
      [0, finished("t1")],
      [0, retried],
      [0, failed],
      [0, { type: "case_finished", result: exampleSkipped({ target: "a" }) }],
      [0, { type: "case_finished", result: exampleResult({ target: "unknown" }) }],
    );
    expect(targetOf(state)).toMatchObject({ done: 7, failed: 1, skipped: 1, retries: 1, current: "t9" });
    expect(state.pace(targetOf(state), 2000)).toMatchObject({ etaMs: 3000 });
    expect(state.pace(targetOf(state, "longer"), 2000)).toMatchObject({ requests: 0, etaMs: null });
  });

  it("takes answers alone for throughput, and every end for the time left", () => {
    const cut: RunEvent = {
      type: "case_finished",
      result: exampleFailure({ target: "a", response: exampleResponse() }),
    };
    const state = following([0, planned(10)], [0, begun("t")], [500, cut], [1000, finished("t1")], [1500, cut]);
    expect(state.pace(targetOf(state), 2000)).toMatchObject({ requests: 0.5, tokens: 4, etaMs: (7 * 2000) / 3 });
  });

  it("stops the clock of a target that is done", () => {
    const state = following([0, planned(1)], [500, finished("t1")]);
    expect(state.pace(targetOf(state), 9000).requests).toBe(2);
    expect(lineOf(state, 9000)).toContain("in 1s");
    const before = following([0, { type: "run_started", targets: [{ target: "a", planned: 4, done: 4 }] }]);
    expect(lineOf(before, 9000)).toContain("in 0s");
  });

  it("counts the time of a target from its own first case, which may come long after the start", () => {
    const state = following([0, started], [60_000, begun("t1")], [61_000, finished("t1")]);
    expect(state.pace(targetOf(state), 62_000).requests).toBe(0.5);
  });
});

const lineOf = (state: ProgressState, now: number, columns = 200, labelWidth = 1): string =>
  progressLine(state, targetOf(state), now, { columns, labelWidth, live: true });

describe("the line of a target", () => {
  const busy = (target: string, test_id: string): ProgressState =>
    following(
      [0, { type: "run_started", targets: [{ target, planned: 1000, done: 0 }] }],
      [0, begun(test_id, target)],
      ...Array.from({ length: 40 }, (): [number, RunEvent] => [
        1000,
        { type: "case_finished", result: exampleResult({ target }) },
      ]),
    );
  const names = ["t1", "strings-reverse-words-in-a-long-sentence", "漢字".repeat(20), "x".repeat(5000)];
  const targets = [
    "a",
    "openai:gpt-4o-mini-2024-07-18",
    "together:meta-llama/Llama-3.3-70B-Instruct-Turbo",
    "漢字:模型",
  ];

  it("is never wider than the window, and shows what is left, the throughput and the case from 60 columns on", () => {
    for (const target of targets) {
      for (const name of names) {
        const state = busy(target, name);
        const progress = targetOf(state, target);
        for (const columns of [1, 2, 9, 20, 33, 45, 58, 59, 60, 70, 79, 99, 150, 220]) {
          const view = { columns, labelWidth: textWidth(target), live: true };
          const line = progressLine(state, progress, 2000, view);
          expect(textWidth(line)).toBeLessThanOrEqual(columns);
          if (columns < 59) continue;
          expect(line).toContain("ETA 48s");
          expect(line).toContain("20.0 req/s");
          expect(line).toContain(`  ${name.slice(0, 2)}`);
          expect(line.startsWith(target.slice(0, 4))).toBe(true);
        }
      }
    }
  });

  it("cuts names in their middle, and gives them what room there is", () => {
    const state = busy("openai:gpt-4o-mini-2024-07-18", "strings-reverse-words-in-a-long-sentence");
    const at = (columns: number): string =>
      progressLine(state, targetOf(state, "openai:gpt-4o-mini-2024-07-18"), 2000, {
        columns,
        labelWidth: 29,
        live: true,
      });
    expect([59, 79, 119, 199].map(at)).toMatchInlineSnapshot(`
      [
        "openai…07-18    40/1000  ETA 48s  20.0 req/s  string…ntence",
        "openai:gpt…024-07-18    40/1000  ETA 48s  20.0 req/s  160 tok/s  strings…ntence",
        "openai:gpt-4o-mini-2024-07-18  ░░░░░░░░░░░░░░░░    40/1000  0 failed  ETA 48s  20.0 req/s  160 tok/s  strings-…sentence",
        "openai:gpt-4o-mini-2024-07-18  ░░░░░░░░░░░░░░░░    40/1000  0 failed  ETA 48s  20.0 req/s  160 tok/s  strings-reverse-words-in-a-long-sentence",
      ]
    `);
  });

  it("escapes what an id or a name may hold", () => {
    const state = following([0, planned(10)], [0, begun("case\u001b[31m-with\na-name")]);
    expect(lineOf(state, 1000)).toMatch(/ {2}case␛\[31m-with a-name$/);
  });

  it("says how long a rate limit holds the target back, and keeps what is left", () => {
    const state = following([0, started], [0, begun("t7")], [500, finished("t1")], [1000, waiting(90_000)]);
    expect(lineOf(state, 2000)).toMatch(/5\/10 {2}rate-limited, resumes in 1m 29s .* ETA 1m 29s/);
    expect(lineOf(state, 2000, 79, 12)).toMatch(/ rate-limited 1m 29s .*ETA 1m 29s +0\.5 req\/s .*t7$/);
    expect(lineOf(state, 2000, 59, 12)).toMatch(/ waits 1m 29s +ETA 1m 29s +t7$/);
    expect(lineOf(state, 91_001)).not.toContain("rate-limited");
  });

  it("says so of a server's word to the last case as well, for which nothing else waits", () => {
    const attempt = { target: "a", test_id: "t", sample: 0, attempt: 0, retry_in_ms: 9200 };
    const refused = { ...failure("rate_limited", "slow down"), retry_after_ms: 9000 };
    const state = following(
      [0, started],
      [1000, { type: "attempt_failed", ...attempt, failure: refused }],
      [1100, { type: "attempt_failed", ...attempt, failure: failure("server_error", "no") }],
    );
    expect(lineOf(state, 2000)).toContain("resumes in 8s");
  });

  it("says how much time is left where time ends the run, unless its cases end before", () => {
    const timed = following([0, planned(null)], [0, stage(null, 60_000)], [0, begun("t1")], [500, finished("t1")]);
    expect(lineOf(timed, 15_000, 79)).toContain("45s left");
    expect(lineOf(timed, 15_000, 59)).toContain("45s left");
    expect(lineOf(timed, 70_000)).toContain("0s left");
    const both = following([0, planned(4)], [0, stage(null, 60_000)], [0, begun("t1")], [1000, finished("t1")]);
    expect(lineOf(both, 1000)).toContain("ETA 3s");
    expect(lineOf(following([0, planned(null)], [0, begun("t1")]), 9000)).toContain("for 9s");
  });

  it("names the level of a sweep", () => {
    const state = following([0, planned(40)], [0, stage(4, null)], [0, begun("t1")], [500, finished("t1")]);
    expect(lineOf(state, 1000, 79)).toContain("  level 4  ");
    state.take(stage(8, 2000), 1000);
    expect(lineOf(state, 1000, 79)).toMatch(/level 8 .*2s left/);
  });

  it("says nothing of what is left once nothing more is sent", () => {
    const running = (): [number, RunEvent][] => [
      [0, planned(10)],
      [0, stage(null, 60_000)],
      [0, begun("t2")],
      [500, finished("t1")],
    ];
    const given: RunEvent = { type: "target_stopped", target: "a", code: "auth", message: "no" };
    for (const event of [{ type: "run_stopping", by: "stop" } as const, given]) {
      const state = following(...running(), [600, event], [600, waiting(9000)]);
      expect(state.pace(targetOf(state), 1000)).toMatchObject({ etaMs: null, leftMs: null });
      expect(lineOf(state, 1000)).toMatch(/1\/10 .*stopping/);
      expect(lineOf(state, 1000)).not.toMatch(/ETA|left|limited/);
    }
    const ended = following(...running());
    ended.end(3000);
    expect(lineOf(ended, 9000)).toMatch(/1\/10 .*in 3s/);
    expect(lineOf(ended, 9000)).not.toMatch(/ETA|left|t2/);
  });

  it.each([
    [0, "0s"],
    [41_200, "42s"],
    [185_000, "3m 05s"],
    [3_725_000, "1h 02m"],
  ])("writes %i ms as %s", (ms, text) => expect(clockText(ms)).toBe(text));
});

it("says nothing of tokens where no answer says how many it has", () => {
  const result = exampleResult({ target: "a", response: exampleResponse({ usage: null }) });
  const state = following([0, started], [1000, { type: "case_finished", result }]);
  const [progress] = state.targets.values();
  const line = progressLine(state, progress as TargetProgress, 2000, { columns: 120, labelWidth: 6, live: true });
  expect(line).toContain("req/s");
  expect(line).not.toContain("tok/s");
  expect(state.pace(progress as TargetProgress, 2000).tokens).toBeNull();
});
