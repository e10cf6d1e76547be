import type { Millis } from "../../core/clock.ts";
import type { RunEvent } from "../../core/run-events.ts";

/** How far one target is. */
export interface TargetProgress {
  readonly target: string;
  /** Null for a run that goes on until its time is over, or the dataset is. */
  readonly planned: number | null;
  /** Finished before this process began. */
  readonly doneBefore: number;
  done: number;
  failed: number;
  skipped: number;
  retries: number;
  outputTokens: number;
  /** The case that was started last. */
  current: string | null;
  /** Until when its rate limit holds everything back; in the past where nothing is held. */
  waitsUntil: Millis;
  /** When its first case was started, which is late where targets come one after the other; null before. */
  startedAt: Millis | null;
  /** When its last case ended; null while it goes on. */
  endedAt: Millis | null;
}

/** How far a run is; a fold of its events. */
export class ProgressState {
  readonly #start: Millis;
  readonly targets = new Map<string, TargetProgress>();

  constructor(start: Millis) {
    this.#start = start;
  }

  take(event: RunEvent, now: Millis): void {
    if (event.type === "run_started") {
      for (const { target, planned, done } of event.targets) {
        const nothing = {
          failed: 0,
          skipped: 0,
          retries: 0,
          outputTokens: 0,
          current: null,
          waitsUntil: 0,
          startedAt: null,
          endedAt: null,
        };
        this.targets.set(target, { target, planned, doneBefore: done, done, ...nothing });
      }
      return;
    }
    const progress = this.targets.get(event.type === "case_finished" ? event.result.target : event.target);
    if (progress === undefined) return;
    if (event.type === "target_waiting") progress.waitsUntil = now + event.resumes_in_ms;
    if (event.type === "case_started") {
      progress.current = event.test_id;
      progress.startedAt ??= now;
    }
    if (event.type === "attempt_failed" && event.retry_in_ms !== null) {
      progress.retries += 1;
      const { code, retry_after_ms: asked } = event.failure;
      // The server's word holds the whole target, also where nothing but this case is left to be sent.
      if (code === "rate_limited") progress.waitsUntil = Math.max(progress.waitsUntil, now + (asked ?? 0));
    }
    if (event.type === "case_finished") {
      progress.done += 1;
      if (event.result.status === "skipped") progress.skipped += 1;
      else if (event.result.status !== "success") progress.failed += 1;
      progress.outputTokens += event.result.response?.usage?.completion_tokens ?? 0;
      if (progress.done === progress.planned) progress.endedAt = now;
    }
  }

  /** Rates over a target's time in this process, per second, and the time left at that rate, in milliseconds. */
  rates(of: TargetProgress, now: Millis): { requests: number; tokens: number; etaMs: Millis | null } {
    const seconds = Math.max(0.001, this.elapsed(of, now) / 1000);
    const sent = of.done - of.doneBefore - of.skipped;
    const requests = sent / seconds;
    const left = of.planned === null ? null : of.planned - of.done;
    return {
      requests,
      tokens: of.outputTokens / seconds,
      etaMs: left === null ? null : left === 0 ? 0 : requests > 0 ? (left / requests) * 1000 : null,
    };
  }

  /** How long a target has been running in this process, or ran. */
  elapsed(of: TargetProgress, now: Millis): Millis {
    return (of.endedAt ?? now) - (of.startedAt ?? this.#start);
  }
}
