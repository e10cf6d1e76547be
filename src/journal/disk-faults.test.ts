import { existsSync, mkdirSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { failingFiles, type Faults } from "../../test/support/failing-files.ts";
import { fakeClock } from "../../test/support/fake-clock.ts";
import { sampleFailure, sampleManifest, sampleResult, temporaryDirectory } from "../../test/support/journal-records.ts";
import { resultKey } from "../core/result.ts";
import { maskFor } from "../core/secrets.ts";
import { checkRun, isClean } from "./check.ts";
import { createRun, openRun, readRun, type OpenRun } from "./directory.ts";
import type { JournalFiles } from "./files.ts";

const CASES = ["a", "b", "c"];
const keyOf = (id: string): string => resultKey(sampleResult({ test_id: id }));
const options = (files: JournalFiles): Parameters<typeof openRun>[1] => ({
  clock: fakeClock(),
  mask: maskFor([]),
  saveResponses: true,
  files,
});

/** What a process could say of its run before it ended. */
interface Life {
  /** Cases whose record was acknowledged. */
  readonly acknowledged: string[];
  readonly errors: unknown[];
}

/** Records what is not yet finished, two cases a turn, one of them after a failed attempt, as a run would. */
async function live(open: () => OpenRun): Promise<Life> {
  const life: Life = { acknowledged: [], errors: [] };
  let run: OpenRun | null = null;
  const kept = async (id: string, journal: OpenRun["journal"]): Promise<void> => {
    if (id === "b") journal.recordFailure(sampleFailure({ test_id: id }));
    await journal.record(sampleResult({ test_id: id }), `raw of ${id}`);
    life.acknowledged.push(id);
  };
  try {
    run = open();
    const { journal, finished } = run;
    const left = CASES.filter((id) => !finished.has(keyOf(id)));
    for (let i = 0; i < left.length; i += 2) {
      const outcomes = await Promise.allSettled(left.slice(i, i + 2).map((id) => kept(id, journal)));
      for (const outcome of outcomes) if (outcome.status === "rejected") throw outcome.reason;
    }
    run.saveManifest(sampleManifest({ status: "finished", planned_per_target: CASES.length }));
  } catch (error) {
    life.errors.push(error);
  } finally {
    await run?.close().catch((error: unknown) => life.errors.push(error));
  }
  return life;
}

const resultsIn = (directory: string): string[] => [...readRun(directory).results()].map(({ test_id }) => test_id);

/** One life on a failing disk, one on a good one; and everything that must hold between and after them. */
async function surviving(directory: string, faults: Faults): Promise<Life> {
  const files = failingFiles(faults);
  const first = await live(() => createRun(directory, sampleManifest(), options(files)));
  for (const error of first.errors) {
    expect(error).toMatchObject({ code: "output", hint: expect.stringContaining("--resume") as unknown });
  }
  // No lock is left, and no half-written manifest under the name of a good one.
  expect(readdirSync(directory)).not.toContain("lock.json");
  const again = (): OpenRun =>
    existsSync(join(directory, "run.json"))
      ? openRun(directory, options(failingFiles()))
      : createRun(directory, sampleManifest(), options(failingFiles()));
  if (existsSync(join(directory, "run.json"))) {
    const kept = resultsIn(directory);
    expect(kept).toEqual(expect.arrayContaining(first.acknowledged));
    expect(new Set(kept).size).toBe(kept.length);
  } else expect(first.acknowledged).toEqual([]);
  expect(await live(again)).toMatchObject({ errors: [] });
  expect(resultsIn(directory).sort()).toEqual(CASES);
  const check = checkRun(directory);
  expect({ clean: isClean(check), finished: check.finished, lost: check.lost }).toEqual({
    clean: true,
    finished: CASES.length,
    lost: [],
  });
  expect(readRun(directory).manifest.status).toBe("finished");
  return first;
}

/** The bytes of a run that nothing befalls, after each of its writes. */
async function writesOfARun(): Promise<readonly number[]> {
  const files = failingFiles();
  await live(() => createRun(join(temporaryDirectory(), "run"), sampleManifest(), options(files)));
  return files.written;
}

describe("on a failing disk no acknowledged record is lost, none is doubled, and the run goes on once it is well", () => {
  it("wherever the disk becomes full, in whichever file: around the end of each write, and all along", async () => {
    const parent = temporaryDirectory();
    const ends = await writesOfARun();
    const bytes = ends.at(-1) ?? 0;
    // What one file makes of every single byte is tried where it is cheap: beside append-file.ts.
    const along = Array.from({ length: bytes / 23 }, (_, i) => i * 23);
    const rooms = new Set([...ends.flatMap((end) => [end - 1, end, end + 1]), ...along]);
    expect(rooms.size).toBeGreaterThan(200);
    for (const room of [...rooms].filter((of) => of < bytes)) {
      const { errors } = await surviving(join(parent, String(room)), { room });
      expect(errors[0]).toMatchObject({ message: expect.stringContaining("the disk is full") as unknown });
    }
    expect(await surviving(join(parent, "whole"), { room: bytes })).toEqual({ acknowledged: CASES, errors: [] });
  }, 60_000);

  it("when each write takes fewer bytes than it was given: the rest follows, and the files are the same", async () => {
    const written = async (atOnce: number): Promise<string[]> => {
      const directory = join(temporaryDirectory(), "run");
      const files = failingFiles({ atOnce });
      const life = await live(() => createRun(directory, sampleManifest(), options(files)));
      expect(life).toEqual({ acknowledged: CASES, errors: [] });
      return readdirSync(directory).map((name) => readFileSync(join(directory, name), "utf8"));
    };
    const whole = await written(Infinity);
    for (const atOnce of [1, 2, 7, 1000]) expect(await written(atOnce)).toEqual(whole);
  });

  it("when the writes are short and the disk becomes full in one of them", async () => {
    const parent = temporaryDirectory();
    const bytes = (await writesOfARun()).at(-1) ?? 0;
    let n = 0;
    const faults = fc.record({
      room: fc.integer({ min: 0, max: bytes - 1 }),
      atOnce: fc.integer({ min: 1, max: 200 }),
    });
    await fc.assert(
      fc.asyncProperty(faults, async (of) => {
        const { errors } = await surviving(join(parent, String((n += 1))), of);
        expect(errors).not.toEqual([]);
      }),
      { numRuns: 60, seed: 5 },
    );
  });

  it.each(
    (
      [
        ["sync", 6],
        ["close", 6],
        ["rename", 3],
      ] as const
    ).flatMap(([operation, times]) => Array.from({ length: times }, (_, nth) => ({ operation, nth }))),
  )("when $operation number $nth fails", async (fails) => {
    const { errors } = await surviving(join(temporaryDirectory(), "run"), { fails });
    expect(errors.length).toBeGreaterThan(0);
  });

  it("when neither the write nor the cut back to the last whole line can be made", async () => {
    const parent = temporaryDirectory();
    const bytes = (await writesOfARun()).at(-1) ?? 0;
    for (let room = 7; room < bytes; room += 97) {
      const fails = { operation: "truncate", nth: 0 } as const;
      const { errors } = await surviving(join(parent, String(room)), { room, fails });
      expect(errors).not.toEqual([]);
    }
  });

  it("when it is full again and again, a little later each time", async () => {
    const directory = join(temporaryDirectory(), "run");
    mkdirSync(directory);
    const acknowledged = new Set<string>();
    for (let room = 0; acknowledged.size < CASES.length; room += 150) {
      const files = failingFiles({ room });
      const life = await live(() =>
        existsSync(join(directory, "run.json"))
          ? openRun(directory, options(files))
          : createRun(directory, sampleManifest(), options(files)),
      );
      // Never a case that had been acknowledged before.
      expect(life.acknowledged.filter((id) => acknowledged.has(id))).toEqual([]);
      for (const id of existsSync(join(directory, "run.json")) ? resultsIn(directory) : []) acknowledged.add(id);
    }
    expect(resultsIn(directory).sort()).toEqual(CASES);
  });

  it("when a sync fails in the background, which ends the run at the next record", async () => {
    const directory = join(temporaryDirectory(), "run");
    const clock = fakeClock();
    const files = failingFiles({ fails: { operation: "syncLater", nth: 0 } });
    const run = createRun(directory, sampleManifest(), { ...options(files), clock });
    await run.journal.record(sampleResult({ test_id: "a" }), "raw");
    await clock.advance(1000);
    await expect(run.journal.record(sampleResult({ test_id: "b" }), "raw")).rejects.toMatchObject({ code: "output" });
    await expect(run.close()).rejects.toMatchObject({ code: "output" });
    const resumed = openRun(directory, options(failingFiles()));
    expect([...resumed.finished]).toEqual([keyOf("a")]);
    await resumed.close();
  });
});
