import type { Clock, Millis, Timer } from "../../core/clock.ts";
import type { Mask } from "../../core/secrets.ts";
import type { RunEvent } from "../../core/run-events.ts";
import type { Output } from "../context.ts";
import { ansi } from "../guarded-output.ts";
import { jsonLine } from "../json-text.ts";
import { clockText, progressLine } from "./line.ts";
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

function lines(state: ProgressState, now: Millis, columns: number, live: boolean): string[] {
  const targets = [...state.targets.values()];
  const labelWidth = Math.max(0, ...targets.map(({ target }) => target.length));
  return targets.map((progress) => progressLine(state, progress, now, { columns, labelWidth, live }));
}

/** One line a target, redrawn in place: for a terminal. */
export function liveReporter(output: Output, clock: Clock): Reporter {
  const state = new ProgressState(clock.now());
  let drawn = 0;
  /** Up to the first line drawn before, then clear to the end of the screen. */
  const back = (): string => (drawn === 0 ? "" : ansi(`[${drawn}F`) + ansi("[J"));
  const show = (): void => {
    const now = lines(state, clock.now(), (output.columns ?? 80) - 1, true);
    output.write(back() + now.map((line) => `${line}\n`).join(""));
    drawn = now.length;
  };
  const timer = every(clock, LIVE_EVERY_MS, show);
  return {
    take: (event) => state.take(event, clock.now()),
    aside(write) {
      output.write(back());
      drawn = 0;
      write();
    },
    stop() {
      timer.cancel();
      show();
      drawn = 0;
    },
  };
}

/** One line a target every few seconds: for a pipe or a log. */
export function plainReporter(output: Output, clock: Clock): Reporter {
  const state = new ProgressState(clock.now());
  const show = (): void => {
    for (const line of lines(state, clock.now(), 200, false)) output.write(`${line}\n`);
  };
  const timer = every(clock, PLAIN_EVERY_MS, show);
  return {
    take: (event) => state.take(event, clock.now()),
    aside: (write) => write(),
    stop() {
      timer.cancel();
      show();
    },
  };
}

/** Newline-delimited JSON: an object an event, and where each target is once a second. For programs. */
export function ndjsonReporter(output: Output, clock: Clock, mask: Mask): Reporter {
  const state = new ProgressState(clock.now());
  const write = (record: object): void => void output.write(`${mask(jsonLine(record))}\n`);
  const snapshot = (progress: TargetProgress): object => {
    const { requests, tokens, etaMs } = state.rates(progress, clock.now());
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
    };
  };
  const show = (): void => {
    for (const progress of state.targets.values()) write(snapshot(progress));
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
