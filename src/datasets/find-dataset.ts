import { readdir } from "node:fs/promises";
import { join } from "node:path";
import type { Dataset } from "../core/dataset.ts";
import { BenchError } from "../core/errors.ts";
import { encodingOf, EXTENSIONS_IN_WORDS, stemOf, type DatasetFormat } from "./formats/format.ts";
import { locateDataset } from "./locate-dataset.ts";
import type { Part } from "./parts.ts";
import { fileSource, lookAt } from "./sources/file.ts";

/** What finding a dataset may need besides its name. */
export interface SourceOptions {
  /** Rules over what the file's name says. */
  readonly format?: DatasetFormat;
}

/** The files of a dataset, before they are read. */
export interface FoundDataset extends Pick<Dataset, "source" | "keepIn"> {
  /** For a dataset that states none. */
  readonly name: string;
  readonly parts: readonly Part[];
}

/** Finds what the user's word for a dataset stands for; throws `BenchError("dataset")`. */
export async function findDataset(nameOrPath: string, options: SourceOptions): Promise<FoundDataset> {
  const path = await locateDataset(nameOrPath);
  const { kind, stats } = await lookAt(path);
  const name = stemOf(path);
  if (kind === "folder") return { name, source: nameOrPath, parts: await partsOfFolder(path, options) };
  return { name, source: nameOrPath, parts: [partOf(fileSource(path, stats), options)] };
}

function partOf(source: Part["source"], { format }: SourceOptions): Part {
  const byName = encodingOf(source.name);
  if (format !== undefined) return { source, encoding: { format, gzip: source.name.toLowerCase().endsWith(".gz") } };
  if (byName !== null) return { source, encoding: byName };
  const extension = /\.[^./\\]*$/.exec(source.name)?.[0] ?? "";
  const what = extension === "" ? "has no extension" : `has the extension ${extension}, which is not known`;
  throw new BenchError("dataset", `${source.name} ${what}`, {
    hint: `Say what it is with --format, or name it so that it ends in ${EXTENSIONS_IN_WORDS}.`,
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
