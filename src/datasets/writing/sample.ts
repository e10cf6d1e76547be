import type { Dataset, TestCase } from "../../core/dataset.ts";
import { BenchError } from "../../core/errors.ts";
import { writtenJsonText } from "../../documents/written-json-text.ts";
import { seededRandom, type Random } from "../../core/random.ts";

/** How many cases to take, and which. */
export interface SampleOptions {
  readonly size: number;
  /** The same seed takes the same cases. */
  readonly seed: number;
  /** A field of the cases, such as `category` or `metadata.source`: each of its values keeps its share. */
  readonly stratify?: string;
}

/** How a sample is spread. */
export interface Stratum {
  /** Null for the cases without the field. */
  readonly value: string | null;
  readonly cases: number;
  readonly taken: number;
}

/** More values than this are no groups, and would not fit in memory. */
const MOST_STRATA = 100_000;

/**
 * A random sample of a dataset, in the dataset's order. Two passes, and memory for the groups only: the first counts,
 * the second takes each case with the chance (still wanted of its group) / (still to come of it), which makes every
 * sample of that size equally likely (Knuth, The Art of Computer Programming 3.4.2, algorithm S).
 * Throws `BenchError("dataset")` when there are too many groups, or when no case has the field.
 */
export async function sampled(
  dataset: Dataset,
  { size, seed, stratify }: SampleOptions,
): Promise<{ readonly dataset: Dataset; readonly strata: readonly Stratum[] }> {
  const groupOf = (testCase: TestCase): string => (stratify === undefined ? "" : groupIn(testCase, stratify));
  const counts = new Map<string, number>();
  for await (const testCase of dataset.cases()) {
    const group = groupOf(testCase);
    counts.set(group, (counts.get(group) ?? 0) + 1);
    if (counts.size > MOST_STRATA) {
      throw new BenchError("dataset", `${dataset.source}: ${stratify} has more than ${MOST_STRATA} values`, {
        hint: "--stratify wants a field that groups cases, such as category.",
      });
    }
  }
  if (stratify !== undefined && counts.size === 1 && counts.has(ABSENT)) {
    throw new BenchError("dataset", `no test case of ${dataset.source} has ${stratify}`, {
      hint: "--stratify takes a field such as category, metadata.source or variables.language.",
    });
  }
  const shares = allocated(counts, size);
  const strata = [...counts].map(([group, cases]) => ({
    value: group === ABSENT || stratify === undefined ? null : group.slice(1),
    cases,
    taken: shares.get(group) ?? 0,
  }));
  const taken = strata.reduce((sum, stratum) => sum + stratum.taken, 0);
  const version = `${dataset.version}+sample.${taken}.seed.${seed}`;
  return { strata, dataset: { ...dataset, version, cases: () => chosen(dataset, { groupOf, counts, shares, seed }) } };
}

const ABSENT = "absent";

/** A value as the name of its group, never that of the group without one. */
function groupIn(testCase: TestCase, field: string): string {
  let value: unknown = testCase;
  for (const step of field.split(".")) {
    const isInside = typeof value === "object" && value !== null && Object.hasOwn(value, step);
    value = isInside ? (value as Record<string, unknown>)[step] : undefined;
  }
  if (value === undefined || value === null) return ABSENT;
  return `=${typeof value === "string" ? value : writtenJsonText(value)}`;
}

/** Proportional shares that add up to the size: rounded down, then one more for the largest remainders. */
export function allocated(counts: ReadonlyMap<string, number>, size: number): Map<string, number> {
  let total = 0;
  for (const count of counts.values()) total += count;
  if (size >= total) return new Map(counts);
  const exact = [...counts].map(([group, count]) => ({ group, share: (count * size) / total }));
  const shares = new Map(exact.map(({ group, share }) => [group, Math.floor(share)]));
  let left = size;
  for (const share of shares.values()) left -= share;
  const byRemainder = exact.toSorted((a, b) => (b.share % 1) - (a.share % 1));
  for (const { group } of byRemainder.slice(0, left)) shares.set(group, (shares.get(group) ?? 0) + 1);
  return shares;
}

interface Choice {
  readonly groupOf: (testCase: TestCase) => string;
  readonly counts: ReadonlyMap<string, number>;
  readonly shares: ReadonlyMap<string, number>;
  readonly seed: number;
}

async function* chosen(
  dataset: Dataset,
  { groupOf, counts, shares, seed }: Choice,
): AsyncGenerator<TestCase, void, undefined> {
  const groups = new Map<string, { toCome: number; wanted: number; random: Random }>();
  for (const [group, toCome] of counts) {
    groups.set(group, { toCome, wanted: shares.get(group) ?? 0, random: seededRandom(`${seed} ${group}`) });
  }
  for await (const testCase of dataset.cases()) {
    const group = groups.get(groupOf(testCase));
    if (group === undefined) continue;
    const isTaken = group.random() * group.toCome < group.wanted;
    group.toCome -= 1;
    if (!isTaken) continue;
    group.wanted -= 1;
    yield testCase;
  }
}
