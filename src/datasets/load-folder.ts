import { readdir } from "node:fs/promises";
import { join } from "node:path";
import type { Dataset } from "../core/dataset.ts";
import { BenchError, messageOf, systemCodeOf } from "../core/errors.ts";
import { encodingOf, EXTENSIONS_IN_WORDS } from "./formats/format.ts";
import { loadDataset } from "./load.ts";

/**
 * Every dataset of a folder, by file name; other files, hidden ones and subfolders are left alone.
 * Throws one `BenchError("dataset")` for all files that are no dataset, and when there is none at all.
 */
export async function loadDatasets(folder: string): Promise<Dataset[]> {
  const files = await datasetFiles(folder);
  if (files.length === 0) {
    throw new BenchError("dataset", `${folder} holds no dataset`, {
      hint: `Datasets end in ${EXTENSIONS_IN_WORDS}; subfolders are not searched.`,
    });
  }
  const datasets: Dataset[] = [];
  const errors: BenchError[] = [];
  for (const file of files) {
    try {
      datasets.push(await loadDataset(join(folder, file)));
    } catch (error) {
      if (!(error instanceof BenchError)) throw error;
      errors.push(error);
    }
  }
  const [first] = errors;
  if (first === undefined) return datasets;
  if (errors.length === 1) throw first;
  throw new BenchError("dataset", errors.map(({ message }) => message).join("\n"), {
    hint: `Correct these ${errors.length} files, or move what is no dataset to another folder.`,
  });
}

async function datasetFiles(folder: string): Promise<string[]> {
  try {
    const entries = await readdir(folder, { withFileTypes: true });
    return entries
      .filter((entry) => !entry.isDirectory() && !entry.name.startsWith("."))
      .map(({ name }) => name)
      .filter((name) => encodingOf(name) !== null)
      .sort();
  } catch (cause) {
    throw folderError(folder, cause);
  }
}

function folderError(folder: string, cause: unknown): BenchError {
  const [message, hint] =
    systemCodeOf(cause) === "ENOENT"
      ? [`the folder ${folder} does not exist`, "Check the path; relative paths start at the working directory."]
      : systemCodeOf(cause) === "ENOTDIR"
        ? [`${folder} is a file, not a folder`, "Dataset.load reads one file."]
        : [`the folder ${folder} cannot be read: ${messageOf(cause)}`, "Check the path and your right to read it."];
  return new BenchError("dataset", message, { hint, cause });
}
