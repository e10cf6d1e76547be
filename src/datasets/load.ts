import { createHash } from "node:crypto";
import { datasetFileSchema } from "../core/dataset.ts";
import type { Dataset, DatasetFile, TestCase } from "../core/dataset.ts";
import type { BenchError } from "../core/errors.ts";
import type { Problem } from "../documents/problem.ts";
import { readDocument } from "../documents/read-document.ts";
import { readNamedFile } from "../documents/read-file.ts";
import type { ReadFile } from "../documents/read-file.ts";
import { checkSchema } from "../documents/schema-problems.ts";
import { caseProblems } from "./check-cases.ts";
import { locateDataset } from "./locate-dataset.ts";

/**
 * Reads and checks a whole dataset: a path to a `.json`, `.yaml` or `.yml` file, or the bare name of a built-in one.
 * Throws one `BenchError("dataset")` that tells everything that is wrong with it.
 */
export async function loadDataset(nameOrPath: string, readFile?: ReadFile): Promise<Dataset> {
  const path = await locateDataset(nameOrPath);
  const bytes = await readNamedFile(path, "dataset", readFile);
  const file = await checkedFile(path, bytes);
  return {
    name: file.name,
    version: file.version,
    description: file.description ?? null,
    defaults: file.defaults ?? {},
    sha256: createHash("sha256").update(bytes).digest("hex"),
    source: nameOrPath,
    cases: () => inMemory(file.test_cases),
  };
}

/** Cases that are all there, as a pass of their own. */
async function* inMemory(cases: readonly TestCase[]): AsyncGenerator<TestCase> {
  yield* cases;
}

async function checkedFile(path: string, bytes: Uint8Array): Promise<DatasetFile> {
  const read = await readDocument(path, bytes);
  if (!read.ok) throw await datasetError(read.problems);
  const checked = checkSchema(datasetFileSchema, read.document);
  const problems = [...(checked.ok ? [] : checked.problems), ...caseProblems(read.document)];
  if (checked.ok && problems.length === 0) return checked.value;
  throw await datasetError(problems);
}

async function datasetError(problems: readonly Problem[]): Promise<BenchError> {
  // Imported here for its cost: measuring the width of text takes 40 ms to load.
  const { problemsError } = await import("../documents/render-problems.ts");
  const hint =
    problems.length === 1
      ? "Correct the file and run the command again."
      : "Correct them and run the command again: these are all.";
  return problemsError("dataset", problems, hint);
}
