import { appendFileSync, existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  sampleFailure,
  sampleManifest,
  samplePlan,
  sampleResult,
  temporaryDirectory,
} from "../../test/support/journal-records.ts";
import { fakeClock } from "../../test/support/fake-clock.ts";
import type { TestResult } from "../core/result.ts";
import { checkRun, isClean } from "./check.ts";
import { createRun, openRun } from "./directory.ts";
import { encodeLine } from "./line.ts";
import { acquireLock, livingOwner } from "./lock.ts";
import { repairRun } from "./repair.ts";

const CASES = 6;
const options = { clock: fakeClock(), mask: (text: string) => text, saveResponses: true };
const result = (n: number, more: Partial<TestResult> = {}): TestResult => sampleResult({ test_id: `t${n}`, ...more });

/** A finished run of six cases, one of which failed once before it succeeded. */
async function finishedRun(directory = temporaryDirectory()): Promise<string> {
  const manifest = sampleManifest({ status: "finished", planned_per_target: CASES, plan: samplePlan() });
  const run = createRun(directory, manifest, options);
  run.journal.recordFailure(sampleFailure({ test_id: "t2" }));
  for (let n = 0; n < CASES; n += 1) await run.journal.record(result(n), `raw ${n}`);
  await run.close();
  return directory;
}

const file = (directory: string, name = "results.jsonl"): string => join(directory, name);
const linesOf = (directory: string, name?: string): string[] =>
  readFileSync(file(directory, name), "utf8").split("\n").slice(0, -1);
const write = (directory: string, lines: readonly string[], name?: string): void =>
  writeFileSync(file(directory, name), lines.map((line) => `${line}\n`).join(""));

describe("a check", () => {
  it("finds nothing wrong with a run as it was written, and changes nothing", async () => {
    const directory = await finishedRun();
    const check = checkRun(directory);
    expect(isClean(check)).toBe(true);
    expect(check).toMatchObject({
      finished: CASES,
      lost: [],
      manifest_problem: null,
      manifest: { status: "finished" },
    });
    expect(check.files.map((of) => [of.file, of.lines, of.problems])).toEqual([
      ["results.jsonl", CASES, []],
      ["responses.jsonl", CASES, []],
      ["failures.jsonl", 1, []],
    ]);
    expect(repairRun(directory, fakeClock()).repaired).toEqual([]);
    expect(readdirSync(directory).filter((name) => name.includes("damaged"))).toEqual([]);
  });

  it.each<[string, string, number | null]>([
    ["results.jsonl", "it has 4 lines, and had 6 when the run ended", 4],
    ["responses.jsonl", "it has 4 lines, and had 6 when the run ended", 4],
    ["results.jsonl", "it is missing", null],
    ["responses.jsonl", "it is missing", null],
    ["failures.jsonl", "it is missing", null],
  ])("knows how many lines %s must have: %s", async (name, problem, kept) => {
    const directory = await finishedRun();
    const ended = openRun(directory, options);
    ended.saveManifest({ ...ended.manifest, status: "finished" });
    await ended.close();
    expect(isClean(checkRun(directory))).toBe(true);
    if (kept === null) rmSync(file(directory, name));
    else write(directory, linesOf(directory, name).slice(0, kept), name);
    const check = checkRun(directory);
    expect(isClean(check)).toBe(false);
    expect(check.files.find((of) => of.file === name)?.problems).toEqual([{ line: 0, problem, about: null }]);
    // While a process writes there nobody knows.
    if (kept !== null) expect(isClean(checkRun(directory, { beingWritten: true }))).toBe(true);
    // What is there now becomes what there must be; a missing journal is begun by a resume.
    repairRun(directory, fakeClock());
    expect(isClean(checkRun(directory))).toBe(name !== "results.jsonl" || kept !== null);
  });

  it("expects no responses of a run that keeps none", async () => {
    const directory = temporaryDirectory();
    const run = createRun(directory, sampleManifest(), { ...options, saveResponses: false });
    await run.journal.record(result(0), "raw");
    run.saveManifest(sampleManifest({ status: "finished" }));
    await run.close();
    expect(isClean(checkRun(directory))).toBe(true);
  });

  it("names a damaged line, what is wrong with it, and the case it was about", async () => {
    const directory = await finishedRun();
    const lines = linesOf(directory);
    write(directory, lines.with(2, lines[2]?.replace("grüße", "grusse") ?? "").with(4, "x"));
    const check = checkRun(directory);
    expect(check.files[0]?.problems).toEqual([
      {
        line: 3,
        problem: "its checksum does not match",
        about: { target: "openai:m", test_id: "t2", sample: 0 },
      },
      { line: 5, problem: "it is too short", about: null },
    ]);
    expect(check).toMatchObject({ finished: CASES - 2, lost: [{ test_id: "t2" }] });
  });

  it("finds a case that stands there twice, but not a skipped one that was sent later", async () => {
    const directory = await finishedRun();
    const skipped = encodeLine(result(0, { status: "skipped", response: null })).trimEnd();
    const again = encodeLine(result(3)).trimEnd();
    write(directory, [skipped, ...linesOf(directory), again, skipped]);
    expect(checkRun(directory).files[0]?.problems).toMatchObject([
      { line: 8, problem: "it is the same case as line 5" },
      { line: 9, problem: "it is the same case as line 2" },
    ]);
  });

  it("finds whole lines that are no records of this format", async () => {
    const directory = await finishedRun();
    appendFileSync(file(directory), encodeLine({ v: 1, target: "x" }));
    appendFileSync(file(directory, "failures.jsonl"), encodeLine({ v: 1, ...sampleFailure(), code: "lazy" }));
    appendFileSync(file(directory, "responses.jsonl"), encodeLine({ v: 1, target: "x", test_id: "t", sample: 0 }));
    expect(checkRun(directory).files.map(({ problems }) => problems[0]?.problem)).toEqual([
      expect.stringMatching(/^it is not a result of format 1/),
      "it is not a record of format 1 (raw)",
      "it is not a record of format 1 (code)",
    ]);
  });

  it("takes a torn end for damage, unless a process is about to write its rest", async () => {
    const directory = await finishedRun();
    appendFileSync(file(directory, "responses.jsonl"), '{"v":1,"tar');
    expect(checkRun(directory).files[1]?.problems).toEqual([
      { line: 7, problem: "it is torn: it is too short", about: null },
    ]);
    expect(isClean(checkRun(directory, { beingWritten: true }))).toBe(true);
  });

  it("finds a missing journal and a damaged manifest", async () => {
    const directory = await finishedRun();
    rmSync(file(directory));
    rmSync(file(directory, "responses.jsonl"));
    writeFileSync(file(directory, "run.json"), "{");
    const check = checkRun(directory);
    expect(check).toMatchObject({ manifest: null, finished: 0 });
    expect(check.manifest_problem).toMatch(/is damaged/);
    expect(check.files[0]).toMatchObject({ present: false, problems: [{ line: 0, problem: "it is missing" }] });
    expect(check.files[1]).toMatchObject({ present: false, problems: [] });
  });
});

describe("a repair", () => {
  it("keeps every good line as it was, and the original beside", async () => {
    const directory = await finishedRun();
    const lines = linesOf(directory);
    const damaged = lines.with(1, lines[1]?.replace("t1", "tX") ?? "");
    write(directory, damaged);
    const { repaired } = repairRun(directory, fakeClock());
    const original = "results.jsonl.damaged-20260101T000000Z";
    expect(repaired).toEqual([{ file: "results.jsonl", kept_lines: CASES - 1, left_out_lines: 1, original }]);
    expect(linesOf(directory)).toEqual(lines.toSpliced(1, 1));
    expect(linesOf(directory, original)).toEqual(damaged);
    expect(isClean(checkRun(directory))).toBe(true);
    const run = openRun(directory, options);
    expect(run.finished.size).toBe(CASES - 1);
    expect(run.warnings).toEqual([]);
    await run.close();
  });

  it("keeps a last line that is whole but for its newline", async () => {
    const directory = await finishedRun();
    const text = readFileSync(file(directory), "utf8");
    writeFileSync(file(directory), text.slice(0, -1));
    expect(repairRun(directory, fakeClock()).repaired).toMatchObject([{ kept_lines: CASES, left_out_lines: 0 }]);
    expect(readFileSync(file(directory), "utf8")).toBe(text);
  });

  it("never takes the name of an earlier original", async () => {
    const directory = await finishedRun();
    for (let n = 0; n < 2; n += 1) {
      appendFileSync(file(directory), "x\n");
      repairRun(directory, fakeClock());
    }
    expect(readdirSync(directory).filter((name) => name.includes("damaged"))).toEqual([
      "results.jsonl.damaged-20260101T000000Z",
      "results.jsonl.damaged-20260101T000000Z-2",
    ]);
  });

  it("stays out while a process writes there", async () => {
    const directory = await finishedRun();
    expect(livingOwner(directory)).toBeNull();
    const lock = acquireLock(directory);
    expect(livingOwner(directory)?.pid).toBe(process.pid);
    expect(() => repairRun(directory, fakeClock())).toThrow(/is in use by process/);
    lock.release();
    expect(existsSync(file(directory, "lock.json"))).toBe(false);
  });

  it("loses no good line, wherever bytes were changed", async () => {
    const directory = await finishedRun();
    const whole = readFileSync(file(directory));
    const lines = linesOf(directory);
    fc.assert(
      fc.property(
        fc.array(fc.tuple(fc.nat(whole.length - 1), fc.integer({ min: 1, max: 255 })), { minLength: 1, maxLength: 4 }),
        (changes) => {
          const bytes = Buffer.from(whole);
          for (const [at, by] of changes) bytes.writeUInt8(bytes.readUInt8(at) ^ by, at);
          writeFileSync(file(directory), bytes);
          // A line whose predecessor lost its newline is joined to it.
          const text = `\n${bytes.toString("utf8")}`;
          const untouched = lines.filter((line) => text.includes(`\n${line}\n`));
          const { check } = repairRun(directory, fakeClock());
          expect(checkRun(directory)).toMatchObject({ finished: check.finished });
          expect(isClean(checkRun(directory))).toBe(true);
          const kept = linesOf(directory);
          expect(untouched.filter((line) => !kept.includes(line))).toEqual([]);
          expect(kept.filter((line) => !lines.includes(line))).toEqual([]);
        },
      ),
      { numRuns: 50 },
    );
  });
});
