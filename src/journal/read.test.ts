import { appendFileSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { sampleResult, temporaryDirectory } from "../../test/support/journal-records.ts";
import type { TestResult } from "../core/result.ts";
import { encodeLine } from "./line.ts";
import { readResults, type DamagedLine, type RepeatedLine } from "./read.ts";

const skipped = (id: string): TestResult => sampleResult({ test_id: id, status: "skipped", attempts: 0 });
const sent = (id: string): TestResult => sampleResult({ test_id: id });

function journalOf(...results: TestResult[]): string {
  const path = join(temporaryDirectory(), "results.jsonl");
  writeFileSync(path, results.map(encodeLine).join(""));
  return path;
}

it("results come back as they were written, in their order", () => {
  const results = [sent("b"), sent("a"), skipped("c")];
  expect([...readResults(journalOf(...results))]).toEqual(results);
});

it("a skipped case that was sent later comes once, as it was sent", () => {
  const path = journalOf(skipped("a"), sent("b"), skipped("c"), skipped("d"), sent("a"), skipped("c"));
  expect([...readResults(path)].map(({ test_id, status }) => `${test_id} ${status}`)).toEqual([
    "b success",
    "d skipped",
    "a success",
    "c skipped",
  ]);
});

it("damaged and torn lines are left out and reported with their numbers", () => {
  const path = journalOf(skipped("a"));
  appendFileSync(path, `rubbish\n${encodeLine(sent("b"))}${encodeLine(sent("c")).slice(0, -1)}`);
  const damaged: DamagedLine[] = [];
  const ids = [...readResults(path, { onDamaged: (line) => damaged.push(line) })].map(({ test_id }) => test_id);
  expect(ids).toEqual(["a", "b"]);
  expect(damaged).toEqual([
    { line: 2, problem: "it is too short" },
    { line: 4, problem: "it is torn" },
  ]);
});

it("of a case that is there twice the first success counts, and the other lines are reported", () => {
  const again = { ...sent("a"), request_id: "another" };
  const path = journalOf(skipped("a"), sent("b"), sent("a"), again, skipped("a"), sent("b"), sent("c"));
  const repeated: RepeatedLine[] = [];
  const results = [...readResults(path, { onRepeated: (line) => repeated.push(line) })];
  expect(results).toEqual([sent("b"), sent("a"), sent("c")]);
  expect(repeated).toEqual([
    { line: 4, first: 3 },
    { line: 5, first: 3 },
    { line: 6, first: 2 },
  ]);
});

it("of a case that never succeeded the last line of the latest segment counts", () => {
  const failed = (segment: number, request_id: string): TestResult =>
    sampleResult({ test_id: "a", status: "failure", response: null, segment, request_id });
  const path = journalOf(failed(0, "1"), failed(2, "2"), failed(1, "3"), failed(2, "4"), failed(0, "5"));
  expect([...readResults(path)].map(({ request_id }) => request_id)).toEqual(["4"]);
});

it("what is appended during a pass is not seen by it", () => {
  const path = journalOf(skipped("a"), sent("b"));
  const pass = readResults(path);
  pass.next();
  appendFileSync(path, encodeLine(sent("a")));
  expect([...pass]).toHaveLength(1);
  expect([...readResults(path)].map(({ test_id }) => test_id)).toEqual(["b", "a"]);
});

it("a line longer than a chunk is read whole", () => {
  const response = sampleResult().response;
  const long = sampleResult({ response: response && { ...response, content: "ü🙂".repeat(400_000) } });
  expect([...readResults(journalOf(sent("a"), long, sent("b")))]).toEqual([sent("a"), long, sent("b")]);
});

it("a missing file holds no results", () => {
  expect([...readResults(join(temporaryDirectory(), "results.jsonl"))]).toEqual([]);
});

it("a file that an editor gave other line ends or a byte order mark keeps every result, and each once", () => {
  const path = journalOf(sent("a"), sent("b"), sent("a"));
  writeFileSync(path, `\ufeff${readFileSync(path, "utf8").replaceAll("\n", "\r\n")}`);
  const damaged: DamagedLine[] = [];
  const repeated: RepeatedLine[] = [];
  const handlers = {
    onDamaged: (line: DamagedLine) => damaged.push(line),
    onRepeated: (line: RepeatedLine) => repeated.push(line),
  };
  expect([...readResults(path, handlers)]).toEqual([sent("a"), sent("b")]);
  expect({ damaged, repeated }).toEqual({ damaged: [], repeated: [{ line: 3, first: 1 }] });
});
