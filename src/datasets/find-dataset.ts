import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { systemClock, type Clock } from "../core/clock.ts";
import type { Dataset } from "../core/dataset.ts";
import type { DatasetFormat } from "../core/dataset-format.ts";
import { BenchError } from "../core/errors.ts";
import { shownAddress } from "../core/shown-address.ts";
import { encodingOf, EXTENSIONS_IN_WORDS, stemOf } from "./formats/format.ts";
import { locateDataset } from "./locate-dataset.ts";
import type { Part } from "./part.ts";
import { fileSource, lookAt } from "./sources/file.ts";
import { datasetUrl, type Fetch } from "./sources/http-get.ts";
import { download } from "./sources/web.ts";
import { inputDataset, type StandardInput } from "./sources/stdin.ts";

/** What finding a dataset may need besides its name. */
export interface SourceOptions {
  /** Rules over what the file's name says. */
  readonly format?: DatasetFormat;
  /** What `-` stands for. */
  readonly stdin?: StandardInput;
  /** A run directory that may hold standard input from the run that is resumed. */
  readonly kept?: string;
  /** For `HF_TOKEN`, `HF_ENDPOINT` and `HF_DATASETS_SERVER`. */
  readonly env?: Readonly<Record<string, string | undefined>>;
  /** For the time limits of downloads; the system's unless given. */
  readonly clock?: Clock;
  /** Fetches what is elsewhere, through a proxy where there is one; directly unless given. */
  readonly fetch?: Fetch;
}

/** The files of a dataset, before they are read. */
export interface FoundDataset extends Pick<Dataset, "source" | "keepIn" | "keepRest" | "close"> {
  /** For a dataset that states none. */
  readonly name: string;
  readonly parts: readonly Part[];
}

/** Whether the user's word for a dataset names none of the files of this machine. */
export const isElsewhere = (word: string): boolean => word === "-" || /^(https?|hf):/i.test(word);

/** Finds what the user's word for a dataset stands for; throws `BenchError("dataset")`. */
export async function findDataset(nameOrPath: string, options: SourceOptions): Promise<FoundDataset> {
  if (nameOrPath === "-") {
    const { part, ...keep } = await inputDataset(options.stdin, options);
    return { name: "stdin", source: "-", parts: [part], ...keep };
  }
  const { clock = systemClock, fetch } = options;
  const http = { clock, ...(fetch === undefined ? {} : { fetch }) };
  if (/^https?:/i.test(nameOrPath)) {
    const url = datasetUrl(nameOrPath);
    const { part, close } = await download(url, { ...http, format: options.format });
    return { name: stemOf(url.pathname), source: shownAddress(nameOrPath), parts: [part], close };
  }
  if (nameOrPath.startsWith("hf:")) {
    // Imported here for its cost: few runs ask the hub.
    const { hubDataset, hubName, hubOf } = await import("./sources/hugging-face.ts");
    const name = hubName(nameOrPath);
    const { parts, close } = await hubDataset(name, hubOf(options.env ?? {}, http));
    return { name: name.dataset, source: nameOrPath, parts, close };
  }
  const path = await locateDataset(nameOrPath);
  const { kind, stats } = await lookAt(path);
  const name = stemOf(path);
  if (kind === "folder") return { name, source: nameOrPath, parts: await partsOfFolder(path, options) };
  return { name, source: nameOrPath, parts: [partOf(fileSource(path, stats), options)] };
}

const KNOWN_OTHERS: readonly { readonly names: readonly string[]; readonly hint: string }[] = [
  { names: [".xlsx", ".xls", ".ods", ".numbers"], hint: "This is a spreadsheet: save the sheet as CSV in UTF-8." },
  {
    names: [".zip", ".tar", ".tgz", ".7z", ".bz2", ".xz", ".zst"],
    hint: "Unpack it first; of packed files only .gz is read.",
  },
  { names: [".arrow", ".feather"], hint: "Save it as Parquet, CSV or JSON Lines." },
];

function partOf(source: Part["source"], { format }: SourceOptions): Part {
  const byName = encodingOf(source.name);
  if (format !== undefined) return { source, encoding: { format, gzip: source.name.toLowerCase().endsWith(".gz") } };
  if (byName !== null) return { source, encoding: byName };
  const extension = /\.[^./\\]*$/.exec(source.name)?.[0] ?? "";
  const what = extension === "" ? "has no extension" : `has the extension ${extension}, which is not known`;
  const kind = KNOWN_OTHERS.find(({ names }) => names.includes(extension.toLowerCase()));
  throw new BenchError("dataset", `${source.name} ${what}`, {
    hint: kind?.hint ?? `Say what it is with --format, or name it so that it ends in ${EXTENSIONS_IN_WORDS}.`,
  });
}

/** The dataset files of a folder by name; hidden files, subfolders and files of other kinds are left alone. */
async function partsOfFolder(folder: string, options: SourceOptions): Promise<Part[]> {
  const names = (await readdir(folder)).filter((name) => !name.startsWith(".") && encodingOf(name) !== null).sort();
  const parts: Part[] = [];
  for (const name of names) {
    const path = join(folder, name);
    const { kind, stats } = await lookAt(path);
    if (kind === "file") parts.push(partOf(fileSource(path, stats), options));
  }
  if (parts.length > 0) return parts;
  throw new BenchError("dataset", `the folder ${folder} holds no dataset file`, {
    hint: `Dataset files end in ${EXTENSIONS_IN_WORDS}; subfolders are not searched.`,
  });
}
