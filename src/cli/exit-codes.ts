import type { BenchErrorCode } from "../core/errors.ts";

/** What the process's exit code says; the table in docs/errors.md is this one. */
export const EXIT = {
  success: 0,
  casesFailed: 1,
  usage: 2,
  dataset: 3,
  auth: 4,
  unreachable: 5,
  output: 6,
  interrupted: 130,
} as const;

export const EXIT_OF_ERROR: Readonly<Record<BenchErrorCode, number>> = {
  usage: EXIT.usage,
  config: EXIT.usage,
  resume: EXIT.usage,
  locked: EXIT.usage,
  dataset: EXIT.dataset,
  auth: EXIT.auth,
  output: EXIT.output,
  simulator: EXIT.unreachable,
};

/** What a command reports back: the exit code. */
export type Finish = (exitCode: number) => void;
