import type { DatasetFileState } from "../../core/dataset.ts";

/** Bytes that can be read as often as wanted. */
export interface ByteSource {
  /** As the user knows it, for messages. */
  readonly name: string;
  /** Null for what is not a file of the user's. */
  readonly state: DatasetFileState | null;
  /** The folder of a file of the user's, where the paths in it start; null for what comes from elsewhere. */
  readonly folder: string | null;
  /** The beginning of what can be looked at only once it is kept: standard input. */
  readonly first?: Uint8Array;
  /** The bytes in pieces, from the beginning; throws `BenchError("dataset")` where they cannot be read. */
  read(): AsyncGenerator<Uint8Array, void, undefined>;
  /** The path of a file that holds all of them; waits until they are there. */
  path(): Promise<string>;
}
