import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { highestKept, nextLevel, type TriedLevel } from "./level-search.ts";

/** The path of a search against a server that is good up to a level. */
function searched(goodUpTo: number, most: number): TriedLevel[] {
  const path: TriedLevel[] = [];
  for (let level = nextLevel(path, most); level !== null; level = nextLevel(path, most)) {
    path.push({ level, kept: level <= goodUpTo });
    if (path.length > 100) throw new Error("it does not end");
  }
  return path;
}

describe("the search for the highest good level", () => {
  it("doubles until a level fails, then halves the gap", () => {
    expect(searched(11, 1024).map(({ level }) => level)).toEqual([1, 2, 4, 8, 16, 12, 10, 11]);
    expect(highestKept(searched(11, 1024))).toBe(11);
  });

  it("ends at once when a single request is too much, and at the most that it may try", () => {
    expect(searched(0, 1024)).toEqual([{ level: 1, kept: false }]);
    expect(highestKept(searched(0, 1024))).toBeNull();
    expect(searched(5000, 100).map(({ level }) => level)).toEqual([1, 2, 4, 8, 16, 32, 64, 100]);
    expect(searched(5000, 1).map(({ level }) => level)).toEqual([1]);
  });

  it("finds the level to within 5 %, tries none twice, and takes few steps", () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 5000 }), fc.integer({ min: 1, max: 4096 }), (goodUpTo, most) => {
        const path = searched(goodUpTo, most);
        const found = highestKept(path) ?? 0;
        const best = Math.min(goodUpTo, most);
        expect(found).toBeLessThanOrEqual(best);
        expect(best - found).toBeLessThanOrEqual(found * 0.05);
        expect(new Set(path.map(({ level }) => level)).size).toBe(path.length);
        expect(path.length).toBeLessThan(30);
      }),
    );
  });

  it("is not led astray by a level that fails below one that was good", () => {
    const path = [
      { level: 1, kept: true },
      { level: 2, kept: false },
      { level: 4, kept: true },
    ];
    expect(highestKept(path)).toBe(1);
    expect(nextLevel(path, 8)).toBeNull();
  });
});
