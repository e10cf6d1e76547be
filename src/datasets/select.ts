import type { Dataset, TestCase } from "../core/dataset.ts";
import { BenchError } from "../core/errors.ts";
import { nearMiss } from "../documents/suggest.ts";

/** Which cases of a dataset a run takes; null for all. */
export interface Selection {
  readonly category: string | null;
  readonly limit: number | null;
}

const LISTED_CATEGORIES = 20;
/** A column of texts that are all different must not fill the memory. */
const KNOWN_CATEGORIES = 10_000;

/**
 * The first `limit` cases of a category, in file order; each iteration is a pass of its own.
 * Rejects with `BenchError("usage")` when no case has the category; of a dataset that is read while it is used the end
 * of a pass throws `BenchError("dataset")` then.
 */
export async function selectCases(
  dataset: Pick<Dataset, "cases"> & Partial<Pick<Dataset, "sha256">>,
  { category, limit }: Selection,
): Promise<AsyncIterable<TestCase>> {
  // Looking for a category in what is read while it is used could take longer than the user waits.
  if (category !== null && dataset.sha256 !== null) await requireCategory(dataset.cases(), category);
  return {
    async *[Symbol.asyncIterator]() {
      if (limit === 0) return;
      let taken = 0;
      const others = new Set<string>();
      for await (const testCase of dataset.cases()) {
        if (category !== null && testCase.category !== category) {
          if (testCase.category !== undefined && others.size < KNOWN_CATEGORIES) others.add(testCase.category);
          continue;
        }
        yield testCase;
        taken += 1;
        // Before the next is asked for: in a stream that may be long in coming.
        if (taken === limit) return;
      }
      if (category !== null && taken === 0) throw noCategory("dataset", category, others);
    },
  };
}

async function requireCategory(cases: AsyncIterable<TestCase>, wanted: string): Promise<void> {
  const categories = new Set<string>();
  for await (const { category } of cases) {
    if (category === wanted) return;
    if (category !== undefined) categories.add(category);
  }
  throw noCategory("usage", wanted, categories);
}

function noCategory(code: "usage" | "dataset", wanted: string, categories: ReadonlySet<string>): BenchError {
  const message = `no test case has the category "${wanted}"`;
  if (categories.size === 0) {
    return new BenchError(code, message, { hint: "This dataset has no categories: leave --category out." });
  }
  const meant = nearMiss(wanted, categories);
  const listed = [...categories].slice(0, LISTED_CATEGORIES);
  const rest = categories.size - listed.length;
  const list = `The dataset has: ${listed.join(", ")}${rest > 0 ? ` and ${rest} more` : ""}.`;
  return new BenchError(code, message, { hint: meant === null ? list : `Did you mean "${meant}"? ${list}` });
}
