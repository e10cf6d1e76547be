import { createHash } from "node:crypto";
import { resolve } from "node:path";
import type { Dataset } from "../core/dataset.ts";
import { messageOf } from "../core/errors.ts";
import { documentWithoutText } from "../documents/source-document.ts";
import { datasetError } from "./dataset-error.ts";
import { checkDocument } from "./document.ts";
import { withImageFiles } from "./document-dataset.ts";
import { inMemory } from "./in-memory.ts";

/** What errors and `run.json` call a dataset that was never a file. */
const IN_MEMORY = "in memory";

/**
 * A dataset of what a program holds, in our own format. It is what its JSON says: a copy, in which undefined members are
 * left out. Images that it names as files are read from the working directory. Throws `BenchError("dataset")` that tells all that is wrong.
 */
export async function memoryDataset(init: unknown): Promise<Dataset> {
  let json: string;
  try {
    json = JSON.stringify(init) ?? "null";
  } catch (error) {
    // A circle, or a bigint.
    throw await datasetError([problem(`this cannot be written as JSON: ${messageOf(error).split("\n", 1)[0]}`)]);
  }
  const sha256 = createHash("sha256").update(json).digest("hex");
  const value: unknown = JSON.parse(json);
  const named =
    typeof value === "object" && value !== null && !Array.isArray(value) && !Object.hasOwn(value, "version")
      ? { ...value, version: sha256.slice(0, 12) }
      : value;
  const document = documentWithoutText(IN_MEMORY, named);
  const checked = checkDocument(document);
  if (!checked.ok) throw await datasetError(checked.problems);
  const { name, version, description = null, defaults = {} } = checked.value;
  const cases = await withImageFiles(checked.value.test_cases, document, resolve("."));
  return { name, version, description, defaults, sha256, source: IN_MEMORY, cases: () => inMemory(cases) };
}

const problem = (message: string): Parameters<typeof datasetError>[0][number] => ({
  file: IN_MEMORY,
  position: null,
  path: "",
  message,
});
