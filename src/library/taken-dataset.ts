import { z } from "zod";
import { testCaseSchema, type Dataset, type TestCase } from "../core/dataset.ts";
import { BenchError, messageOf } from "../core/errors.ts";
import { requestParametersSchema } from "../core/request.ts";
import { problemsError } from "../documents/render-problems.ts";
import { checkSchema } from "../documents/schema-problems.ts";
import { documentWithoutText } from "../documents/source-document.ts";
import { checkOptions, hasMethod, notWanted } from "./check-call.ts";

const headSchema = z.object({
  name: z.string().min(1),
  version: z.string().min(1),
  description: z.string().nullable(),
  defaults: requestParametersSchema,
  // Without one it would count as a file whose rows are read again in each pass.
  sha256: z.string().min(1),
  source: z.string().min(1),
});

const MADE = new WeakSet<object>();

/** Notes that a dataset was made here, and so is checked already. */
export function made(dataset: Dataset): Dataset {
  MADE.add(dataset);
  return dataset;
}

/**
 * The dataset that `run` was given: one that was made here as it is, one of the caller's own making with each of its
 * cases checked as those of a file are. Throws `BenchError("usage")` for what is no dataset; a pass over its cases throws
 * `BenchError("dataset")` for a case that is none, for an id that is there already, and for what the caller's code throws.
 */
export function takenDataset(dataset: unknown): Dataset {
  if (!isDataset(dataset)) {
    const hint =
      typeof dataset === "string"
        ? `Load it first: await Dataset.load(${JSON.stringify(dataset)})`
        : "Make one of test cases in memory with Dataset.of({ name, test_cases }), or load one with Dataset.load.";
    throw notWanted("run's dataset", "a dataset", dataset, hint);
  }
  if (MADE.has(dataset)) return dataset;
  const { name, version, description, defaults, sha256, source } = dataset;
  checkOptions("run's dataset", headSchema, { name, version, description, defaults, sha256, source });
  let unique = false;
  return {
    ...dataset,
    async *cases() {
      const ids = unique || dataset.endless === true ? null : new Set<string>();
      yield* checkedCases(dataset, ids);
      unique = true;
    },
  };
}

const isDataset = (dataset: unknown): dataset is Dataset => hasMethod(dataset, "cases");

async function* checkedCases(dataset: Dataset, ids: Set<string> | null): AsyncGenerator<TestCase> {
  let index = 0;
  try {
    for await (const testCase of dataset.cases()) {
      yield checkedCase(testCase, index, ids);
      index += 1;
    }
  } catch (error) {
    if (error instanceof BenchError) throw error;
    throw new BenchError(
      "dataset",
      `case ${index} of the dataset ${dataset.name} cannot be read: ${messageOf(error)}`,
      {
        hint: "Its method cases() must give test cases, one after the other.",
        cause: error,
      },
    );
  }
}

function checkedCase(testCase: unknown, index: number, ids: Set<string> | null): TestCase {
  const place = `case ${index} of the dataset`;
  const checked = checkSchema<TestCase>(testCaseSchema, documentWithoutText(place, testCase));
  if (!checked.ok) throw problemsError("dataset", checked.problems, "docs/datasets.md says what a test case has.");
  const { id } = checked.value;
  if (ids?.has(id) === true) {
    throw new BenchError("dataset", `${place}: there is a case with the id ${JSON.stringify(id)} already`, {
      hint: "Results are kept by id: give each case its own.",
    });
  }
  ids?.add(id);
  return checked.value;
}
