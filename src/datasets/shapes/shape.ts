import type { DocumentPath } from "../../documents/source-document.ts";
import type { Fields } from "./fields.ts";

/** Which value of the source each field of a test case came from, so that a message can point to it. */
export type Origins = Readonly<Record<string, DocumentPath>>;

/** A record as a test case, not yet held against the schema; or why it is none. */
export type Shaped = ShapedCase | NotShaped;

export interface ShapedCase {
  readonly ok: true;
  /** Without an `id` where the source has none. */
  readonly value: Readonly<Record<string, unknown>>;
  readonly from: Origins;
}

export interface NotShaped {
  readonly ok: false;
  /** The way to the value in the source record. */
  readonly path: DocumentPath;
  readonly message: string;
  readonly hint?: string;
  /** What else is wrong with the record. */
  readonly others?: readonly NotShaped[];
}

/** How somebody else writes test cases, a record each. Pure; never throws, whatever the record holds. */
export interface RecordShape {
  /** As `--shape` knows it. */
  readonly name: string;
  /** Such as `OpenAI evals: input/ideal`. */
  readonly inWords: string;
  /** Whether a record is plainly of this shape. */
  recognises(record: Fields): boolean;
  toCase(record: Fields): Shaped;
}

/** A record that is not of the shape it was taken for. */
export function notShaped(path: DocumentPath, message: string, hint?: string): NotShaped {
  return hint === undefined ? { ok: false, path, message } : { ok: false, path, message, hint };
}
