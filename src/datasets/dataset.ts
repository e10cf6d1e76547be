import type { Dataset as LoadedDataset } from "../core/dataset.ts";
import { loadDataset } from "./load.ts";
import { loadDatasets } from "./load-folder.ts";

/** A dataset that was read and found valid. Its test cases come as a stream: `for await (const testCase of dataset.cases())`. */
export type Dataset = LoadedDataset;

/**
 * Loads datasets.
 *
 * @example
 * const dataset = await Dataset.load("coding-tasks");
 * for await (const { id, prompt } of dataset.cases()) console.log(id, prompt);
 */
export const Dataset = {
  /**
   * Reads a dataset by path, address or built-in name, as `--dataset` does. Throws `BenchError("dataset")` that tells
   * everything wrong with it, each with file, line and column. One of 64 MB or more is checked while it is used: then a
   * pass over its cases throws.
   *
   * @example
   * const dataset = await Dataset.load("./datasets/coding-tasks.json");
   * console.log(dataset.name, dataset.version);
   */
  load: (nameOrPath: string): Promise<Dataset> => loadDataset(nameOrPath),

  /**
   * Reads every dataset of a folder, in the order of the files' names. Other files, hidden ones and subfolders are left
   * alone. Throws `BenchError("dataset")` when there is no dataset, and for all files together that are none.
   *
   * @example
   * for (const { name, description } of await Dataset.loadDir("./datasets")) console.log(name, description);
   */
  loadDir: (folder: string): Promise<Dataset[]> => loadDatasets(folder),
};
