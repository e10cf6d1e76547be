import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { afterAll, describe, expect, it } from "vitest";
import { sampleResult, temporaryDirectory } from "../../test/support/journal-records.ts";
import { resultKey } from "../core/result.ts";
import { encodeLine } from "./line.ts";
import { NOTHING_RECOVERED, recoverRun } from "./recover.ts";

const lineOf = (id: string): Buffer => Buffer.from(encodeLine(sampleResult({ test_id: id })));
const keyOf = (id: string): string => resultKey(sampleResult({ test_id: id }));
const ids = ["first", "zweite·🙂", "third", "fourth"];
const lines = ids.map(lineOf);
const journal = Buffer.concat(lines);
const ends = lines.map((_, i) => Buffer.concat(lines.slice(0, i + 1)).length);

const directory = mkdtempSync(join(tmpdir(), "journal-"));
afterAll(() => rmSync(directory, { recursive: true }));

function recovered(bytes: Buffer): { finished: string[]; warnings: readonly string[]; left: Buffer } {
  const path = join(directory, "results.jsonl");
  // A new file each time: a file system may write a truncated one to the disk at once, which is slow.
  rmSync(path, { force: true });
  writeFileSync(path, bytes);
  const { finished, warnings } = recoverRun(directory);
  return { finished: [...finished], warnings, left: readFileSync(path) };
}

describe("a recovered journal", () => {
  it("keeps exactly its whole lines after a cut at any byte", () => {
    for (let cut = 0; cut <= journal.length; cut += 1) {
      const whole = ends.filter((end) => end <= cut).length;
      const { finished, warnings, left } = recovered(journal.subarray(0, cut));
      expect(finished).toEqual(ids.slice(0, whole).map(keyOf));
      expect(warnings).toEqual([]);
      expect(left.length).toBe(whole === 0 ? 0 : ends[whole - 1]);
    }
  });

  it("keeps exactly its whole lines after a cut anywhere, whatever they hold", () => {
    const property = fc.property(
      fc.uniqueArray(fc.string({ unit: "binary" }), { minLength: 1, maxLength: 6 }),
      fc.nat(),
      (names, at) => {
        const whole = names.map(lineOf);
        const cut = at % (Buffer.concat(whole).length + 1);
        let size = 0;
        const kept = names.filter((_, i) => (size += whole[i]?.length ?? 0) <= cut);
        const { finished, left } = recovered(Buffer.concat(whole).subarray(0, cut));
        expect(finished).toEqual(kept.map(keyOf));
        expect(left).toEqual(Buffer.concat(kept.map(lineOf)));
      },
    );
    fc.assert(property, { numRuns: 100 });
  });

  it("names a damaged line in the middle, leaves it there and counts its case as unfinished", () => {
    const damaged = Buffer.from(journal);
    const place = (ends[0] ?? 0) + 30;
    damaged[place] = (damaged[place] ?? 0) ^ 1;
    const { finished, warnings, left } = recovered(damaged);
    expect(finished).toEqual(["first", "third", "fourth"].map(keyOf));
    expect(warnings).toEqual([
      "results.jsonl line 2 is damaged (its checksum does not match); its case counts as unfinished",
    ]);
    expect(left).toEqual(damaged);
  });

  it("loses only the two lines that a damaged newline joins", () => {
    const damaged = Buffer.from(journal);
    damaged[(ends[1] ?? 0) - 1] = 0x20;
    const { finished, warnings } = recovered(damaged);
    expect(finished).toEqual(["first", "fourth"].map(keyOf));
    expect(warnings).toHaveLength(1);
  });

  it("has its last line cut off when any byte of that is damaged, its newline included", () => {
    for (let place = ends[2] ?? 0; place < journal.length; place += 1) {
      const damaged = Buffer.from(journal);
      damaged[place] = (damaged[place] ?? 0) ^ 0x80;
      const { finished, warnings, left } = recovered(damaged);
      expect(finished).toEqual(["first", "zweite·🙂", "third"].map(keyOf));
      expect(warnings).toEqual([]);
      expect(left.length).toBe(ends[2]);
    }
  });

  it("reports the damaged line before the damaged last one that it cuts off", () => {
    const damaged = Buffer.concat([journal.subarray(0, ends[1]), Buffer.from("rubbish\n"), journal.subarray(0, 50)]);
    const { warnings, left } = recovered(damaged);
    expect(warnings).toEqual(["results.jsonl line 3 is damaged (it is too short); its case counts as unfinished"]);
    expect(left.toString()).toMatch(/rubbish\n$/);
  });

  it("does not count a skipped case as finished, unless it was sent later", () => {
    const skipped = (id: string): Buffer => Buffer.from(encodeLine(sampleResult({ test_id: id, status: "skipped" })));
    const { finished } = recovered(Buffer.concat([skipped("a"), skipped("b"), lineOf("a")]));
    expect(finished).toEqual([keyOf("a")]);
  });

  it("counts the first success of a case that is there twice, and reports the second", () => {
    const failed = Buffer.from(encodeLine(sampleResult({ test_id: "a", status: "timeout", response: null })));
    const { finished, warnings } = recovered(Buffer.concat([failed, lineOf("a"), lineOf("b"), lineOf("a"), failed]));
    expect(finished).toEqual(["a", "b"].map(keyOf));
    expect(warnings).toEqual([
      "results.jsonl line 4 repeats a case that had succeeded; its first result counts",
      "results.jsonl line 5 repeats a case that had succeeded; its first result counts",
    ]);
  });

  it("is empty where there is no file", () => {
    expect(recoverRun(temporaryDirectory())).toEqual(NOTHING_RECOVERED);
  });
});

it.each(["responses.jsonl", "failures.jsonl"])("a torn last line of %s is cut off, however long it is", (name) => {
  const path = join(directory, name);
  for (const whole of ["", "one\n", "one\ntwo\n"]) {
    for (const torn of ["", "t", "t".repeat(200_000)]) {
      writeFileSync(path, whole + torn);
      recoverRun(directory);
      expect(readFileSync(path, "utf8")).toBe(whole);
    }
  }
});

it("a journal that cannot be read is an output error", () => {
  const unreadable = temporaryDirectory();
  mkdirSync(join(unreadable, "results.jsonl"));
  expect(() => recoverRun(unreadable)).toThrow(expect.objectContaining({ code: "output" }));
});
