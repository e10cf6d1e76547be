import type { Foreign } from "../core/dataset.ts";
import type { Encoding } from "./formats/format.ts";
import type { Read } from "./formats/record.ts";
import type { Reading } from "./reading.ts";
import type { ByteSource } from "./sources/byte-source.ts";

/** One file of a dataset. */
export interface Part {
  readonly source: ByteSource;
  readonly encoding: Encoding;
  /** Where its records are not test cases as they stand. */
  readonly reading?: Reading;
  /** What a document besides one in our own shape may be. */
  readonly foreign?: Foreign;
  /** Stands before the ids of a document's entries that have none. */
  readonly idPrefix?: string;
  /** The records of a document that was read before. */
  readonly reads?: Iterable<Read>;
}
