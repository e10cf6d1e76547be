import type { DatasetFileState } from "../../core/dataset.ts";

/** Bytes that can be read as often as wanted. */
export interface ByteSource {
  /** As the user knows it, for messages. */
  readonly name: string;
  /** Null for what is not a file of the user's. */
  readonly state: DatasetFileState | null;
  /** The bytes in pieces, from the beginning; throws `BenchError("dataset")` where they cannot be read. */
  read(): AsyncGenerator<Uint8Array, void, undefined>;
  /** The path of a file that holds all of them; waits until they are there. */
  path(): Promise<string>;
}
