import type { Position } from "../../documents/position.ts";
import type { Problem } from "../../documents/problem.ts";
import type { SourceDocument } from "../../documents/source-document.ts";

/** One record of a file, before it is known to be a test case. */
export interface SourceRecord {
  readonly value: unknown;
  /** Where it stands, counted from 1: the line of JSON Lines, the row of a table, the case of a document or what it has in their place. */
  readonly number: number;
  /** What `number` counts. */
  readonly counted: "line" | "row" | "case" | "entry" | "test";
  /** Where it begins, in bytes after unpacking; null where the format has no such order. */
  readonly offset: number | null;
  /** The record with the places of its parts; made anew at each call, for messages. */
  document(): SourceDocument;
  /** What its document says for all of its cases. */
  readonly shared?: SharedBySiblings;
  /** The line on which the record of this number has its id; where places are told by numbers only, there is none. */
  lineOf?(number: number): number | null;
}

/** What a document of ours says for all of its cases. */
export interface SharedBySiblings {
  readonly document: SourceDocument;
  /** The default system text. */
  readonly system: string;
}

/** A record, or why there is none. */
export type Read =
  | { readonly ok: true; readonly record: SourceRecord }
  | {
      readonly ok: false;
      readonly problems: readonly Problem[];
      readonly offset: number | null;
      /** Whether it is about more than this record, so that nothing is gained by leaving the record out. */
      readonly ofFile?: true;
    };

/** Records in batches, as they come from the disk: an asynchronous step for each would cost more than its parsing. */
export type Batches = AsyncGenerator<readonly Read[], void, undefined>;

/** What may be one line, one row or one cell; a longer one would only fill the memory. */
export const MAX_RECORD_BYTES = 16 * 1024 * 1024;

/** A place in a part of a file, as a place in the file. */
export function shiftedLine(position: Position | null, lines: number): Position | null {
  return position === null ? null : { ...position, line: position.line + lines };
}

type Numbered = Pick<SourceRecord, "number" | "counted">;

/** The path of a problem in a record: `row 7, prompt`, `test_cases[6].prompt`; lines say themselves where they are. */
export function pathInRecord(record: Numbered, path: string): string {
  if (record.counted === "line") return path;
  const isPath = record.counted === "case" || record.counted === "entry";
  return [placeOf(record), path].filter((part) => part !== "").join(isPath ? "." : ", ");
}

/** A record's place in words: `line 7`, `row 7`, `test_cases[6]`. */
export function placeOf({ number, counted }: Numbered): string {
  if (counted === "entry") return `[${number - 1}]`;
  return counted === "case" ? `test_cases[${number - 1}]` : `${counted} ${number}`;
}
