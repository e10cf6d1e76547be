import { createHash } from "node:crypto";
import { resolve } from "node:path";
import type { Dataset } from "../core/dataset.ts";
import { messageOf } from "../core/errors.ts";
import { writtenJson } from "../documents/json-numbers.ts";
import { writtenJsonText } from "../documents/written-json-text.ts";
import { documentWithoutText } from "../documents/source-document.ts";
import { datasetError } from "./dataset-error.ts";
import { ownDataset } from "./own-dataset.ts";
import type { ByteSource } from "./sources/byte-source.ts";

/** What errors and `run.json` call a dataset that was never a file. */
const IN_MEMORY = "in memory";

/**
 * A dataset of what a program holds, in our own format. It is what its JSON says: a copy, in which undefined members are
 * left out. Images that it names as files are read from the working directory. Throws `BenchError("dataset")` that tells all that is wrong.
 */
export async function memoryDataset(init: unknown): Promise<Dataset> {
  let json: string;
  try {
    // Numbers that a loaded case has kept as a file wrote them stay so.
    json = JSON.stringify(init) === undefined ? "null" : writtenJsonText(init);
  } catch (error) {
    // A circle, or a bigint.
    throw await datasetError([problem(`this cannot be written as JSON: ${messageOf(error).split("\n", 1)[0]}`)]);
  }
  const sha256 = createHash("sha256").update(json).digest("hex");
  const value = writtenJson(json);
  const named =
    typeof value === "object" && value !== null && !Array.isArray(value) && !Object.hasOwn(value, "version")
      ? { ...value, version: sha256.slice(0, 12) }
      : value;
  const document = documentWithoutText(IN_MEMORY, named);
  const own = await ownDataset(document, { source: nowhere(resolve(".")), encoding: { format: "json", gzip: false } });
  return { ...own, sha256, source: IN_MEMORY };
}

/** A source without bytes, for the folder where paths start. */
const nowhere = (folder: string): ByteSource => ({
  name: IN_MEMORY,
  state: null,
  folder,
  async *read() {},
  path: () => Promise.reject(new Error("there is no such file")),
});

const problem = (message: string): Parameters<typeof datasetError>[0][number] => ({
  file: IN_MEMORY,
  position: null,
  path: "",
  message,
});
