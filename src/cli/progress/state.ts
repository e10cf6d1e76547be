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
  /** Successes of this process, and the tokens of their answers. */
  answers: number;
  outputTokens: number;
  /** Answers that say how many tokens they have. */
  answersCounted: number;
  /** The case that was started last. */
  current: string | null;
  /** Requests in flight, in a sweep or a search; null in any other run. */
  level: number | null;
  /** When its time is over: that of its level, in a sweep; null where no time ends it. */
  endsAt: Millis | null;
  /** Until when its rate limit holds everything back; in the past where nothing is held. */
  waitsUntil: Millis;
  /** Whether nothing more is sent to it, so that only what is in flight is left. */
  stopping: boolean;
  /** When its first case was started, which is late where targets come one after the other; null before. */
  startedAt: Millis | null;
  /** When its last case ended, or the run did; null while it goes on. */
  endedAt: Millis | null;
}

/** Rates over a target's time in this process, per second, and what is left; null for what is not known. */
export interface Pace {
  /** Answers; what fails is no throughput. */
  readonly requests: number;
  /** Null where no answer says how many it has. */
  readonly tokens: number | null;
  /** Until its last case, at the rate at which cases ended. */
  readonly etaMs: Millis | null;
  /** Until its time is over. */
  readonly leftMs: Millis | null;
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
        const endedAt = done === planned ? now : null;
        this.targets.set(target, { target, planned, doneBefore: done, done, ...NOTHING_YET, endedAt });
      }
      return;
    }
    if (event.type === "run_stopping") {
      for (const progress of this.targets.values()) progress.stopping = true;
      return;
    }
    const progress = this.targets.get(event.type === "case_finished" ? event.result.target : event.target);
    if (progress !== undefined) follow(progress, event, now);
  }

  /** The run has ended: nothing is left, whatever was planned. */
  end(now: Millis): void {
    for (const progress of this.targets.values()) progress.endedAt ??= now;
  }

  pace(of: TargetProgress, now: Millis): Pace {
    const seconds = Math.max(0.001, this.elapsed(of, now) / 1000);
    const ended = of.done - of.doneBefore - of.skipped;
    const left = of.planned === null ? null : of.planned - of.done;
    const goesOn = of.endedAt === null && !of.stopping;
    const atThisRate = left === null || ended === 0 ? null : (left * seconds * 1000) / ended;
    const etaMs = left === 0 ? 0 : atThisRate === null ? null : Math.max(atThisRate, of.waitsUntil - now);
    return {
      requests: of.answers / seconds,
      tokens: of.answers > 0 && of.answersCounted === 0 ? null : of.outputTokens / seconds,
      etaMs: goesOn || left === 0 ? etaMs : null,
      leftMs: goesOn && of.endsAt !== null ? Math.max(0, of.endsAt - now) : null,
    };
  }

  /** How long a target has been running in this process, or ran. */
  elapsed(of: TargetProgress, now: Millis): Millis {
    return (of.endedAt ?? now) - (of.startedAt ?? this.#start);
  }
}

const NOTHING_YET = {
  failed: 0,
  skipped: 0,
  retries: 0,
  answers: 0,
  outputTokens: 0,
  answersCounted: 0,
  current: null,
  level: null,
  endsAt: null,
  waitsUntil: 0,
  stopping: false,
  startedAt: null,
};

type TargetEvent = Exclude<RunEvent, { readonly type: "run_started" | "run_stopping" }>;

function follow(progress: TargetProgress, event: TargetEvent, now: Millis): void {
  switch (event.type) {
    case "stage_started":
      progress.level = event.level;
      progress.endsAt = event.ends_in_ms === null ? null : now + event.ends_in_ms;
      return;
    case "target_waiting":
      progress.waitsUntil = now + event.resumes_in_ms;
      return;
    case "target_stopped":
      progress.stopping = true;
      return;
    case "case_started":
      progress.current = event.test_id;
      progress.startedAt ??= now;
      return;
    case "attempt_failed":
      if (event.retry_in_ms === null) return;
      progress.retries += 1;
      // The server's word holds the whole target, also where nothing but this case is left to be sent.
      if (event.failure.code === "rate_limited") {
        progress.waitsUntil = Math.max(progress.waitsUntil, now + (event.failure.retry_after_ms ?? 0));
      }
      return;
    case "case_finished":
      progress.done += 1;
      if (event.result.status === "skipped") progress.skipped += 1;
      else if (event.result.status !== "success") progress.failed += 1;
      else {
        progress.answers += 1;
        const tokens = event.result.response?.usage?.completion_tokens ?? null;
        progress.outputTokens += tokens ?? 0;
        progress.answersCounted += tokens === null ? 0 : 1;
      }
      if (progress.done === progress.planned) progress.endedAt = now;
  }
}
