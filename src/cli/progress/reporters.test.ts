import { describe, expect, it } from "vitest";
import { exampleResult } from "../../../test/support/example-results.ts";
import { fakeClock } from "../../../test/support/fake-clock.ts";
import { failure } from "../../core/failure.ts";
import type { RunEvent } from "../../core/run-events.ts";
import { textWidth } from "../../core/text-width.ts";
import type { Output } from "../context.ts";
import { guardedOutput } from "../guarded-output.ts";
import { liveReporter, ndjsonReporter, plainReporter, silentReporter, verbose } from "./reporters.ts";

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

/** What clears the lines that were drawn, once the cursor has gone up to the first of them. */
const ERASE = "\u001b[K\n\u001b[J\u001b[1F";

/** A terminal that wraps lines that a narrower window no longer holds, as tmux and most others do. */
interface Terminal {
  readonly output: Output;
  columns: number;
  rows: number;
  screen(): string[];
}

function reflowing(): Terminal {
  let lines: string[] = [""];
  const terminal: Terminal = {
    columns: 120,
    rows: 24,
    screen: () => lines.flatMap((line) => rowsOf(line, terminal.columns)),
    output: guardedOutput({
      write(text) {
        for (const piece of text
          .replaceAll(ERASE, "")
          .replaceAll("\u001b", "ESC")
          .split(/(ESC\[\d+F|\n)/)) {
          const up = /^ESC\[(\d+)F$/.exec(piece)?.[1];
          if (up !== undefined) lines = eraseRows(lines, Number(up), terminal.columns);
          else if (piece === "\n") lines.push("");
          else lines[lines.length - 1] += piece;
        }
      },
      get columns() {
        return terminal.columns;
      },
      get rows() {
        return terminal.rows;
      },
    }),
  };
  return terminal;
}

const rowsOf = (line: string, columns: number): string[] =>
  Array.from({ length: Math.max(1, Math.ceil(textWidth(line) / (columns || 80))) }, (_, row) =>
    line.slice(row * (columns || 80), (row + 1) * (columns || 80)),
  );

/** What is above the cursor after it has gone up and cleared the rest, the cursor's own line being empty. */
function eraseRows(lines: readonly string[], up: number, columns: number): string[] {
  const rows = lines.slice(0, -1).flatMap((line) => rowsOf(line, columns));
  return [...rows.slice(0, Math.max(0, rows.length - up)), ""];
}

describe("a reporter", () => {
  it("for a terminal leaves no line behind when the window becomes narrower or wider", async () => {
    const [clock, terminal] = [fakeClock(), reflowing()];
    const reporter = liveReporter(terminal.output, clock);
    terminal.output.write("earlier\n");
    reporter.take(started);
    for (const columns of [120, 40, 119, 23, 60, 200, 10, 80]) {
      terminal.columns = columns;
      await clock.advance(300);
      const screen = terminal.screen();
      expect(screen[0]).toBe("earlier");
      expect(screen.map((row) => row.slice(0, 2)).join("|")).toBe("ea|a |lo|");
    }
    reporter.stop();
    expect(terminal.screen()).toHaveLength(4);
  });

  it("for a terminal never clears from its first row, which tmux would keep a copy of each time", async () => {
    const [clock, output] = [fakeClock(), captured(80)];
    const reporter = liveReporter(output, clock);
    reporter.take(started);
    await clock.advance(500);
    reporter.aside(() => output.write("stopping\n"));
    reporter.stop();
    expect(output.text()).toContain("\u001b[2F");
    expect(output.text().replaceAll(ERASE, "")).not.toContain("\u001b[J");
  });

  it("for a terminal of unknown size draws lines of 80 columns", async () => {
    const [clock, terminal] = [fakeClock(), reflowing()];
    [terminal.columns, terminal.rows] = [0, 0];
    const reporter = liveReporter(terminal.output, clock);
    reporter.take(started);
    await clock.advance(300);
    terminal.columns = 80;
    expect(terminal.screen()).toEqual([expect.stringMatching(/^a .*ETA/), expect.stringMatching(/^longer .*ETA/), ""]);
    reporter.stop();
  });

  it("for a terminal draws no more than its window holds, and all of it at the end", async () => {
    const [clock, terminal] = [fakeClock(), reflowing()];
    terminal.rows = 5;
    const reporter = liveReporter(terminal.output, clock);
    const targets = Array.from({ length: 9 }, (_, i) => ({ target: `t${i}`, planned: 3, done: 0 }));
    reporter.take({ type: "run_started", targets });
    await clock.advance(500);
    expect(terminal.screen().map((row) => row.slice(0, 12).trim())).toEqual([
      expect.stringMatching(/^t0 /),
      expect.stringMatching(/^t1 /),
      expect.stringMatching(/^t2 /),
      "… and 6 more",
      "",
    ]);
    reporter.stop();
    expect(terminal.screen()).toHaveLength(10);
  });

  it("for a terminal says nothing of what is left once it is over", async () => {
    const [clock, terminal] = [fakeClock(), reflowing()];
    const reporter = liveReporter(terminal.output, clock);
    reporter.take({ type: "run_started", targets: [{ target: "a", planned: 10, done: 0 }] });
    reporter.take({ type: "case_started", target: "a", test_id: "t1", sample: 0 });
    await clock.advance(1000);
    reporter.take(finished("t1"));
    await clock.advance(1000);
    expect(terminal.screen().join("")).toContain("ETA 18s");
    reporter.take({ type: "run_stopping", by: "stop" });
    await clock.advance(100);
    expect(terminal.screen().join("")).toMatch(/1\/10 .*stopping/);
    reporter.stop();
    expect(terminal.screen().join("")).toMatch(/1\/10 .*in 3s/);
    expect(terminal.screen().join("")).not.toContain("ETA");
  });

  it("for a pipe writes the line of a finished target once", async () => {
    const [clock, output] = [fakeClock(), captured()];
    const reporter = plainReporter(output, clock);
    const two = ["a", "b"].map((target) => ({ target, planned: 1, done: 0 }));
    reporter.take({ type: "run_started", targets: two });
    reporter.take(finished("t1"));
    await clock.advance(16_000);
    reporter.take({ type: "case_finished", result: exampleResult({ target: "b" }) });
    reporter.stop();
    const lines = output.text().trim().split("\n");
    expect(lines.filter((line) => line.startsWith("a"))).toEqual([expect.stringMatching(/^a {2}1\/1 done .*in 0s/)]);
    expect(lines.filter((line) => line.startsWith("b"))).toHaveLength(4);
    expect(lines.at(-1)).toMatch(/^b {2}1\/1 done .*in 16s/);
  });

  it("for a terminal draws a line a target and goes back over them", async () => {
    const [clock, output] = [fakeClock(), captured(80)];
    const reporter = liveReporter(output, clock);
    reporter.take(started);
    await clock.advance(250);
    expect(output.text().split(`\u001b[2F${ERASE}`)).toHaveLength(2);
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
    expect(output.text()).toContain(`\u001b[2F${ERASE}stopping\na `);
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
