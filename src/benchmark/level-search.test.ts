import { describe, expect, it } from "vitest";
import { exampleResult } from "../../test/support/example-results.ts";
import type { TestResult } from "../core/result.ts";
import { LevelSearch, type SearchOptions } from "./level-search.ts";

const options: SearchOptions = {
  slo: { ttft_ms: null, tpot_ms: null, duration_ms: 100, latency_from_intended_ms: null, goodput: 0.9 },
  upTo: 64,
  maxRequests: 20,
  durationMs: null,
  elapsedMs: () => 0,
};

/** What a server that is fast up to 5 in flight answers at a level. */
const answers = (level: number, count = 20): TestResult[] =>
  Array.from({ length: count }, () => exampleResult({ level, duration_ms: level > 5 ? 200 : 50 }));

/** Goes on with a search to its end, or until a level is answered only in part; returns what was journalled. */
function searched(search: LevelSearch, stopIn: number | null = null): TestResult[] {
  const results: TestResult[] = [];
  for (const { level } of search.stages()) {
    const all = answers(level ?? 0, level === stopIn ? 7 : 20);
    for (const result of all) search.add(result);
    results.push(...all);
    if (level === stopIn) return results;
  }
  return results;
}

const levelsOf = (results: readonly TestResult[]): number[] => [...new Set(results.map(({ level = 0 }) => level))];

describe("a search for the highest concurrency", () => {
  it("asks for the next level when the one before is answered", () => {
    const search = new LevelSearch(options, []);
    expect(levelsOf(searched(search))).toEqual([1, 2, 4, 8, 6, 5]);
    expect(search.goesOn).toBe(false);
  });

  it.each([1, 4, 8, 5])("goes on where it was stopped, in the midst of level %i", (level) => {
    const before = searched(new LevelSearch(options, []), level);
    const search = new LevelSearch(options, before);
    expect(search.goesOn).toBe(true);
    expect(search.stages().next().value).toMatchObject({ level, index: levelsOf(before).length - 1 });
    expect(levelsOf([...before, ...searched(search)])).toEqual([1, 2, 4, 8, 6, 5]);
  });

  it("gives a level a number of requests that grows with it, unless one or a time is given", () => {
    const free = new LevelSearch({ ...options, maxRequests: null }, []);
    expect([free.requestsAt(1), free.requestsAt(64)]).toEqual([100, 640]);
    const timed = new LevelSearch(
      { ...options, maxRequests: null, durationMs: 1000, elapsedMs: () => 980 },
      answers(1),
    );
    expect(timed.requestsAt(1)).toBe(Infinity);
    // Level 1 was ended by its time in an earlier segment.
    expect(timed.stages().next().value).toMatchObject({ level: 2 });
    const begun = new LevelSearch(
      { ...options, maxRequests: null, durationMs: 1000, elapsedMs: () => 400 },
      answers(1),
    );
    expect(begun.stages().next().value).toMatchObject({ level: 1, durationMs: 600 });
  });

  it("ends with a target that answers nothing any more", () => {
    expect([...new LevelSearch(options, []).stages()].map(({ level }) => level)).toEqual([1]);
  });
});
