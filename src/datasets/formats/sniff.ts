import { gunzipSync, constants } from "node:zlib";
import { BenchError } from "../../core/errors.ts";
import { DATASET_FORMATS, type DatasetFormat } from "../../core/dataset-format.ts";
import type { Encoding } from "./format.ts";

/** What the first bytes of a dataset without a name seem to be; the format is null when they say nothing. */
export function sniffed(first: Uint8Array): { readonly format: DatasetFormat | null; readonly gzip: boolean } {
  const gzip = first[0] === 0x1f && first[1] === 0x8b;
  return { format: formatOfText(new TextDecoder().decode(gzip ? unpackedBegin(first) : first)), gzip };
}

/** The encoding of bytes whose format the user may have said; null when nobody says it. */
export function encodingOfBytes(first: Uint8Array, format?: DatasetFormat): Encoding | null {
  const seen = sniffed(first);
  const known = format ?? seen.format;
  return known === null ? null : { format: known, gzip: seen.gzip };
}

/** The error for bytes whose format nobody says. */
export const unknownFormat = (name: string): BenchError =>
  new BenchError("dataset", `${name} does not show what format it has`, {
    hint: `Say it with --format: ${DATASET_FORMATS.join(", ")}.`,
  });

function unpackedBegin(packed: Uint8Array): Uint8Array {
  try {
    // The end is missing, which is no mistake here.
    return gunzipSync(packed.subarray(0, 65_536), { finishFlush: constants.Z_SYNC_FLUSH, maxOutputLength: 1 << 24 });
  } catch {
    return new Uint8Array();
  }
}

function formatOfText(text: string): DatasetFormat | null {
  if (text.startsWith("PAR1")) return "parquet";
  const begin = text.replace(/^\uFEFF/, "").trimStart();
  const [line = ""] = begin.split(/\r?\n/, 1);
  if (begin.startsWith("{")) return isCase(line) ? "jsonl" : "json";
  const names = (separator: string): string[] => line.split(separator).map((name) => name.replaceAll('"', "").trim());
  if (names(",").includes("prompt") || names(";").includes("prompt")) return "csv";
  if (names("\t").includes("prompt")) return "tsv";
  return /^(#|---|[\w$]+:(\s|$))/.test(line) ? "yaml" : null;
}

/** Whether a line is an object of its own, and not a whole dataset. */
function isCase(line: string): boolean {
  try {
    const value: unknown = JSON.parse(line);
    return typeof value === "object" && value !== null && !Object.hasOwn(value, "test_cases");
  } catch {
    return false;
  }
}
