import { existsSync, mkdirSync, readFileSync, readdirSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { fakeClock } from "../../test/support/fake-clock.ts";
import { samplePlan, sampleManifest, sampleResult, temporaryDirectory } from "../../test/support/journal-records.ts";
import { resultKey } from "../core/result.ts";
import { maskFor } from "../core/secrets.ts";
import { createRun, openRun, readRun } from "./directory.ts";
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

  it("moves an older run aside when forced to, and leaves other files where they are", async () => {
    const directory = join(temporaryDirectory(), "run");
    const aside = `${directory}.old-20260101T000000Z`;
    await finishedRun(directory, "t1");
    writeFileSync(join(directory, "notes.txt"), "mine");
    writeFileSync(join(directory, "results.csv"), "exported");
    const run = createRun(directory, sampleManifest({ id: "run-2" }), { ...options(), force: true });
    expect(run.movedAside).toBe(aside);
    await run.close();
    expect([...readRun(aside).results()]).toHaveLength(1);
    expect(existsSync(join(aside, "results.csv"))).toBe(true);
    expect(readRun(directory).manifest.id).toBe("run-2");
    expect([...readRun(directory).results()]).toEqual([]);
    expect(readFileSync(join(directory, "notes.txt"), "utf8")).toBe("mine");
    await createRun(directory, sampleManifest(), { ...options(), force: true }).close();
    expect(existsSync(`${aside}-2`)).toBe(true);
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

  it.runIf(existsSync("/dev/full"))("ends with a clear error on a disk that is really full", async () => {
    const directory = temporaryDirectory();
    const run = createRun(directory, sampleManifest(), options());
    await run.close();
    const full = join(temporaryDirectory(), "run");
    mkdirSync(full);
    writeFileSync(join(full, "run.json"), readFileSync(join(directory, "run.json")));
    symlinkSync("/dev/full", join(full, "failures.jsonl"));
    const resumed = openRun(full, options());
    resumed.journal.recordFailure({
      target: "a",
      test_id: "t",
      sample: 0,
      attempt: 0,
      code: "tls",
      http_status: null,
      message: "m",
      request_id: null,
      waited_ms: 0,
    });
    await expect(resumed.journal.record(sampleResult(), null)).rejects.toThrow("the disk is full");
    await expect(resumed.close()).rejects.toThrow("the disk is full");
    expect(existsSync(join(full, "lock.json"))).toBe(false);
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

  it("is refused when there is no such directory, or its manifest cannot be read", () => {
    const directory = temporaryDirectory();
    expect(() => openRun(join(directory, "missing"), options())).toThrow(/there is no run in/);
    mkdirSync(join(directory, "run.json"));
    expect(() => openRun(directory, options())).toThrow(expect.objectContaining({ code: "resume" }));
  });
});
