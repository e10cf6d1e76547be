import { BenchError } from "../core/errors.ts";
import type { TestResult } from "../core/result.ts";
import type { ResultsHead } from "../reports/json.ts";

/** A set of results, as far as merging needs it. */
interface Part extends ResultsHead {
  readonly results: Iterable<TestResult>;
}

const MUST_AGREE = ["dataset_name", "target", "provider_name", "model"] as const;

/**
 * What parts of one whole are together, independent of how it was cut and of the order of the parts. Parts with the same
 * `timestamp` are of one run and keep their segments; the segments of a run that began later follow those of earlier
 * ones, since instants are counted from a run's own start. Throws `BenchError("usage")` when the parts do not belong
 * together.
 */
export function mergedParts(parts: readonly Part[]): { head: ResultsHead; results: TestResult[] } {
  const [first] = parts;
  if (first === undefined) {
    throw new BenchError("usage", "there are no results to merge", { hint: "Give at least one BenchmarkResults." });
  }
  for (const part of parts) requireAgreement(first, part);
  const results: TestResult[] = [];
  const runs = [...new Set(parts.map(({ timestamp }) => timestamp))].sort();
  let offset = 0;
  for (const run of runs) {
    let next = offset;
    for (const part of parts) {
      if (part.timestamp !== run) continue;
      for (const result of part.results) {
        const segment = offset + result.segment;
        results.push(segment === result.segment ? result : { ...result, segment });
        next = Math.max(next, segment + 1);
      }
    }
    offset = next;
  }
  const { dataset_name, provider_name, target, model } = first;
  const total_tests = Math.max(results.length, ...parts.map((part) => part.total_tests));
  const head = { dataset_name, provider_name, target, model, total_tests, timestamp: runs[0] ?? first.timestamp };
  return { head, results: results.sort(byEnd) };
}

function requireAgreement(first: Part, part: Part): void {
  const member = MUST_AGREE.find((name) => first[name] !== part[name]);
  if (member === undefined) return;
  throw new BenchError(
    "usage",
    `results of different benchmarks cannot be merged: ${member} is ${first[member]} in one, ${part[member]} in another`,
    { hint: "Merge parts of one dataset against one target; to compare targets, keep them apart." },
  );
}

/** In the order in which cases ended; those never sent come last in their segment. */
function byEnd(a: TestResult, b: TestResult): number {
  return (
    a.segment - b.segment ||
    compare(a.timing.done_at_ms ?? Infinity, b.timing.done_at_ms ?? Infinity) ||
    compare(a.test_id, b.test_id) ||
    a.sample - b.sample
  );
}

function compare<T extends string | number>(a: T, b: T): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
