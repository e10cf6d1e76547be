import type { DatasetFormat } from "../../core/dataset-format.ts";
import { BenchError } from "../../core/errors.ts";
import { encodingOf } from "../formats/format.ts";

/** The formats that datasets can be written in. */
export const WRITABLE_FORMATS = ["json", "yaml", "jsonl", "csv", "tsv"] as const;
export type WritableFormat = (typeof WRITABLE_FORMATS)[number];

const isWritable = (format: DatasetFormat): format is WritableFormat =>
  (WRITABLE_FORMATS as readonly string[]).includes(format);

/** How a file of this name is to be written; throws `BenchError("usage")` where its name says nothing that can be. */
export function writableEncoding(
  path: string,
  format?: WritableFormat,
): { readonly format: WritableFormat; readonly gzip: boolean } {
  const byName = encodingOf(path);
  if (format !== undefined) return { format, gzip: path.toLowerCase().endsWith(".gz") };
  if (byName !== null && isWritable(byName.format)) return { format: byName.format, gzip: byName.gzip };
  const what = byName === null ? "the name does not say a format" : `${byName.format} files are read, never written`;
  throw new BenchError("usage", `${path} cannot be written: ${what}`, {
    hint: `Let it end in ${WRITABLE_FORMATS.map((one) => `.${one}`).join(", ")}, each also with .gz, or say --to.`,
  });
}
