import { cpSync, existsSync, readdirSync, readFileSync, truncateSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { parse } from "csv-parse/sync";
import { beforeAll, expect, test } from "vitest";
import type { ResultsFile } from "../../src/core/run.ts";
import { startCli, tempDir, type CliResult } from "../support/cli.ts";
import { runHere } from "../support/in-process.ts";
import { recordingSimulator } from "../support/recording-simulator.ts";
import { writeDataset } from "../support/run-directory.ts";

let finished = "";
beforeAll(async () => {
  finished = join(tempDir(), "run");
  const args = ["bench", "-d", writeDataset(4), "-o", finished, "-p", "a=sim:fast,b=sim:fast", "--quiet"];
  const { code, stderr } = await runHere(args);
  if (code !== 0) throw new Error(stderr);
});

/** A copy of the finished run without its exports, and `export` on it. */
function copied(): { directory: string; exported: (...more: string[]) => Promise<CliResult> } {
  const directory = join(tempDir(), "run");
  cpSync(finished, directory, { recursive: true, filter: (path) => !/results\.(json|csv)$|summary\.md$/.test(path) });
  return { directory, exported: (...more) => runHere(["export", directory, ...more]) };
}

test.each([
  ["json", "results.json"],
  ["csv", "results.csv"],
  ["md", "summary.md"],
])("--format %s writes %s as bench wrote it", async (format, file) => {
  const { directory, exported } = copied();
  const { code, stdout, stderr } = await exported("--format", format);
  expect({ code, stdout, stderr }).toEqual({ code: 0, stdout: "", stderr: `written: ${join(directory, file)}\n` });
  expect(readFileSync(join(directory, file), "utf8")).toBe(readFileSync(join(finished, file), "utf8"));
});

test("standard output gets the file and nothing else", async () => {
  const { directory, exported } = copied();
  const { code, stdout, stderr } = await exported("-f", "csv", "--fields", "target,test_id,status", "-o", "-");
  expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
  const rows: string[][] = parse(stdout);
  expect(rows[0]).toEqual(["target", "test_id", "status"]);
  expect(rows).toHaveLength(9);
  expect(existsSync(join(directory, "results.csv"))).toBe(false);
});

test("another file is written where it is named", async () => {
  const { exported } = copied();
  const file = join(tempDir(), "mine.json");
  expect((await exported("-f", "json", "-o", file, "--quiet")).stderr).toBe("");
  expect((JSON.parse(readFileSync(file, "utf8")) as ResultsFile).providers).toHaveLength(2);
  const nowhere = await exported("-f", "json", "-o", join(file, "below"));
  expect(nowhere.code).toBe(6);
  expect(nowhere.stderr).toMatch(/^error: cannot write .+: a part of the path is a file\nhint: .+\n$/);
});

test("an interrupted run is exported as far as it is, and says how far", async () => {
  const { directory, exported } = copied();
  const journal = join(directory, "results.jsonl");
  const lines = readFileSync(journal, "utf8").split("\n");
  writeFileSync(journal, `${lines.slice(0, 5).join("\n")}\n`);
  const manifest = join(directory, "run.json");
  const { crc: _, ...content } = JSON.parse(readFileSync(manifest, "utf8")) as { crc: string };
  writeFileSync(manifest, JSON.stringify({ ...content, status: "interrupted" }));
  const { code, stdout, stderr } = await exported("-f", "csv", "-o", "-");
  expect({ code, stderr }).toEqual({ code: 0, stderr: "warning: interrupted: 5 of 8 cases have a result\n" });
  expect(parse(stdout)).toHaveLength(6);
  truncateSync(journal, readFileSync(journal).length - 10);
  expect((await exported("-f", "csv", "-o", "-")).stderr).toMatch(
    /warning: results\.jsonl line 5 is damaged \(it is torn\); its case is left out\nwarning: interrupted: 4 of 8/,
  );
});

test("a run that goes on is read and left alone", async () => {
  const simulator = await recordingSimulator({ ttftMs: 3, tpotMs: 0.5, tokens: 6 });
  const directory = join(tempDir(), "run");
  simulator.when(
    () => simulator.ended === 2,
    () => simulator.hold(),
  );
  const args = ["bench", "-d", writeDataset(6), "-o", directory, "-p", "sim:m", "-c", "1", "--quiet"];
  const started = startCli(args, { env: { SIM_BASE_URL: simulator.url } });
  await simulator.until(() => simulator.requests.length === 3);
  const { code, stdout, stderr } = await runHere(["export", directory, "-f", "csv", "-o", "-"]);
  expect({ code, rows: parse(stdout).length }).toEqual({ code: 0, rows: 3 });
  expect(stderr).toBe("warning: not finished (it still runs, or was killed): 2 of 6 cases have a result\n");
  expect(existsSync(join(directory, "lock.json"))).toBe(true);
  simulator.release();
  expect((await started.done).code).toBe(0);
});

test("what makes no sense is an error with a way out", async () => {
  const { exported } = copied();
  const refused = async (message: RegExp, ...flags: string[]): Promise<void> => {
    const { code, stderr, stdout } = await exported(...flags);
    expect({ code, stdout }).toEqual({ code: 2, stdout: "" });
    expect(stderr).toMatch(message);
  };
  await refused(/--format/);
  await refused(/json, csv, md/, "-f", "xlsx");
  await refused(/unknown CSV field "statsu"\nhint: Did you mean "status"\?/, "-f", "csv", "--fields", "statsu");
  await refused(/--fields is about CSV, and the format is json/, "-f", "json", "--fields", "target");
  expect((await runHere(["export", tempDir(), "-f", "csv"])).stderr).toMatch(/there is no run in/);
});

test("a run's records are replaced by no export and no dataset, wherever they are; its exports may be", async () => {
  const { directory, exported } = copied();
  const records = readdirSync(directory).filter((name) => /jsonl$|^run\.json|^exports/.test(name));
  expect(records).toHaveLength(6);
  const before = records.map((name) => readFileSync(join(directory, name), "utf8"));
  for (const name of [...records, "lock.json", "run.json.tmp", "stdin.yaml"]) {
    const path = join(directory, name);
    const refused = {
      code: 2,
      stderr: expect.stringMatching(/^error: .+ belongs to the run in .+\nhint: Name another/),
    };
    expect(await exported("-f", "csv", "-o", path)).toMatchObject(refused);
    if (!existsSync(path)) continue;
    const convert = ["datasets", "convert", writeDataset(1), path, "--to", "json", "--force"];
    expect(await runHere(convert)).toMatchObject(refused);
  }
  expect(records.map((name) => readFileSync(join(directory, name), "utf8"))).toEqual(before);
  expect((await exported("-f", "csv", "-o", join(directory, "results.csv"))).code).toBe(0);
});
