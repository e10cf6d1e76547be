import type { Calibration } from "../core/calibration.ts";
import type { Clock } from "../core/clock.ts";
import type { Origin } from "../core/run.ts";
import type { RunObserver } from "../core/run-events.ts";
import type { Mask } from "../core/secrets.ts";
import type { OpenRun } from "../journal/directory.ts";
import type { Findings } from "../reports/summary-view.ts";
import type { RunOutcome } from "../runner/run.ts";
import type { Descriptors } from "./check-descriptors.ts";
import type { ExportOptions } from "./exports.ts";

/** Where it is kept, and who watches. */
export interface BenchmarkOptions {
  readonly directory: string;
  /** `resume` goes on with the run that is there, or begins one. `force` moves it aside. */
  readonly mode: "new" | "resume" | "force";
  readonly exports: ExportOptions;
  readonly clock: Clock;
  readonly mask: Mask;
  readonly toolVersion: string;
  /** Of a resume: whether failed cases are sent again, their later results in place of the earlier. */
  readonly retryFailed?: boolean;
  /** How far off this client was on this machine; null or missing where nobody has tried. */
  readonly calibration?: Calibration | null;
  /** Where the command stood; recorded for `resume`. */
  readonly origin?: Origin;
  /** What this process may open; found out unless given, and null where the system does not say. */
  readonly descriptors?: Descriptors | null;
  readonly stop: AbortSignal;
  readonly abandon: AbortSignal;
  readonly observe: RunObserver;
  /** Hears of the open directory, so that a process that must end at once can close it. */
  readonly opened?: (run: Pick<OpenRun, "directory" | "movedAside" | "closeAtOnce">) => void;
  /** Hears of what is odd but stops nothing. */
  readonly warn?: (message: string) => void;
}

/** A benchmark that has ended. */
export interface BenchmarkOutcome {
  readonly directory: string;
  readonly findings: Findings;
  /** Whether it was stopped before its end. */
  readonly interrupted: boolean;
  /** Requests left for a resume; null where a run has no number of them, or nobody knows it yet. */
  readonly left: number | null;
  /** Results that were written and cannot be read back. */
  readonly lost: number;
  readonly stoppedTargets: RunOutcome["stoppedTargets"];
  /** Paths of the exports. */
  readonly files: readonly string[];
}
