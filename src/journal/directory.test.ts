import {
  appendFileSync,
  copyFileSync,
  existsSync,
  lstatSync,
  mkdirSync,
  readFileSync,
  readdirSync,
  renameSync,
  rmSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from "node:fs";
import { dirname, join } from "node:path";
import { describe, expect, it, vi } from "vitest";
import { failingFiles } from "../../test/support/failing-files.ts";
import { fakeClock, type FakeClock } from "../../test/support/fake-clock.ts";
import {
  sampleFailure,
  sampleManifest,
  samplePlan,
  sampleResult,
  temporaryDirectory,
} from "../../test/support/journal-records.ts";
import { resultKey } from "../core/result.ts";
import { maskFor } from "../core/secrets.ts";
import { createRun, openRun, readRun, type OpenRun } from "./directory.ts";
import type { WriterOptions } from "./writer.ts";

const options = (): WriterOptions => ({ clock: fakeClock(), mask: maskFor(["sk-secret"]), saveResponses: true });

async function finishedRun(directory: string, ...ids: string[]): Promise<void> {
  const run = createRun(directory, sampleManifest(), options());
  for (const id of ids) await run.journal.record(sampleResult({ test_id: id }), "raw");
  await run.close();
}

describe("a new run", () => {
  it("makes its directory with the folders above, and can be read when it is closed", async () => {
    const directory = join(temporaryDirectory(), "a", "b");
    await finishedRun(directory, "t1");
    expect(readdirSync(directory).sort()).toEqual(["failures.jsonl", "responses.jsonl", "results.jsonl", "run.json"]);
    const { manifest, results } = readRun(directory);
    expect(manifest).toEqual(sampleManifest());
    expect([...results()]).toEqual([sampleResult()]);
  });

  it("can be read while it is written", async () => {
    const directory = temporaryDirectory();
    const run = createRun(directory, sampleManifest(), options());
    await run.journal.record(sampleResult(), null);
    expect([...readRun(directory).results()]).toHaveLength(1);
    await run.close();
  });

  it("is refused in a directory that holds a run, and leaves that as it was", async () => {
    const directory = temporaryDirectory();
    await finishedRun(directory, "t1");
    expect(() => createRun(directory, sampleManifest({ id: "run-2" }), options())).toThrow(
      expect.objectContaining({
        code: "usage",
        message: `${directory} already holds a run`,
        hint: expect.stringMatching(/--resume.*--output.*--force/) as unknown,
      }),
    );
    expect(readRun(directory).manifest.id).toBe("run-1");
    expect(existsSync(join(directory, "lock.json"))).toBe(false);
  });

  it("moves the directory of an older run aside when forced to, with all that is in it", async () => {
    const directory = join(temporaryDirectory(), "run");
    const aside = `${directory}.old-20260101T000000Z`;
    await finishedRun(directory, "t1");
    writeFileSync(join(directory, "notes.txt"), "mine");
    writeFileSync(join(directory, "results.csv"), "exported");
    const run = createRun(directory, sampleManifest({ id: "run-2" }), { ...options(), force: true });
    await run.close();
    expect(run.movedAside).toBe(aside);
    expect([...readRun(aside).results()]).toHaveLength(1);
    expect(readdirSync(aside).sort()).toEqual([
      "failures.jsonl",
      "notes.txt",
      "responses.jsonl",
      "results.csv",
      "results.jsonl",
      "run.json",
    ]);
    expect(readRun(directory).manifest.id).toBe("run-2");
    expect([...readRun(directory).results()]).toEqual([]);
    await createRun(directory, sampleManifest(), { ...options(), force: true }).close();
    expect(existsSync(`${aside}-2`)).toBe(true);
  });

  it("stays where the link to its directory leads, when forced to", async () => {
    const parent = temporaryDirectory();
    const [real, link] = [join(parent, "disk", "run"), join(parent, "run")];
    mkdirSync(dirname(real));
    symlinkSync(real, link);
    mkdirSync(real);
    await finishedRun(link, "t1");
    const run = createRun(link, sampleManifest({ id: "run-2" }), { ...options(), force: true });
    await run.close();
    expect(lstatSync(link).isSymbolicLink()).toBe(true);
    expect(readRun(real).manifest.id).toBe("run-2");
    expect([...readRun(`${real}.old-20260101T000000Z`).results()]).toHaveLength(1);
  });

  it("that is forced and cannot begin leaves the older one where it was", async () => {
    const directory = join(temporaryDirectory(), "run");
    await finishedRun(directory, "t1");
    const before = readdirSync(directory);
    for (const faults of [{ room: 10 }, { fails: { operation: "rename", nth: 0 } as const }]) {
      const files = failingFiles(faults);
      expect(() => createRun(directory, sampleManifest(), { ...options(), files, force: true })).toThrow(
        expect.objectContaining({ code: "output" }),
      );
      expect(readdirSync(dirname(directory))).toEqual(["run"]);
      expect(readdirSync(directory)).toEqual(before);
    }
    const invalid = { ...sampleManifest(), planned_per_target: Number.NaN, started_at: 3 as unknown as string };
    expect(() => createRun(directory, invalid, { ...options(), force: true })).toThrow(
      expect.objectContaining({ code: "output", message: expect.stringContaining("started_at") as unknown }),
    );
    expect(readRun(directory).manifest.id).toBe("run-1");
  });

  it("may begin beside files of others, but not beside one that it would overwrite or mix with", async () => {
    for (const name of ["results.jsonl", "results.csv"]) {
      const directory = temporaryDirectory();
      writeFileSync(join(directory, name), "");
      expect(() => createRun(directory, sampleManifest(), options())).toThrow(
        expect.objectContaining({ code: "usage", message: `${directory} has no run.json, but holds ${name}` }),
      );
    }
    const directory = temporaryDirectory();
    writeFileSync(join(directory, "notes.txt"), "mine");
    const run = createRun(directory, sampleManifest(), options());
    expect(run.movedAside).toBeNull();
    await run.close();
  });

  it("is refused while another one writes there, also when forced", async () => {
    const directory = temporaryDirectory();
    const run = createRun(directory, sampleManifest(), options());
    for (const second of [
      () => createRun(directory, sampleManifest(), { ...options(), force: true }),
      () => openRun(directory, options()),
    ]) {
      expect(second).toThrow(expect.objectContaining({ code: "locked" }));
    }
    await run.journal.record(sampleResult(), null);
    await run.close();
    expect([...readRun(directory).results()]).toHaveLength(1);
  });

  it("says what is wrong with a directory that cannot be made or written", () => {
    const directory = temporaryDirectory();
    const file = join(directory, "file");
    writeFileSync(file, "");
    expect(() => createRun(file, sampleManifest(), options())).toThrow(
      expect.objectContaining({
        code: "output",
        message: `cannot create the directory ${file}: a file of that name is in the way`,
      }),
    );
    expect(() => createRun(join(file, "below"), sampleManifest(), options())).toThrow(/a part of the path is a file/);
    // Where nothing can be made; Node's own recursive mkdir never comes back from there.
    expect(() => createRun("/proc/none/below", sampleManifest(), options())).toThrow(/cannot create the directory/);
    mkdirSync(join(directory, "run", "run.json.tmp"), { recursive: true });
    expect(() => createRun(join(directory, "run"), sampleManifest(), options())).toThrow(
      expect.objectContaining({ code: "output" }),
    );
    expect(existsSync(join(directory, "run", "lock.json"))).toBe(false);
  });

  it("says so when an older run cannot be moved aside", async () => {
    const directory = join(temporaryDirectory(), "x".repeat(250));
    await finishedRun(directory);
    expect(() => createRun(directory, sampleManifest(), { ...options(), force: true })).toThrow(
      /aside: the path is too long/,
    );
    expect(readRun(directory).manifest.id).toBe("run-1");
  });
});

describe("a run that goes on", () => {
  it("knows what is finished, and adds to it", async () => {
    const directory = temporaryDirectory();
    await finishedRun(directory, "t1");
    const run = openRun(directory, options());
    expect([...run.finished]).toEqual([resultKey(sampleResult())]);
    await run.journal.record(sampleResult({ test_id: "t2" }), null);
    await run.close();
    expect([...readRun(directory).results()].map(({ test_id }) => test_id)).toEqual(["t1", "t2"]);
  });

  it("begins on a fresh line after a torn one", async () => {
    const directory = temporaryDirectory();
    await finishedRun(directory, "t1", "t2");
    const path = join(directory, "results.jsonl");
    writeFileSync(path, readFileSync(path).subarray(0, -5));
    const run = openRun(directory, options());
    expect(run.finished.size).toBe(1);
    await run.journal.record(sampleResult({ test_id: "t2" }), null);
    await run.close();
    expect([...readRun(directory).results()].map(({ test_id }) => test_id)).toEqual(["t1", "t2"]);
  });

  it("gives the directory free at once when the process is about to end", () => {
    const directory = temporaryDirectory();
    const run = createRun(directory, sampleManifest(), options());
    void run.journal.record(sampleResult(), null);
    run.closeAtOnce();
    expect([...readRun(directory).results()]).toHaveLength(1);
    expect(existsSync(join(directory, "lock.json"))).toBe(false);
  });

  it("keeps the manifest up to date with its secrets masked", async () => {
    const directory = temporaryDirectory();
    const run = createRun(directory, sampleManifest(), options());
    run.saveManifest(sampleManifest({ status: "finished", plan: samplePlan({ parameters: { system: "sk-secret" } }) }));
    await run.close();
    expect(readRun(directory).manifest).toMatchObject({
      status: "finished",
      plan: { parameters: { system: "[secret]" } },
    });
    expect(readdirSync(directory)).not.toContain("run.json.tmp");
  });

  const manifest = (changes: object): string => JSON.stringify({ ...sampleManifest(), ...changes });
  it.each([
    ["missing", null, /there is no run in .*: it has no run\.json/],
    ["torn", manifest({}).slice(0, 40), /run\.json is damaged/],
    ["no object", "3", /was not written by llm-test-bench/],
    [
      "of a process that no system has",
      '{"pid":4294967297,"boot_id":null,"process_started":null,"host":"h","nonce":"0123456789abcdef"}',
      /was not written by llm-test-bench/,
    ],
    ["another program's", '{"name":"x"}', /was not written by llm-test-bench/],
    ["of a later format", manifest({ format_version: 2, more: 1 }), /has format 2, this version reads format 1/],
    ["without a plan", manifest({ plan: 1 }), /run\.json is damaged \(plan/],
  ])("is refused when its manifest is %s", (_, content, message) => {
    const directory = temporaryDirectory();
    if (content !== null) writeFileSync(join(directory, "run.json"), content);
    for (const open of [() => openRun(directory, options()), () => readRun(directory)]) {
      expect(open).toThrow(
        expect.objectContaining({ code: "resume", message: expect.stringMatching(message) as unknown }),
      );
    }
    expect(readdirSync(directory)).not.toContain("lock.json");
  });

  it("counts its lines at its end, and no more once it goes on", async () => {
    const directory = temporaryDirectory();
    const run = createRun(directory, sampleManifest(), options());
    await run.journal.record(sampleResult({ test_id: "t1" }), "raw");
    run.journal.recordFailure(sampleFailure());
    run.saveManifest(sampleManifest({ status: "interrupted" }));
    await run.close();
    expect(readRun(directory).manifest.lines).toEqual({ results: 1, responses: 1, failures: 1 });
    const resumed = openRun(directory, { ...options(), saveResponses: false });
    resumed.saveManifest({ ...resumed.manifest, status: "running" });
    expect(readRun(directory).manifest.lines).toBeUndefined();
    await resumed.journal.record(sampleResult({ test_id: "t2" }), "raw");
    resumed.saveManifest({ ...resumed.manifest, status: "finished" });
    await resumed.close();
    expect(readRun(directory).manifest.lines).toEqual({ results: 2, responses: null, failures: 1 });
  });

  it("says when lines are missing that were there when it ended", async () => {
    const directory = temporaryDirectory();
    const run = createRun(directory, sampleManifest(), options());
    for (const test_id of ["t1", "t2", "t3"]) await run.journal.record(sampleResult({ test_id }), null);
    run.saveManifest(sampleManifest({ status: "finished" }));
    await run.close();
    const path = join(directory, "results.jsonl");
    writeFileSync(path, `${readFileSync(path, "utf8").split("\n")[0]}\n`);
    const resumed = openRun(directory, options());
    expect(resumed.warnings).toEqual(["results.jsonl has lost 2 lines; their cases count as unfinished"]);
    await resumed.close();
  });

  it("is refused when there is no such directory, or its manifest cannot be read", () => {
    const directory = temporaryDirectory();
    expect(() => openRun(join(directory, "missing"), options())).toThrow(/there is no run in/);
    mkdirSync(join(directory, "run.json"));
    expect(() => openRun(directory, options())).toThrow(expect.objectContaining({ code: "output" }));
  });
});

describe("a run whose files another program takes away", () => {
  type Tampering = readonly [what: string, tamper: (directory: string) => void, message: RegExp];
  const path = (directory: string, name: string): string => join(directory, name);
  const TAMPERINGS: readonly Tampering[] = [
    ["its journal is emptied", (dir) => truncateSync(path(dir, "results.jsonl")), /results\.jsonl was shortened/],
    ["its journal is shortened", (dir) => truncateSync(path(dir, "results.jsonl"), 9), /results\.jsonl was shortened/],
    ["its journal grows", (dir) => appendFileSync(path(dir, "results.jsonl"), "x\n"), /results\.jsonl was changed/],
    ["its journal is deleted", (dir) => rmSync(path(dir, "results.jsonl")), /results\.jsonl was deleted or moved/],
    [
      "its journal is replaced",
      (dir) => {
        copyFileSync(path(dir, "results.jsonl"), path(dir, "copy"));
        renameSync(path(dir, "copy"), path(dir, "results.jsonl"));
      },
      /results\.jsonl was replaced/,
    ],
    [
      "its responses are emptied",
      (dir) => truncateSync(path(dir, "responses.jsonl")),
      /responses\.jsonl was shortened/,
    ],
    ["its failures are deleted", (dir) => rmSync(path(dir, "failures.jsonl")), /failures\.jsonl was deleted/],
    ["run.json is deleted", (dir) => rmSync(path(dir, "run.json")), /run\.json was deleted/],
    ["its lock is deleted", (dir) => rmSync(path(dir, "lock.json")), /lock\.json was deleted or replaced/],
    ["its directory is deleted", (dir) => rmSync(dir, { recursive: true }), /jsonl was deleted or moved/],
    ["its directory is moved", (dir) => renameSync(dir, `${dir}.moved`), /jsonl was deleted or moved/],
  ];

  it.each(TAMPERINGS)("ends when %s: at the next sync, at its end, or at once", async (_, tamper, message) => {
    const failed = expect.objectContaining({ code: "output", message: expect.stringMatching(message) as unknown });
    const begun = async (): Promise<{ directory: string; run: OpenRun; clock: FakeClock }> => {
      const directory = join(temporaryDirectory(), "run");
      const clock = fakeClock();
      const run = createRun(directory, sampleManifest(), { ...options(), clock });
      run.journal.recordFailure(sampleFailure());
      await run.journal.record(sampleResult({ test_id: "t1" }), "raw");
      tamper(directory);
      return { directory, run, clock };
    };
    const synced = await begun();
    await synced.clock.advance(1000);
    await vi.waitFor(() =>
      expect(synced.run.journal.record(sampleResult({ test_id: "t2" }), "raw")).rejects.toEqual(failed),
    );
    await expect(synced.run.close()).rejects.toEqual(failed);
    const ended = await begun();
    expect(() => ended.run.saveManifest(sampleManifest({ status: "finished" }))).toThrow(failed);
    await expect(ended.run.close()).rejects.toEqual(failed);
    const atOnce = await begun();
    expect(() => atOnce.run.closeAtOnce()).toThrow(failed);
  });

  it("may still say that it was interrupted, where only run.json is gone", async () => {
    const directory = temporaryDirectory();
    const run = createRun(directory, sampleManifest(), options());
    await run.journal.record(sampleResult(), "raw");
    rmSync(join(directory, "run.json"));
    expect(() => run.saveManifest(sampleManifest({ status: "finished" }))).toThrow(/run\.json was deleted/);
    run.saveManifest(sampleManifest({ status: "interrupted" }));
    await run.close().catch(() => {});
    const resumed = openRun(directory, options());
    expect(resumed.finished.size).toBe(1);
    await resumed.close();
  });
});

it("a run whose directory was moved away leaves the one that began under its name alone", async () => {
  const directory = join(temporaryDirectory(), "run");
  const run = createRun(directory, sampleManifest(), options());
  await run.journal.record(sampleResult(), null);
  renameSync(directory, `${directory}-moved`);
  const other = createRun(directory, sampleManifest({ id: "run-2" }), options());
  const before = readFileSync(join(directory, "run.json"), "utf8");
  expect(() => run.saveManifest(sampleManifest({ status: "interrupted" }))).toThrow(
    expect.objectContaining({ code: "output", message: expect.stringMatching(/lock\.json was deleted or replaced/) }),
  );
  await expect(run.close()).rejects.toThrow(/was replaced by another program/);
  expect(readFileSync(join(directory, "run.json"), "utf8")).toBe(before);
  await other.journal.record(sampleResult(), null);
  await other.close();
  expect([...readRun(directory).results()]).toHaveLength(1);
  expect([...readRun(`${directory}-moved`).results()]).toHaveLength(1);
});
