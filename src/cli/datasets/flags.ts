import type { DatasetFormat } from "../../core/dataset-format.ts";
import type { ReadingFlags } from "../foreign.ts";

/** What `datasets list`, `show` and `validate` may be given. */
export interface DatasetsFlags extends ReadingFlags {
  readonly json?: true;
  readonly format?: DatasetFormat;
  readonly case?: string;
  readonly providers?: string;
}
