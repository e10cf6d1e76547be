import type { Clock, Millis, Timer } from "../../core/clock.ts";
import type { Mask } from "../../core/secrets.ts";
import type { RunEvent } from "../../core/run-events.ts";
import type { Output } from "../context.ts";
import { ansi } from "../guarded-output.ts";
import { jsonLine } from "../json-text.ts";
import { textWidth } from "../../core/text-width.ts";
import { clockText, progressLine, type LineView } from "./line.ts";
import { ProgressState, type TargetProgress } from "./state.ts";

/** Shows a run's progress on an output until it is stopped. */
export interface Reporter {
  take(event: RunEvent): void;
  /** Lets something else be written to the same output, so that neither spoils the other. */
  aside(write: () => void): void;
  /** Shows the last state and ends; nothing is written after it. */
  stop(): void;
}

const LIVE_EVERY_MS = 100;
const PLAIN_EVERY_MS = 5000;
const JSON_EVERY_MS = 1000;

/** Runs `show` now and then until stopped. */
function every(clock: Clock, periodMs: Millis, show: () => void): Timer {
  let timer: Timer;
  const next = (): void => {
    show();
    timer = clock.setTimer(periodMs, next);
  };
  timer = clock.setTimer(periodMs, next);
  return { cancel: () => timer.cancel() };
}

function linesOf(
  state: ProgressState,
  targets: readonly TargetProgress[],
  now: Millis,
  view: Pick<LineView, "columns" | "live">,
): string[] {
  const labelWidth = Math.max(0, ...[...state.targets.values()].map(({ target }) => textWidth(target)));
  return targets.map((progress) => progressLine(state, progress, now, { ...view, labelWidth }));
}

/**
 * Clears from the cursor's line to the end of the screen, the first line by itself: tmux takes a clear that begins in
 * the first row of the window for one of the whole screen, and keeps a copy of what stood there each time.
 */
const ERASE = `${ansi("[K")}\n${ansi("[J")}${ansi("[1F")}`;

/** One line a target, redrawn in place: for a terminal. */
export function liveReporter(output: Output, clock: Clock): Reporter {
  const state = new ProgressState(clock.now());
  let drawn: readonly string[] = [];
  // Some terminals do not know their size, and say 0.
  const columnsNow = (): number => output.columns || 80;
  /** Up to the first line drawn before, then clear all from there. A window that has become narrower breaks them. */
  const back = (): string => {
    const rows = drawn.reduce((sum, line) => sum + Math.max(1, Math.ceil(textWidth(line) / columnsNow())), 0);
    return rows === 0 ? "" : ansi(`[${rows}F`) + ERASE;
  };
  const show = (): void => {
    const columns = columnsNow() - 1;
    const all = linesOf(state, [...state.targets.values()], clock.now(), { columns, live: true });
    const before = back();
    drawn = fitting(all, output.rows || Infinity);
    output.write(before + drawn.map((line) => `${line}\n`).join(""));
  };
  const timer = every(clock, LIVE_EVERY_MS, show);
  return {
    take: (event) => state.take(event, clock.now()),
    aside(write) {
      output.write(back());
      drawn = [];
      write();
    },
    stop() {
      timer.cancel();
      state.end(clock.now());
      output.write(back());
      const columns = columnsNow() - 1;
      for (const line of linesOf(state, [...state.targets.values()], clock.now(), { columns, live: true })) {
        output.write(`${line}\n`);
      }
      drawn = [];
    },
  };
}

/** What fits a window: the cursor cannot go back above its first row, so that more would be drawn again and again. */
function fitting(lines: readonly string[], rows: number): readonly string[] {
  const room = Math.max(1, rows - 1);
  if (lines.length <= room) return lines;
  const shown = lines.slice(0, room - 1);
  return [...shown, `… and ${lines.length - shown.length} more targets`];
}

/** One line a target every few seconds, and one when it has ended: for a pipe or a log. */
export function plainReporter(output: Output, clock: Clock): Reporter {
  const state = new ProgressState(clock.now());
  const said = new Set<string>();
  const show = (): void => {
    const now = clock.now();
    const going = [...state.targets.values()].filter(({ target }) => !said.has(target));
    for (const line of linesOf(state, going, now, { columns: 200, live: false })) output.write(`${line}\n`);
    for (const { target, endedAt } of going) if (endedAt !== null) said.add(target);
  };
  const timer = every(clock, PLAIN_EVERY_MS, show);
  return {
    take: (event) => state.take(event, clock.now()),
    aside: (write) => write(),
    stop() {
      timer.cancel();
      state.end(clock.now());
      show();
    },
  };
}

/** Newline-delimited JSON: an object an event, and where each target is once a second. For programs. */
export function ndjsonReporter(output: Output, clock: Clock, mask: Mask): Reporter {
  const state = new ProgressState(clock.now());
  const write = (record: object): void => void output.write(`${mask(jsonLine(record))}\n`);
  const snapshot = (progress: TargetProgress): object => {
    const { requests, tokens, etaMs, leftMs } = state.pace(progress, clock.now());
    return {
      type: "progress",
      target: progress.target,
      planned: progress.planned,
      done: progress.done,
      failed: progress.failed,
      skipped: progress.skipped,
      retries: progress.retries,
      requests_per_second: requests,
      output_tokens_per_second: tokens,
      eta_ms: etaMs,
      time_left_ms: leftMs,
      level: progress.level,
    };
  };
  const told = new Set<string>();
  const show = (): void => {
    for (const progress of state.targets.values()) {
      if (told.has(progress.target)) continue;
      write(snapshot(progress));
      if (progress.endedAt !== null) told.add(progress.target);
    }
  };
  const timer = every(clock, JSON_EVERY_MS, show);
  return {
    take(event) {
      state.take(event, clock.now());
      if (event.type === "case_started") return;
      write(event.type === "case_finished" ? finishedRecord(event.result) : event);
    },
    aside: (other) => other(),
    stop() {
      timer.cancel();
      state.end(clock.now());
      show();
    },
  };
}

function finishedRecord(result: Extract<RunEvent, { type: "case_finished" }>["result"]): object {
  return {
    type: "case_finished",
    target: result.target,
    test_id: result.test_id,
    sample: result.sample,
    status: result.status,
    error_code: result.error?.code ?? null,
    attempts: result.attempts,
    duration_ms: result.duration_ms,
    ttft_ms: result.timing.ttft_ms,
  };
}

/** Says nothing. */
export const silentReporter: Reporter = { take() {}, aside: (write) => write(), stop() {} };

/** Adds a line for each failed attempt and each stopped target to whatever else is shown. */
export function verbose(reporter: Reporter, say: (line: string) => void): Reporter {
  return {
    take(event) {
      reporter.take(event);
      if (event.type === "attempt_failed") {
        const { failure, retry_in_ms: wait } = event;
        const then = wait === null ? "giving up" : `trying again in ${Math.round(wait)} ms`;
        say(`${event.target} ${event.test_id}: ${failure.code}: ${failure.message}; ${then}`);
      }
      if (event.type === "target_waiting") {
        say(`${event.target}: rate-limited, resumes in ${clockText(event.resumes_in_ms)}`);
      }
      if (event.type === "target_stopped") say(`${event.target} stopped: ${event.code}: ${event.message}`);
    },
    aside: (write) => reporter.aside(write),
    stop: () => reporter.stop(),
  };
}
