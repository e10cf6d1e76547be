import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, expect, test } from "vitest";
import { tempDir, type CliResult } from "../support/cli.ts";
import { runHere } from "../support/in-process.ts";
import { simulator } from "../support/servers.ts";
import { writeDataset } from "../support/run-directory.ts";

const CASES = 12;
let dataset = "";
let fast = "";
let slow = "";
let both = "";

/** A run's directory. */
async function run(ttftMs: number, ...flags: string[]): Promise<string> {
  const { url } = await simulator({ ttftMs, tpotMs: 0.5, tokens: 6 });
  const directory = join(tempDir(), "run");
  const { code, stderr } = await runHere(["bench", "-d", dataset, "-o", directory, "--quiet", ...flags], {
    env: { SIM_BASE_URL: url },
  });
  expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
  return directory;
}

beforeAll(async () => {
  dataset = writeDataset(CASES);
  fast = await run(2, "-p", "sim:m");
  slow = await run(60, "-p", "sim:m", "-c", "3");
  both = await run(2, "-p", "sim:m,other=sim:n", "--limit", "8");
});

const compare = (...args: string[]): Promise<CliResult> => runHere(["compare", ...args]);

test("two runs of one target are compared as bench compares two targets, with what speaks against it", async () => {
  const { code, stdout, stderr } = await compare(fast, slow);
  expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
  expect(stdout).toContain(`A: ${fast}: small 1.0.0, begun `);
  expect(stdout).toMatch(/\n {2}A sim:m \(simulated\) +100 % +12\/12 /);
  expect(stdout).toMatch(/A sim:m against B sim:m, 12 pairs:/);
  expect(stdout).toMatch(/p50 duration:? .+ against .+\(95 % CI/);
  expect(stdout).not.toContain("are not the same");
  expect(stdout).toMatch(/the load differs: concurrency 5 in A, 3 in B/);
  expect(stdout).toMatch(/the two runs did not alternate in time/);
});

test("--json has the comparison, the matched cases and the warnings", async () => {
  const { code, stdout } = await compare(slow, both, "--target-b", "other", "--json");
  expect(code).toBe(0);
  const found = JSON.parse(stdout) as { comparison: object[]; warnings: string[] };
  expect(found).toMatchObject({
    a: { directory: slow, run: { planned_per_target: CASES } },
    pairs: [{ a: "sim:m", b: "other", summary_a: { succeeded: CASES }, summary_b: { succeeded: 8 } }],
    matched: { both: 8, only_a: 4, only_b: 0 },
  });
  expect(found.comparison[1]).toMatchObject({ a: "A sim:m", b: "B other", metric: "duration_ms.p50", pairs: 8 });
  expect(found.warnings).toContain("the runs do not hold the same cases: 8 of 12 cases match by id and sample");
});

test("several targets are paired by label, or the choices are named", async () => {
  const { code, stdout } = await compare(both, fast);
  expect(code).toBe(0);
  expect(stdout).toContain("A sim:m against B sim:m, 8 pairs:");
  expect(stdout).not.toContain("other");
  const foreign = await run(2, "-p", "x=sim:m");
  const refused = await compare(both, foreign);
  expect(refused.code).toBe(2);
  expect(refused.stderr).toMatch(/^error: no target of A .+\nhint: .*--target-a.* A has sim:m, other; B has x\.\n$/);
});

test("targets of one run can be compared, and they did alternate in time", async () => {
  const { code, stdout } = await compare(both, both, "--target-a", "sim:m", "--target-b", "other");
  expect(code).toBe(0);
  expect(stdout).toContain("A sim:m against B other, 8 pairs:");
  expect(stdout).not.toContain("alternate in time");
});

test("runs of different datasets are compared where ids match, with a warning", async () => {
  const other = join(tempDir(), "other.json");
  writeFileSync(other, readFileSync(dataset, "utf8").replace('"c0"', '"elsewhere"'));
  dataset = other;
  const { stdout } = await compare(fast, await run(2, "-p", "sim:m"));
  expect(stdout.replaceAll(/\s+/g, " ")).toMatch(
    /the datasets differ \(.+\): 11 of 13 cases match by id and sample, and even their prompts may differ/,
  );
});

test("what is no run is an error that says so", async () => {
  const { code, stderr } = await compare(fast, tempDir());
  expect(code).toBe(2);
  expect(stderr).toMatch(/^error: there is no run in .+\nhint: .+\n$/);
});
