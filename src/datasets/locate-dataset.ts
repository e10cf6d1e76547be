import { access, readdir } from "node:fs/promises";
import { extname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { BenchError } from "../core/errors.ts";
import { DOCUMENT_EXTENSIONS } from "../documents/read-document.ts";
import { EXTENSIONS } from "./formats/format.ts";
import { nearMiss } from "../documents/suggest.ts";

/** The package's own datasets; the same two steps up from `src/datasets/` and from `dist/datasets/`. */
const BUILT_IN_FOLDER = fileURLToPath(new URL("../../datasets/", import.meta.url));

/** A dataset that comes with the package. */
export interface BuiltInDataset {
  readonly name: string;
  readonly path: string;
}

/** The datasets that come with the package, by name. */
export async function builtInDatasets(): Promise<BuiltInDataset[]> {
  const files = await readdir(BUILT_IN_FOLDER);
  return files
    .filter((file) => DOCUMENT_EXTENSIONS.includes(extname(file)))
    .toSorted()
    .map((file) => ({ name: file.replace(/\.\w+$/, ""), path: join(BUILT_IN_FOLDER, file) }));
}

/**
 * The file that the user's word for a dataset stands for: a path, or the bare name of a built-in dataset;
 * a path that exists wins. Throws `BenchError("dataset")` for a bare name that is neither.
 */
export async function locateDataset(nameOrPath: string): Promise<string> {
  const isBareName = /^[\w-]+$/.test(nameOrPath);
  if (!isBareName || (await exists(nameOrPath))) return nameOrPath;
  const builtIn = await builtInDatasets();
  const named = builtIn.find(({ name }) => name === nameOrPath);
  if (named !== undefined) return named.path;
  const names = builtIn.map(({ name }) => name);
  const beside = EXTENSIONS.map((ending) => nameOrPath + ending);
  const present = await Promise.all(beside.map(exists));
  const meant = beside.find((_, index) => present[index]) ?? nearMiss(nameOrPath, names);
  const list = `Built-in datasets: ${names.join(", ")}; anything else is a path or an address.`;
  throw new BenchError("dataset", `there is no file and no built-in dataset called ${nameOrPath}`, {
    hint: meant === null ? list : `Did you mean ${meant}? ${list}`,
  });
}

async function exists(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  );
}
