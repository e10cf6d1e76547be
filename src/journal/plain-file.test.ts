import { execFileSync } from "node:child_process";
import { cpSync, existsSync, lstatSync, mkdirSync, readdirSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { fakeClock } from "../../test/support/fake-clock.ts";
import { sampleManifest, sampleResult, temporaryDirectory } from "../../test/support/journal-records.ts";
import { maskFor } from "../core/secrets.ts";
import { checkRun, isClean } from "./check.ts";
import { createRun, openRun, readRun } from "./directory.ts";
import { repairRun } from "./repair.ts";
import type { WriterOptions } from "./writer.ts";
import { writeWhole } from "./write-whole.ts";

const options = (): WriterOptions => ({ clock: fakeClock(), mask: maskFor([]), saveResponses: true });

/** Puts something else than a file at a path. */
const THINGS: Readonly<Record<string, (path: string) => void>> = {
  "a symbolic link": (path) => symlinkSync(join(temporaryDirectory(), "elsewhere"), path),
  "a directory": (path) => mkdirSync(path),
  "a named pipe": (path) => void execFileSync("mkfifo", [path]),
};

const NAMES = [
  "run.json",
  "run.json.prev",
  "run.json.tmp",
  "run.json.prev.tmp",
  "results.jsonl",
  "results.jsonl.tmp",
  "responses.jsonl",
  "failures.jsonl",
  "lock.json",
  "lock.json.0123456789abcdef",
  "lock.json.0123456789abcdef.next",
  "results.json",
  "results.csv",
  "summary.md",
  "exports.json",
  "results.json.4242-0123abcd.tmp",
  "stdin.jsonl",
  "stdin.jsonl.part",
];

describe.each(Object.entries(THINGS))("%s in place of a run's file", (kind, put) => {
  it("is refused at once by whatever would use it, and stays as it is", async () => {
    const whole = join(temporaryDirectory(), "whole");
    const run = createRun(whole, sampleManifest(), options());
    await run.journal.record(sampleResult(), "raw");
    run.saveManifest(sampleManifest({ status: "finished" }));
    await run.close();
    for (const name of NAMES) {
      const directory = join(temporaryDirectory(), "run");
      cpSync(whole, directory, { recursive: true });
      const path = join(directory, name);
      rmSync(path, { force: true });
      put(path);
      const entries = readdirSync(directory).sort();
      const refused = expect.objectContaining({
        code: "output",
        message: `${path} is ${kind}, not a regular file`,
      }) as unknown;
      expect(() => openRun(directory, options())).toThrow(refused);
      expect(() => readRun(directory)).toThrow(refused);
      expect(() => createRun(directory, sampleManifest(), options())).toThrow(refused);
      expect(() => createRun(directory, sampleManifest(), { ...options(), force: true })).toThrow(refused);
      const check = checkRun(directory);
      expect({ name, clean: isClean(check), there: check.in_the_way }).toEqual({
        name,
        clean: false,
        there: [{ file: name, kind }],
      });
      expect(repairRun(directory, fakeClock()).repaired).toEqual([]);
      expect(readdirSync(directory).sort()).toEqual(entries);
      expect(lstatSync(path).isFile()).toBe(false);
    }
  });
});

it("a run's directory itself may be a link", async () => {
  const parent = temporaryDirectory();
  mkdirSync(join(parent, "real"));
  symlinkSync(join(parent, "real"), join(parent, "link"));
  const run = createRun(join(parent, "link"), sampleManifest(), options());
  await run.journal.record(sampleResult(), null);
  await run.close();
  await openRun(join(parent, "link"), options()).close();
  expect([...readRun(join(parent, "real")).results()]).toHaveLength(1);
});

it("files of other names are no business of a run", async () => {
  const directory = temporaryDirectory();
  for (const name of ["notes", "results.jsonl.bak", "run.json.old"]) symlinkSync("/nowhere", join(directory, name));
  await createRun(directory, sampleManifest(), options()).close();
  expect(checkRun(directory).in_the_way).toEqual([]);
});

it("a file is never put in place of a device, a pipe or a directory", () => {
  const directory = temporaryDirectory();
  const [pipe, link] = [join(directory, "pipe"), join(directory, "link")];
  execFileSync("mkfifo", [pipe]);
  symlinkSync("/dev/null", link);
  for (const path of [pipe, link, "/dev/null", directory]) {
    expect(() => writeWhole(path, ["text"])).toThrow(/not a regular file/);
  }
  expect(lstatSync("/dev/null").isCharacterDevice()).toBe(true);
  expect(readdirSync(directory).sort()).toEqual(["link", "pipe"]);
  expect(existsSync(link)).toBe(true);
  writeFileSync(join(directory, "file"), "old");
  writeWhole(join(directory, "file"), ["new"]);
});
