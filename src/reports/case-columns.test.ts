import { describe, expect, it } from "vitest";
import { exampleManifest, exampleResult } from "../../test/support/example-results.ts";
import type { Manifest } from "../core/run.ts";
import { caseColumns, type CaseColumns } from "./case-columns.ts";

const plain = exampleManifest(["a", "b"]);

/** A manifest of a run whose load has these members. */
function loaded(load: object, plan: object = {}): Manifest {
  const [segment] = plain.segments;
  if (segment === undefined) throw new Error("no segment");
  return { ...plain, plan: { ...plain.plan, ...plan }, segments: [{ ...segment, load: { ...segment.load, ...load } }] };
}

function columnsOf(manifest: Manifest, samples: [target: string, test_id: string, sample: number][]): CaseColumns<"n"> {
  const { add, finish } = caseColumns(manifest, { n: ({ duration_ms }) => duration_ms ?? Number.NaN });
  for (const [i, [target, test_id, sample]] of samples.entries()) {
    add(exampleResult({ target, test_id, sample, duration_ms: i }));
  }
  return finish();
}

/** Which results of the two targets stand side by side: indexes of the samples, with the number of their case. */
const pairsIn = (columns: CaseColumns<"n">): number[][] =>
  Array.from({ length: columns.positions }, (_, i) => [
    columns.caseOf(i),
    columns.column("a", "n").at(i),
    columns.column("b", "n").at(i),
  ]);

describe("cases side by side", () => {
  it("stand at the same position for every target, sample by sample", () => {
    const columns = columnsOf(loaded({}, { repeat: 2 }), [
      ["a", "x", 0],
      ["a", "x", 1],
      ["b", "x", 1],
      ["b", "y", 0],
    ]);
    expect(pairsIn(columns)).toEqual([
      [0, 0, Number.NaN],
      [0, 1, 2],
      [1, Number.NaN, 3],
      [1, Number.NaN, Number.NaN],
    ]);
  });

  it("leave out samples that the run cannot have, however large their numbers", () => {
    const columns = columnsOf(loaded({}, { repeat: 2 }), [
      ["a", "x", 0],
      ["a", "x", 2],
      ["a", "y", 0],
      ["b", "y", Number.MAX_SAFE_INTEGER],
      ["b", "x", 0],
    ]);
    expect(pairsIn(columns)).toEqual([
      [0, 0, 4],
      [0, Number.NaN, Number.NaN],
      [1, 2, Number.NaN],
      [1, Number.NaN, Number.NaN],
    ]);
  });

  it("of a search, whose levels number the samples, keep each its place", () => {
    const columns = columnsOf(loaded({}, { search_up_to: 64 }), [
      ["a", "x", 0],
      ["a", "y", 0],
      ["a", "x", 1_000_000],
      ["b", "x", 1_000_000],
    ]);
    expect(pairsIn(columns)).toEqual([
      [0, 0, Number.NaN],
      [1, 1, Number.NaN],
      [0, 2, 3],
    ]);
  });

  it.each([{ duration_ms: 5 }, { max_requests: 5 }])(
    "do so where nobody knew how many samples there would be: %j",
    (load) => {
      const columns = columnsOf(loaded(load), [
        ["a", "x", 0],
        ["a", "y", 0],
        ["a", "x", 1],
        ["b", "y", 0],
        ["b", "x", 1],
        ["a", "x", 7],
      ]);
      expect(pairsIn(columns)).toEqual([
        [0, 0, Number.NaN],
        [1, 1, 3],
        [0, 2, 4],
        [0, 5, Number.NaN],
      ]);
    },
  );

  it("have a place for each level of a sweep", () => {
    const columns = columnsOf(loaded({}, { levels: [1, 2, 4] }), [
      ["a", "x", 2],
      ["a", "y", 0],
      ["b", "x", 2],
    ]);
    expect(pairsIn(columns)[2]).toEqual([0, 0, 2]);
    expect(pairsIn(columns)[3]).toEqual([1, 1, Number.NaN]);
  });
});
