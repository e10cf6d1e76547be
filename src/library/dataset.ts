import { z } from "zod";
import type { Dataset as LoadedDataset, DatasetFile } from "../core/dataset.ts";
import { foreignSchema, type Foreign } from "../core/dataset.ts";
import { DATASET_FORMATS, type DatasetFormat } from "../core/dataset-format.ts";
import { loadDataset } from "../datasets/load.ts";
import { loadDatasets } from "../datasets/load-folder.ts";
import { memoryDataset } from "../datasets/memory-dataset.ts";
import { checkOptions, notWanted } from "./check-call.ts";
import { answering, answeringEach } from "./option-words.ts";
import { made } from "./taken-dataset.ts";

/** A dataset that was read and found valid. Its test cases come as a stream: `for await (const testCase of dataset.cases())`. */
export type Dataset = LoadedDataset;

/** How a dataset is to be read; most files say it themselves. */
export interface DatasetLoadOptions extends Foreign {
  /** Rules over what the file's name says. */
  readonly format?: DatasetFormat;
  /** Checks the whole dataset before it is used, however large it is. */
  readonly validateFirst?: boolean;
  /** How many invalid records may be left out; more are an error. None unless given. */
  readonly skipInvalid?: number;
}

/** A dataset as a program holds it: what a file in our own format says, with `version` left out where there is none. */
export interface DatasetInit extends Omit<DatasetFile, "version" | "$schema" | "schema_version"> {
  /** The first twelve digits of the content's hash unless given. */
  readonly version?: string;
}

const loadOptionsSchema = z.strictObject({
  ...foreignSchema.shape,
  format: z.enum(DATASET_FORMATS).optional(),
  validateFirst: z.boolean().optional(),
  skipInvalid: z.int().nonnegative().optional(),
});

/**
 * Loads datasets, or makes them of test cases in memory.
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
  load: (nameOrPath: string, options: DatasetLoadOptions = {}): Promise<Dataset> =>
    answering(async () => {
      requireText("Dataset.load", "the path or name of a dataset", nameOrPath);
      checkOptions("Dataset.load's options", loadOptionsSchema, options);
      const dataset = await loadDataset(nameOrPath, options);
      // Only one that is checked while it is used can still fail.
      return made(dataset.sha256 === null ? { ...dataset, cases: () => answeringEach(dataset.cases()) } : dataset);
    }),

  /**
   * Reads every dataset of a folder, in the order of the files' names. Other files, hidden ones and subfolders are left
   * alone. Throws `BenchError("dataset")` when there is no dataset, and for all files together that are none.
   *
   * @example
   * for (const { name, description } of await Dataset.loadDir("./datasets")) console.log(name, description);
   */
  loadDir: (folder: string): Promise<Dataset[]> =>
    answering(async () => {
      requireText("Dataset.loadDir", "the path of a folder", folder);
      return (await loadDatasets(folder)).map(made);
    }),

  /**
   * Makes a dataset of test cases in memory, checked as a file is; later changes to the objects do not reach it. Its hash
   * is that of its content, so a run of it can be resumed with the same cases. Throws `BenchError("dataset")` that tells
   * everything wrong with it.
   *
   * @example
   * const dataset = await Dataset.of({
   *   name: "capitals",
   *   test_cases: ["France", "Japan"].map((country) => ({ id: country, prompt: `What is the capital of ${country}?` })),
   * });
   */
  of: (init: DatasetInit): Promise<Dataset> => answering(async () => made(await memoryDataset(init))),
};

function requireText(call: string, wanted: string, value: unknown): void {
  if (typeof value !== "string" || value === "") throw notWanted(call, wanted, value);
}
