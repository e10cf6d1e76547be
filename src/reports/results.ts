import type { TestResult } from "../core/result.ts";

/** The results of a run, superseded lines removed; each call begins a pass of its own in the order of the journal. */
export type Results = () => Iterable<TestResult>;
