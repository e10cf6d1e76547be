import type { FailedAttempt, TestResult } from "./result.ts";

/** Where finished cases go. A slot may be freed only when its record has been handed to the operating system. */
export interface Journal {
  /**
   * Records a finished case, with the raw body where responses are kept, which may be cut; resolves once it is written.
   * Rejects with `BenchError("output")` when it cannot be.
   */
  record(result: TestResult, raw: string | null, rawCut?: boolean): Promise<void>;
  /** Records a failed attempt; written no later than the case's own record. */
  recordFailure(failed: FailedAttempt): void;
}
