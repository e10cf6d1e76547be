import { createHash } from "node:crypto";
import type { Dataset, TestCase } from "../core/dataset.ts";
import type { Problem } from "../documents/problem.ts";
import type { SourceDocument } from "../documents/source-document.ts";
import { datasetError } from "./dataset-error.ts";
import { caseOf, recordOf } from "./document-cases.ts";
import { checkDocument, readPart, wholeOf } from "./document.ts";
import { foreignCases } from "./foreign-cases.ts";
import { foreignDocument } from "./foreign-document.ts";
import { hasImageFiles, Images } from "./images.ts";
import { inMemory } from "./in-memory.ts";
import { namedFiles } from "./named-files.ts";
import type { Part } from "./part.ts";
import type { OnCase } from "./stream.ts";

/**
 * A dataset of one JSON or YAML document, read whole; `onCase` hears of each case and where it stands. Throws
 * `BenchError("dataset")` that tells all that is wrong.
 */
export async function documentDataset(
  part: Part,
  found: Pick<Dataset, "name" | "source"> & Lifetime,
  onCase?: OnCase,
): Promise<Dataset> {
  const bytes = await wholeOf(part);
  const document = await readPart(part, bytes);
  const files = await namedFiles(document, part);
  const hash = createHash("sha256").update(bytes);
  for (const one of files.bytes) hash.update(one);
  const sha256 = hash.digest("hex");
  const foreign = foreignDocument(document, part.foreign ?? {}, { files: files.files });
  if (foreign !== null) {
    const { reads, ...about } = foreign;
    return {
      ...(await foreignCases({ ...part, reads }, about, onCase)),
      name: found.name,
      version: sha256.slice(0, 12),
      sha256,
      source: found.source,
      ...lifetimeOf(found),
    };
  }
  const checked = checkDocument(document);
  if (!checked.ok) throw await datasetError(checked.problems);
  const file = checked.value;
  const cases = await withImageFiles(file.test_cases, document, part.source.folder);
  if (onCase !== undefined) cases.forEach((testCase, index) => onCase(testCase, recordOf(document, testCase, index)));
  return {
    name: file.name,
    version: file.version,
    description: file.description ?? null,
    defaults: file.defaults ?? {},
    sha256,
    ...lifetimeOf(found),
    source: found.source,
    cases: () => inMemory(cases),
  };
}

/** The cases with the images that they name as files; throws `BenchError("dataset")` where some cannot be read. */
export async function withImageFiles(
  cases: readonly TestCase[],
  document: SourceDocument,
  folder: string | null,
): Promise<readonly TestCase[]> {
  if (!cases.some(hasImageFiles)) return cases;
  const images = new Images(folder);
  const all: TestCase[] = [];
  const problems: Problem[] = [];
  for (const [index, testCase] of cases.entries()) {
    const read = hasImageFiles(testCase)
      ? await images.into(
          testCase,
          () => caseOf(document, testCase, index),
          (path) => `test_cases[${index}].${path}`,
        )
      : null;
    all.push(read?.testCase ?? testCase);
    problems.push(...(read?.problems ?? []));
  }
  if (problems.length > 0) throw await datasetError(problems);
  return all;
}

/** What is to be done with a dataset besides reading it. */
export type Lifetime = Pick<Dataset, "keepIn" | "keepRest" | "close">;

/** What a dataset has besides its content when it does not come from a file of the user's. */
export function lifetimeOf({ keepIn, keepRest, close }: Lifetime): Lifetime {
  return {
    ...(keepIn === undefined ? {} : { keepIn }),
    ...(keepRest === undefined ? {} : { keepRest }),
    ...(close === undefined ? {} : { close }),
  };
}
