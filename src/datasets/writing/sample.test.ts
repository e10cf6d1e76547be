import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Dataset, TestCase } from "../../core/dataset.ts";
import { inMemory } from "../in-memory.ts";
import { allocated, sampled, type SampleOptions } from "./sample.ts";

const datasetOf = (all: readonly TestCase[]): Dataset => ({
  name: "any",
  version: "1",
  description: null,
  defaults: {},
  sha256: null,
  source: "any",
  cases: () => inMemory(all),
});
const numbered = (count: number): TestCase[] =>
  Array.from({ length: count }, (_, i) => ({ id: String(i), prompt: "p", category: i % 4 === 0 ? "rare" : "usual" }));

async function idsOf(all: readonly TestCase[], options: SampleOptions): Promise<string[]> {
  const { dataset } = await sampled(datasetOf(all), options);
  const ids: string[] = [];
  for await (const { id } of dataset.cases()) ids.push(id);
  return ids;
}

describe("a sample", () => {
  it("is the same for the same seed, another for another, in the dataset's order", async () => {
    const one = await idsOf(numbered(100), { size: 20, seed: 1 });
    expect(one).toHaveLength(20);
    expect(await idsOf(numbered(100), { size: 20, seed: 1 })).toEqual(one);
    expect(await idsOf(numbered(100), { size: 20, seed: 2 })).not.toEqual(one);
    expect(one.toSorted((a, b) => Number(a) - Number(b))).toEqual(one);
  });

  it("keeps the share of each group", async () => {
    const { strata, dataset } = await sampled(datasetOf(numbered(100)), { size: 20, seed: 1, stratify: "category" });
    expect(strata).toEqual([
      { value: "rare", cases: 25, taken: 5 },
      { value: "usual", cases: 75, taken: 15 },
    ]);
    const counts: Record<string, number> = {};
    for await (const { category = "" } of dataset.cases()) counts[category] = (counts[category] ?? 0) + 1;
    expect(counts).toEqual({ rare: 5, usual: 15 });
    expect(dataset.version).toBe("1+sample.20.seed.1");
  });

  it("takes each case equally often over many seeds", async () => {
    const taken = new Map<string, number>();
    for (let seed = 0; seed < 2000; seed += 1) {
      for (const id of await idsOf(numbered(10), { size: 3, seed })) taken.set(id, (taken.get(id) ?? 0) + 1);
    }
    // 600 expected, standard deviation 20.5: five of them on either side.
    for (const count of taken.values()) expect(Math.abs(count - 600)).toBeLessThan(103);
  });

  it("is everything when more is asked for than there is", async () => {
    expect(await idsOf(numbered(5), { size: 50, seed: 1 })).toHaveLength(5);
  });

  it("refuses a field that no case has", async () => {
    await expect(idsOf(numbered(5), { size: 2, seed: 1, stratify: "metadata.x" })).rejects.toThrow(
      "no test case of any has metadata.x",
    );
  });
});

describe("proportional shares", () => {
  it("add up to the size, and each is its exact share rounded up or down", () => {
    const counts = fc.dictionary(fc.string(), fc.integer({ min: 1, max: 1000 }), { minKeys: 1, maxKeys: 20 });
    fc.assert(
      fc.property(counts, fc.integer({ min: 1, max: 5000 }), (byGroup, size) => {
        const groups = new Map(Object.entries(byGroup));
        const total = [...groups.values()].reduce((sum, count) => sum + count, 0);
        const shares = allocated(groups, size);
        expect([...shares.values()].reduce((sum, count) => sum + count, 0)).toBe(Math.min(size, total));
        for (const [group, count] of groups) {
          const share = shares.get(group) ?? 0;
          expect(share).toBeLessThanOrEqual(count);
          expect(Math.abs(share - (count * Math.min(size, total)) / total)).toBeLessThan(1);
        }
      }),
    );
  });
});
