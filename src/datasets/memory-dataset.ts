import { createHash } from "node:crypto";
import { resolve } from "node:path";
import type { Dataset } from "../core/dataset.ts";
import { messageOf } from "../core/errors.ts";
import { writtenJson } from "../documents/json-numbers.ts";
import { writtenJsonText } from "../documents/written-json-text.ts";
import { unfitForJson } from "../documents/json-fitness.ts";
import { documentWithoutText, pathText } from "../documents/source-document.ts";
import { describeValue } from "../documents/words.ts";
import type { Problem } from "../documents/problem.ts";
import { datasetError } from "./dataset-error.ts";
import { ownDataset } from "./own-dataset.ts";
import type { ByteSource } from "./sources/byte-source.ts";

/** What `run.json` calls a dataset that was never a file. */
const IN_MEMORY = "in memory";
/** What errors call it. */
const SHOWN = `the dataset ${IN_MEMORY}`;

/**
 * A dataset of what a program holds, in our own format. It is what its JSON says: a copy, in which undefined members are
 * left out. Images that it names as files are read from the working directory. Throws `BenchError("dataset")` that tells all that is wrong.
 */
export async function memoryDataset(init: unknown): Promise<Dataset> {
  if (typeof init !== "object" || init === null || Array.isArray(init) || "then" in init) {
    throw await datasetError([problem(`expected an object, found ${foundIn(init)}`, "", SHAPE)]);
  }
  const unfit = unfitForJson(init);
  if (unfit.length > 0) {
    throw await datasetError(unfit.map(({ path, message }) => problem(message, pathText(path))));
  }
  let json: string;
  try {
    // Numbers that a loaded case has kept as a file wrote them stay so.
    json = JSON.stringify(init) === undefined ? "null" : writtenJsonText(init);
  } catch (error) {
    // A `toJSON` that throws, or text beyond what a string can hold.
    throw await datasetError([problem(`this cannot be written as JSON: ${messageOf(error).split("\n", 1)[0]}`)]);
  }
  const sha256 = createHash("sha256").update(json).digest("hex");
  const value = writtenJson(json);
  const named =
    typeof value === "object" && value !== null && !Object.hasOwn(value, "version")
      ? { ...value, version: sha256.slice(0, 12) }
      : value;
  const document = documentWithoutText(SHOWN, named);
  const own = await ownDataset(document, { source: nowhere(resolve(".")), encoding: { format: "json", gzip: false } });
  return { ...own, sha256, source: IN_MEMORY };
}

/** A source without bytes, for the folder where paths start. */
const nowhere = (folder: string): ByteSource => ({
  name: SHOWN,
  state: null,
  folder,
  async *read() {},
  path: () => Promise.reject(new Error("there is no such file")),
});

const SHAPE = 'Give an object such as { name: "mine", test_cases: [{ id: "greeting", prompt: "Say hello" }] }.';

const foundIn = (init: unknown): string =>
  typeof init === "object" && init !== null && "then" in init ? "a promise of it: await it first" : describeValue(init);

const problem = (message: string, path = "", hint?: string): Problem => ({
  file: SHOWN,
  position: null,
  path,
  message,
  ...(hint === undefined ? {} : { hint }),
});
