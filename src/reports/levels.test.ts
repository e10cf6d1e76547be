import { describe, expect, it } from "vitest";
import { exampleFailure, exampleManifest, exampleResponse, exampleResult } from "../../test/support/example-results.ts";
import type { TestResult } from "../core/result.ts";
import type { Load } from "../core/run.ts";
import { collected } from "./collector.ts";
import { summarizeLevels as levelsWith } from "./levels.ts";
import { levelSections } from "./levels-view.ts";
import { openLoopNotes } from "./open-loop-text.ts";
import { summarize } from "./summarize.ts";
import { renderText } from "./view.ts";

const levelsOnly = (p95LimitMs: number | null): ReturnType<typeof levelsWith> =>
  levelsWith({ p95LimitMs, slo: null, searchUpTo: null });

/** `count` results of a level, in which each slot sends one after the other, `ms` each. */
function level(slots: number, ms: number, count: number): TestResult[] {
  return Array.from({ length: count }, (_, i) => {
    const sent = Math.floor(i / slots) * ms;
    const timing = { ...exampleResult().timing, first_sent_at_ms: sent, sent_at_ms: sent, done_at_ms: sent + ms };
    return exampleResult({ test_id: `t${i}`, level: slots, duration_ms: ms, timing });
  });
}

describe("a sweep", () => {
  const results = [...level(4, 200, 40), ...level(1, 100, 40), ...level(2, 100, 40)];
  const summary = collected(() => results, levelsOnly(150));

  it("has a summary for each level, upward, over the level's own time", () => {
    expect(summary?.levels.map((of) => [of.level, of.succeeded, of.wall_ms, of.requests_per_second])).toEqual([
      [1, 40, 4000, 10],
      [2, 40, 2000, 20],
      [4, 40, 2000, 20],
    ]);
    expect(summary?.levels[0]?.output_tokens_per_second).toBe(80);
  });

  it("knows no tokens a second where no answer says how many it has", () => {
    const response = exampleResponse({ usage: null });
    const uncounted = level(1, 100, 3).map((result) => Object.assign(result, { response }));
    const only = collected(() => uncounted, levelsOnly(null))?.levels[0];
    expect([only?.requests_per_second, only?.output_tokens_per_second]).toEqual([10, null]);
  });

  it("names its knee, and the last level within the limit", () => {
    expect(summary?.knee).toEqual({ level: 2, at_end: false, within_p95_limit: 2, p95_limit_ms: 150 });
    const rising = collected(() => [...level(1, 100, 40), ...level(2, 100, 40)], levelsOnly(null));
    expect(rising?.knee).toEqual({ level: 2, at_end: true, within_p95_limit: null, p95_limit_ms: null });
  });

  it("that fails faster and faster has no knee there", () => {
    const failing = level(8, 1, 40).map(({ test_id, timing }) => exampleFailure({ test_id, level: 8, timing }));
    const withFailures = collected(() => [...level(1, 100, 40), ...level(2, 100, 40), ...failing], levelsOnly(null));
    expect(withFailures?.knee.level).toBe(2);
    expect(withFailures?.levels[2]).toMatchObject({ level: 8, requests_per_second: 0, output_tokens_per_second: 0 });
    expect(collected(() => failing, levelsOnly(9))?.knee).toMatchObject({ level: null, within_p95_limit: null });
  });

  it("says of one level alone, as of a sweep that was interrupted, that its knee is unknown", () => {
    const text = (of: readonly number[]): string => {
      const told = of.flatMap((slots) => level(slots, 100, 40));
      return renderText(levelSections({ summaries: collected(() => told, summarize(exampleManifest())) }), {
        width: 80,
      });
    };
    expect(text([1])).toContain("knee: unknown; only one level has results");
    expect(text([1, 2])).toContain("knee: not reached; throughput still grows at 2 in flight");
  });

  it("is shown as a table that fits 80 columns", () => {
    const summaries = collected(() => results, summarize(exampleManifest()));
    const text = renderText(levelSections({ summaries }), { width: 80 });
    expect(text).toContain("knee: 2 in flight");
    expect(Math.max(...text.split("\n").map((line) => line.length))).toBeLessThanOrEqual(80);
    expect(levelSections({ summaries: collected(() => [exampleResult()], summarize(exampleManifest())) })).toEqual([]);
  });
});

it("an open loop says what its times are, and what was held back", () => {
  const manifest = exampleManifest();
  const [segment] = manifest.segments;
  if (segment === undefined) throw new Error("no segment");
  const load: Load = { ...segment.load, rate: 50, arrival: "poisson", max_in_flight: 3 };
  const open = { ...manifest, segments: [{ ...segment, load }] };
  const [target] = open.plan.targets;
  const held = exampleResult({ target: target?.target ?? "", timing: { ...exampleResult().timing, slot_wait_ms: 5 } });
  const summaries = collected(() => [held, { ...held, test_id: "t2" }], summarize(open));
  expect(summaries.get(held.target)?.held_back).toBe(2);
  const texts = openLoopNotes(open, summaries).map(({ text }) => text);
  expect(texts[0]).toContain("50.0 requests/s for each target, Poisson arrivals");
  expect(texts[1]).toContain("2 of 2 requests were held back by --max-in-flight 3");
  expect(collected(() => [held], summarize(manifest)).get(held.target)).not.toHaveProperty("held_back");
});
