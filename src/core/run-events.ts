import type { Millis } from "./clock.ts";
import type { Failure, FailureCode } from "./failure.ts";
import type { TestResult } from "./result.ts";

/** What a running benchmark tells whoever watches. Watchers must return at once. */
export type RunEvent =
  | {
      readonly type: "run_started";
      /** `planned` is null for a run that its time ends, and where a dataset is read while it is used. */
      readonly targets: readonly { readonly target: string; readonly planned: number | null; readonly done: number }[];
    }
  | {
      /** A level of a sweep or a search begins, or the time of a run with a time limit; each of its targets is told of. */
      readonly type: "stage_started";
      readonly target: string;
      /** Requests in flight; null where there are no levels. */
      readonly level: number | null;
      /** Null where no time ends it. */
      readonly ends_in_ms: Millis | null;
    }
  | {
      /** Nothing more is sent, and what is in flight may end. */
      readonly type: "run_stopping";
      readonly by: "stop" | "errors" | "budget" | "machine";
    }
  | { readonly type: "case_started"; readonly target: string; readonly test_id: string; readonly sample: number }
  | {
      readonly type: "attempt_failed";
      readonly target: string;
      readonly test_id: string;
      readonly sample: number;
      readonly attempt: number;
      readonly failure: Failure;
      /** The pause before the next attempt; null when there is none. */
      readonly retry_in_ms: Millis | null;
    }
  | {
      /** The target's rate limit holds back everything that is to be sent to it, for so long by what is known now. */
      readonly type: "target_waiting";
      readonly target: string;
      readonly resumes_in_ms: Millis;
    }
  | { readonly type: "case_finished"; readonly result: TestResult }
  | {
      readonly type: "target_stopped";
      readonly target: string;
      readonly code: FailureCode;
      readonly message: string;
    };

/** Watches a running benchmark; must return at once. */
export type RunObserver = (event: RunEvent) => void;
