import { cpSync, existsSync, readdirSync, readFileSync, rmSync, statSync, truncateSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, describe, expect, test } from "vitest";
import { tempDir, type CliResult } from "../support/cli.ts";
import { runHere } from "../support/in-process.ts";
import { journalOf, writeDataset } from "../support/run-directory.ts";

const EXPORTS = ["results.json", "results.csv", "summary.md"];

let finished = "";
beforeAll(async () => {
  finished = join(tempDir(), "run");
  const args = ["bench", "-d", writeDataset(3), "-o", finished, "-p", "sim:fast", "--quiet"];
  const { code, stderr } = await runHere(args);
  if (code !== 0) throw new Error(stderr);
});

/** A copy of the finished run. */
function copied(): {
  directory: string;
  path: (name: string) => string;
  resume: (...more: string[]) => Promise<CliResult>;
} {
  const directory = join(tempDir(), "run");
  cpSync(finished, directory, { recursive: true });
  return {
    directory,
    path: (name) => join(directory, name),
    resume: (...more) => runHere(["resume", directory, ...more]),
  };
}

const contentsOf = (directory: string): string[] => EXPORTS.map((name) => readFileSync(join(directory, name), "utf8"));
const inodesOf = (directory: string): number[] => EXPORTS.map((name) => statSync(join(directory, name)).ino);

describe("a resume of a finished run", () => {
  test.each<[string, (path: (name: string) => string) => void]>([
    ["one is missing", (path) => rmSync(path("results.csv"))],
    ["all are missing", (path) => EXPORTS.forEach((name) => rmSync(path(name)))],
    ["one is cut off", (path) => truncateSync(path("results.json"), 100)],
    ["one is empty", (path) => truncateSync(path("summary.md"))],
    [
      "a kill left those of an earlier segment, and no word of what they were made from",
      (path) => {
        rmSync(path("exports.json"));
        writeFileSync(path("results.csv"), "target,provider\n");
      },
    ],
    ["what they were made from cannot be read", (path) => writeFileSync(path("exports.json"), "{")],
  ])("writes the exports again when %s", async (_, harm) => {
    const { directory, path, resume } = copied();
    harm(path);
    expect(await resume()).toMatchObject({ code: 0 });
    expect(contentsOf(directory)).toEqual(contentsOf(finished));
    // Then they are good, and stay as they are.
    const inodes = inodesOf(directory);
    expect(await resume("--quiet")).toMatchObject({ code: 0 });
    expect(inodesOf(directory)).toEqual(inodes);
    expect(existsSync(path("lock.json"))).toBe(false);
  });

  test("writes them again when they were made from another journal", async () => {
    const { directory, path, resume } = copied();
    // As where a process was killed between its last record and its exports.
    const last = journalOf(directory).at(-1);
    const { crc: _, ...manifest } = JSON.parse(readFileSync(path("run.json"), "utf8")) as { crc: string };
    writeFileSync(path("run.json"), JSON.stringify({ ...manifest, ended_at: last?.timestamp }));
    expect(await resume()).toMatchObject({ code: 0 });
    expect(JSON.parse(readFileSync(path("results.json"), "utf8"))).toMatchObject({
      run: { ended_at: last?.timestamp },
    });
  });

  test("leaves a good table of other columns alone, and writes one when it is asked to", async () => {
    const { directory, path, resume } = copied();
    await runHere(["export", directory, "--format", "csv", "--fields", "test_id,status"]);
    const table = readFileSync(path("results.csv"), "utf8");
    expect(table).toMatch(/^test_id,status\r\n/);
    expect((await resume()).code).toBe(0);
    expect(readFileSync(path("results.csv"), "utf8")).toBe(table);
    expect((await resume("--fields", "status")).code).toBe(0);
    expect(readFileSync(path("results.csv"), "utf8")).toMatch(/^status\r\n/);
  });

  test("takes away what killed exports left, and nothing else", async () => {
    const { directory, path, resume } = copied();
    const left = ["results.json.4194399-0123abcd.tmp", "summary.md.01234567-89ab-4cde-8f01-23456789abcd.tmp"];
    const living = `results.csv.${process.ppid}-0123abcd.tmp`;
    const mine = ["results.json.tmp", "results.csv.mine.tmp", "notes.4194399-0123abcd.tmp"];
    for (const name of [...left, living, ...mine]) writeFileSync(path(name), "x");
    expect((await resume()).code).toBe(0);
    const names = readdirSync(directory);
    expect(names.filter((name) => left.includes(name))).toEqual([]);
    expect(names).toEqual(expect.arrayContaining([living, ...mine]));
  });
});
