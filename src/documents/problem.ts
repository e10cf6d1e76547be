import type { Place, SourceDocument } from "./source-document.ts";

/** One thing that is wrong with a document, in words for whoever wrote it. */
export interface Problem extends Place {
  /** Such as `test_cases[3].prompt`; empty for the document as a whole. */
  readonly path: string;
  readonly message: string;
  /** What to do about it. */
  readonly hint?: string;
}

/** A document, or what is wrong with it. */
export type ReadResult =
  | { readonly ok: true; readonly document: SourceDocument }
  | { readonly ok: false; readonly problems: readonly Problem[] };
