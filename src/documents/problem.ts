import type { Place } from "./source-document.ts";

/** One thing that is wrong with a document, in words for whoever wrote it. */
export interface Problem extends Place {
  /** Such as `test_cases[3].prompt`; empty for the document as a whole. */
  readonly path: string;
  readonly message: string;
  /** What to do about it. */
  readonly hint?: string;
}
