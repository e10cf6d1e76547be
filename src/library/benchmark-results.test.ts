import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { afterEach, beforeEach, expect, test } from "vitest";
import { exampleFailure, exampleManifest, exampleResult, exampleSkipped } from "../../test/support/example-results.ts";
import { fakeClock } from "../../test/support/fake-clock.ts";
import type { TestResult } from "../core/result.ts";
import { savedResultsSchema } from "../core/run.ts";
import { summarySchema } from "../core/summary.ts";
import { collected } from "../reports/collector.ts";
import { headOf, resultsJson } from "../reports/json.ts";
import { summarize } from "../reports/summarize.ts";
import { combineValidity } from "../reports/validity.ts";
import { BenchmarkResults, type BenchmarkResultsInit } from "./benchmark-results.ts";

let directory: string;
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), "results-"));
});
afterEach(() => rmSync(directory, { recursive: true, force: true }));

const about: BenchmarkResultsInit = {
  dataset_name: "mine",
  provider_name: "sim",
  target: "sim:fast",
  model: "fast",
  timestamp: "2026-01-01T00:00:00.000Z",
};

function resultsOf(list: readonly TestResult[], more: Partial<BenchmarkResultsInit> = {}): BenchmarkResults {
  const results = BenchmarkResults.create({ ...about, ...more });
  for (const result of list) results.addResult(result);
  return results;
}

/** Writes text to a file of the test's directory. */
function file(name: string, text: string | Uint8Array): string {
  const path = join(directory, name);
  writeFileSync(path, text);
  return path;
}

const refused = (message: RegExp, hint?: RegExp): unknown =>
  expect.objectContaining({
    code: "usage",
    message: expect.stringMatching(message),
    hint: expect.stringMatching(hint ?? /./),
  });

test("an empty set adds up to zeros and nulls, never NaN, and can be saved and read", async () => {
  const empty = resultsOf([]);
  expect(summarySchema.parse(empty.summary)).toMatchObject({ total: 0, success_rate: null, total_cost_usd: null });
  expect(JSON.stringify(empty)).not.toContain("NaN");
  await empty.saveJson(join(directory, "empty.json"));
  const loaded = await BenchmarkResults.loadJson(join(directory, "empty.json"));
  expect(loaded.toJSON()).toEqual(empty.toJSON());
});

test("its summary is the one that a run has for the same results, and follows what is added", () => {
  const list = [exampleResult(), exampleFailure({ test_id: "t2" }), exampleSkipped({ test_id: "t3" })];
  const manifest = exampleManifest(["sim:fast"]);
  const ofRun = collected(() => list, summarize(manifest)).get("sim:fast");
  const results = resultsOf(list.slice(0, 1));
  expect(results.summary.success_rate).toBe(1);
  for (const result of list.slice(1)) results.addResult(result);
  expect(results.summary).toEqual(ofRun);
  expect(results.calculateSummary()).toEqual(ofRun);
  expect([...results]).toEqual(list);
  expect(results.total_tests).toBe(3);
});

test("the time of its creation is the clock's unless it is given", () => {
  const { timestamp: _given, ...untimed } = about;
  const clock = fakeClock();
  expect(BenchmarkResults.create({ ...untimed, clock }).timestamp).toBe(clock.wallTime());
  expect(BenchmarkResults.create({ ...about, clock }).timestamp).toBe(about.timestamp);
});

test("a case that is there already is refused, another sample of it is not", () => {
  const results = resultsOf([exampleResult({ test_id: "t1" }), exampleResult({ test_id: "t1", sample: 1 })]);
  expect(() => results.addResult(exampleResult({ test_id: "t1" }))).toThrow(
    refused(/result of t1, sample 0, of sim:fast is there already/),
  );
  expect(results.total_tests).toBe(2);
});

test("a result of another target, and one that is none, are refused", () => {
  const results = resultsOf([]);
  expect(() => results.addResult(exampleResult({ target: "sim:slow" }))).toThrow(refused(/is of sim:slow/));
  expect(() => results.addResult(exampleResult({ duration_ms: Number.NaN }))).toThrow(
    refused(/no test result: duration_ms/),
  );
  expect(() => results.addResult(undefined as unknown as TestResult)).toThrow(refused(/no test result/));
});

test("a kept result does not change with the object it was made of", () => {
  const given = exampleResult();
  const results = resultsOf([given]);
  given.status = "failure";
  expect(results.summary.succeeded).toBe(1);
});

test("nothing can be added to the results of a run", () => {
  const manifest = exampleManifest(["sim:fast"]);
  const summary = resultsOf([exampleResult()]).summary;
  const ofRun = BenchmarkResults.ofRun(headOf(manifest, "sim:fast", 0), [exampleResult()], summary);
  expect(() => ofRun.addResult(exampleResult({ test_id: "t2" }))).toThrow(refused(/those of a run/, /merge/));
  const copy = BenchmarkResults.merge([ofRun]);
  copy.addResult(exampleResult({ test_id: "t2" }));
  expect([ofRun.total_tests, copy.total_tests]).toEqual([1, 2]);
});

const anyResults = fc
  .uniqueArray(fc.tuple(fc.integer({ min: 0, max: 20 }), fc.integer({ min: 0, max: 2 })), {
    selector: ([id, sample]) => `${id}/${sample}`,
    maxLength: 30,
  })
  .chain((identities) =>
    fc.tuple(
      ...identities.map(([id, sample]) =>
        fc
          .record({
            kind: fc.constantFrom(exampleResult, exampleFailure, exampleSkipped),
            segment: fc.integer({ min: 0, max: 2 }),
            duration: fc.double({ min: 0, max: 1e5, noNaN: true }),
            done: fc.integer({ min: 0, max: 1e6 }),
          })
          .map(({ kind, segment, duration, done }) => {
            const result = kind({ test_id: `t${id}`, sample, segment });
            if (result.status === "skipped") return result;
            result.timing.done_at_ms = done;
            if (result.status === "success") result.duration_ms = duration;
            return result;
          }),
      ),
    ),
  );

test("merging any partition of a run's results gives the whole, whatever the order of the parts", () => {
  fc.assert(
    fc.property(anyResults, fc.array(fc.integer({ min: 0, max: 4 })), (list, cuts) => {
      const whole = BenchmarkResults.merge([resultsOf(list)]);
      const parts = [0, 1, 2, 3, 4].map((part) => list.filter((_, i) => (cuts[i] ?? 0) === part));
      const merged = BenchmarkResults.merge(parts.map((part) => resultsOf(part)));
      expect(merged.toJSON()).toEqual(whole.toJSON());
      expect(BenchmarkResults.merge([...parts].reverse().map((part) => resultsOf(part))).toJSON()).toEqual(
        whole.toJSON(),
      );
      expect(merged.summary.total).toBe(list.length);
      expect(new Set(merged)).toEqual(new Set(list));
    }),
  );
});

test("whatever can be added comes back from a file, with the same numbers", async () => {
  const path = join(directory, "any.json");
  await fc.assert(
    fc.asyncProperty(anyResults, async (list) => {
      const results = resultsOf(list);
      await results.saveJson(path);
      expect((await BenchmarkResults.loadJson(path)).toJSON()).toEqual(results.toJSON());
    }),
    { numRuns: 25 },
  );
});

test("results that were in the order of their ends are the same after a merge", () => {
  const at = (i: number): TestResult =>
    exampleResult({ test_id: `t${i}`, duration_ms: 10 * i, timing: { done_at_ms: 100 * i } });
  const whole = resultsOf([0, 1, 2, 3, 4, 5].map(at));
  const merged = BenchmarkResults.merge([resultsOf([1, 4].map(at)), resultsOf([0, 2, 3, 5].map(at))]);
  expect(merged.toJSON()).toEqual(whole.toJSON());
});

test("runs that began at different times are segments of the whole, so that throughput leaves out the time between", () => {
  const first = resultsOf([exampleResult({ test_id: "a" })], { total_tests: 4 });
  const later = { timestamp: "2026-01-02T00:00:00.000Z" };
  const second = resultsOf([exampleResult({ test_id: "b" }), exampleResult({ test_id: "c", segment: 1 })], later);
  const merged = BenchmarkResults.merge([second, first]);
  expect([...merged].map(({ test_id, segment }) => [test_id, segment])).toEqual([
    ["a", 0],
    ["b", 1],
    ["c", 2],
  ]);
  expect(merged.timestamp).toBe(about.timestamp);
  expect(merged.total_tests).toBe(4);
  expect(merged.summary.wall_ms).toBe(300);
});

test("what does not belong together is not merged", () => {
  const one = resultsOf([exampleResult()]);
  expect(() => BenchmarkResults.merge([one, resultsOf([exampleResult()])])).toThrow(refused(/there already/));
  expect(() => BenchmarkResults.merge([])).toThrow(refused(/no results to merge/));
  for (const [name, value] of [
    ["dataset_name", "other"],
    ["target", "sim:slow"],
    ["provider_name", "x"],
    ["model", "slow"],
  ] as const) {
    expect(() => BenchmarkResults.merge([one, resultsOf([], { [name]: value })])).toThrow(
      refused(new RegExp(`${name} is .* in one, ${value} in another`)),
    );
  }
});

test("a saved set is a record with a version, and comes back as it was", async () => {
  const results = resultsOf([exampleResult(), exampleFailure({ test_id: "t2", segment: 1 })], { total_tests: 9 });
  const path = join(directory, "saved.json");
  await results.saveJson(path);
  const value: unknown = JSON.parse(readFileSync(path, "utf8"));
  expect(savedResultsSchema.parse(value)).toEqual({ format_version: 1, ...results.toJSON() });
  expect((await BenchmarkResults.loadJson(path)).toJSON()).toEqual(results.toJSON());
  expect(readdirSync(directory)).toEqual(["saved.json"]);
});

test("a file that cannot be written leaves the old one and nothing else", async () => {
  mkdirSync(join(directory, "taken"));
  await expect(resultsOf([]).saveJson(join(directory, "taken"))).rejects.toMatchObject({
    code: "output",
    hint: expect.not.stringContaining("--output"),
  });
  await expect(resultsOf([]).saveJson(join(directory, "nowhere/a.json"))).rejects.toMatchObject({ code: "output" });
  expect(readdirSync(directory)).toEqual(["taken"]);
});

test("a target is read out of a run's results.json", async () => {
  const manifest = exampleManifest(["a:1", "b:2"]);
  const list = [exampleResult({ target: "a:1" }), exampleResult({ target: "b:2", duration_ms: 7 })];
  const summaries = collected(() => list, summarize(manifest));
  const path = file(
    "results.json",
    [...resultsJson(manifest, () => list, summaries, [], combineValidity(manifest, summaries))].join(""),
  );
  const loaded = await BenchmarkResults.loadJson(path, { target: "b:2" });
  expect(loaded).toMatchObject({ target: "b:2", provider_name: "b", model: "2", dataset_name: "coding-tasks" });
  expect(loaded.summary).toEqual(summaries.get("b:2"));
  await expect(BenchmarkResults.loadJson(path)).rejects.toThrow(refused(/of 2 targets/, /a:1, b:2/));
  await expect(BenchmarkResults.loadJson(path, { target: "c" })).rejects.toThrow(refused(/no target c/, /a:1, b:2/));
});

test("a file that is too large for memory points to the journal", async () => {
  const path = file("large.json", JSON.stringify(resultsOf([exampleResult()])));
  await expect(BenchmarkResults.loadJson(path, { maxBytes: 100 })).rejects.toThrow(
    refused(/at most 0\.0 MiB are read/, /results\.jsonl/),
  );
});

test("missing and foreign files are told apart from damaged ones", async () => {
  const load = (path: string): Promise<unknown> => BenchmarkResults.loadJson(path);
  await expect(load(join(directory, "none.json"))).rejects.toThrow(refused(/none\.json does not exist/));
  await expect(load(directory)).rejects.toThrow(refused(/cannot be read/));
  for (const text of ["[]", "null", "3", '{"name":"coding-tasks","test_cases":[]}']) {
    await expect(load(file("foreign.json", text))).rejects.toThrow(refused(/holds no benchmark results/, /saveJson/));
  }
  await expect(load(file("newer.json", '{"format_version":2,"results":[]}'))).rejects.toThrow(refused(/has format 2/));
});

test("a damaged file is told with the place of the damage", async () => {
  const results = resultsOf([exampleResult(), exampleResult({ test_id: "t2" })]);
  const path = join(directory, "saved.json");
  await results.saveJson(path);
  const good = readFileSync(path, "utf8");
  const load = (text: string | Uint8Array): Promise<unknown> => BenchmarkResults.loadJson(file("damaged.json", text));
  await expect(load(good.slice(0, 900))).rejects.toThrow(refused(/damaged: .*damaged\.json:9:\d+/));
  await expect(load(good.slice(0, 900).padEnd(2 ** 24 + 1))).rejects.toThrow(refused(/damaged\.json: .*JSON/));
  await expect(load("")).rejects.toThrow(refused(/the file is empty/));
  await expect(load(Buffer.from(good.replace("an answer", "\u00e9"), "latin1"))).rejects.toThrow(refused(/not UTF-8/));
  await expect(load(good.replace('"duration_ms":100', '"duration_ms":"slow"'))).rejects.toThrow(
    refused(/damaged\.json:9:\d+ results\[0\]\.duration_ms: expected a number/),
  );
  await expect(load(good.replace('"test_id":"t2"', '"test_id":"t1"'))).rejects.toThrow(
    refused(/results\[1\] is the same case as results\[0\]/),
  );
  await expect(load(good.replace('{"v":1,"target":"sim:fast"', '{"v":1,"target":"sim:slow"'))).rejects.toThrow(
    refused(/results\[0\] is of sim:slow, not sim:fast/),
  );
});
