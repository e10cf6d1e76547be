import type { DatasetFormat } from "../../core/dataset-format.ts";

/** How the bytes of a dataset are to be read. */
export interface Encoding {
  readonly format: DatasetFormat;
  readonly gzip: boolean;
}

const FORMAT_OF_EXTENSION: Readonly<Record<string, DatasetFormat>> = {
  json: "json",
  yaml: "yaml",
  yml: "yaml",
  jsonl: "jsonl",
  ndjson: "jsonl",
  csv: "csv",
  tsv: "tsv",
  parquet: "parquet",
};

/** What the names of dataset files end in. */
export const EXTENSIONS: readonly string[] = Object.keys(FORMAT_OF_EXTENSION).map((extension) => `.${extension}`);

/** The extensions as a message lists them. */
export const EXTENSIONS_IN_WORDS = `${EXTENSIONS.join(", ")}, each also with .gz`;

/** How a file of this name is to be read; null when its extension says nothing. */
export function encodingOf(name: string): Encoding | null {
  const [, extension = "", gz] = /\.(\w+?)(\.gz)?$/.exec(name.toLowerCase()) ?? [];
  const format = Object.hasOwn(FORMAT_OF_EXTENSION, extension) ? FORMAT_OF_EXTENSION[extension] : undefined;
  return format === undefined ? null : { format, gzip: gz !== undefined };
}

/** JSON and YAML are read whole, as one document that holds the test cases; the others row by row. */
export const isDocument = (format: DatasetFormat): format is "json" | "yaml" => format === "json" || format === "yaml";

/** A file's name without folders and extensions: the name of a dataset that states none. */
export function stemOf(path: string): string {
  const base = path.replace(/[/\\]+$/, "").replace(/^.*[/\\]/, "");
  return base.replace(/\.gz$/i, "").replace(/(?<=.)\.\w+$/, "") || base || "dataset";
}
