import { execFileSync } from "node:child_process";
import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { tempDir } from "../support/cli.ts";
import { runHere, runInProcess, type InProcess } from "../support/in-process.ts";
import { recordingSimulator } from "../support/recording-simulator.ts";
import { totalsOf, writeDataset } from "../support/run-directory.ts";

const CASES = 5;
const QUICK = { ttftMs: 1, tpotMs: 0.2, tokens: 3 };

/** A place to run in, with a server that counts what it is sent. */
async function place(): Promise<{
  readonly directory: string;
  readonly sent: () => number;
  readonly run: (...args: string[]) => Promise<InProcess>;
  readonly bench: (...args: string[]) => Promise<InProcess>;
}> {
  const simulator = await recordingSimulator(QUICK);
  const [cwd, dataset] = [tempDir(), writeDataset(CASES)];
  const directory = join(cwd, "run");
  const run = (...args: string[]): Promise<InProcess> =>
    runInProcess(args, { cwd, env: { SIM_BASE_URL: simulator.url } });
  return {
    directory,
    sent: () => simulator.requests.length,
    run,
    bench: (...more) => run("bench", "-d", dataset, "-o", directory, "-p", "sim:m", "-c", "2", "--quiet", ...more),
  };
}

test("a link under the name of an unfinished run.json is refused before anything is sent; without it the run begins", async () => {
  const { directory, sent, bench } = await place();
  mkdirSync(directory);
  symlinkSync("/dev/full", join(directory, "run.json.tmp"));
  const { code, stderr } = await bench();
  expect(code).toBe(6);
  expect(stderr).toMatch(/^error: .+run\.json\.tmp is a symbolic link, not a regular file\nhint: .+\n$/);
  expect(sent()).toBe(0);
  expect(readdirSync(directory)).toEqual(["run.json.tmp"]);
  rmSync(join(directory, "run.json.tmp"));
  expect((await bench()).code).toBe(0);
  expect(totalsOf(directory)).toMatchObject([{ cases: CASES, succeeded: CASES }]);
});

test.each<[string, (directory: string) => void, boolean]>([
  ["its directory is deleted", (directory) => rmSync(directory, { recursive: true }), false],
  ["its journal is emptied", (directory) => truncateSync(join(directory, "results.jsonl")), true],
  ["its responses are deleted", (directory) => rmSync(join(directory, "responses.jsonl")), true],
  ["its run.json is deleted", (directory) => rmSync(join(directory, "run.json")), true],
])(
  "when %s while it goes on, a run ends with code 6 and can be resumed as far as it is there",
  async (_, harm, goesOn) => {
    const simulator = await recordingSimulator(QUICK);
    const directory = join(tempDir(), "run");
    const env = { SIM_BASE_URL: simulator.url };
    simulator.when(
      () => simulator.ended === 3,
      () => harm(directory),
    );
    const args = ["bench", "-d", writeDataset(CASES), "-o", directory, "-p", "sim:m", "-c", "1", "--quiet"];
    const { code, stderr } = await runHere(args, { env });
    expect(code).toBe(6);
    expect(stderr).toMatch(/^error: .+(deleted or moved|shortened) by another program .+\nhint: .+\n$/);
    expect(existsSync(directory)).toBe(goesOn);
    if (!goesOn) return;
    expect(await runHere(["resume", directory, "--quiet"], { env })).toMatchObject({ code: 0 });
    expect(totalsOf(directory)).toMatchObject([{ cases: CASES, succeeded: CASES }]);
  },
);

test("a pipe in place of kept standard input is refused before it is read", async () => {
  const { directory, sent, run, bench } = await place();
  await bench();
  execFileSync("mkfifo", [join(directory, "stdin.jsonl")]);
  const before = sent();
  const { code, stderr } = await run("bench", "-d", "-", "-o", directory, "-p", "sim:m", "--resume", "--quiet");
  expect(code).toBe(6);
  expect(stderr).toMatch(/^error: .+stdin\.jsonl is not a regular file\nhint: .+\n$/);
  expect(sent()).toBe(before);
});

describe("journal check and its repair", () => {
  /** Changes a byte in the middle of a file. */
  function flip(path: string): void {
    const bytes = readFileSync(path);
    const middle = Math.floor(bytes.length / 2);
    bytes[middle] = (bytes[middle] ?? 0) ^ 1;
    writeFileSync(path, bytes);
  }

  test.each<[string, string, (path: string) => void, number]>([
    ["a flipped byte in the middle", "results.jsonl", flip, 1],
    ["a torn tail", "results.jsonl", (path) => truncateSync(path, readFileSync(path).length - 40), 1],
    ["a line twice", "results.jsonl", (path) => writeFileSync(path, twiceTheFirst(path)), 0],
    ["a flipped byte", "responses.jsonl", flip, 0],
  ])(
    "%s in %s: named, repaired with the original beside it, and only lost cases are sent again",
    async (_, name, damage, lost) => {
      const { directory, sent, run, bench } = await place();
      await bench();
      const path = join(directory, name);
      damage(path);
      const damaged = readFileSync(path);
      const check = await run("journal", "check", directory);
      expect(check.code).toBe(1);
      expect(check.stdout).toMatch(new RegExp(`${name} line \\d`));
      expect(await run("journal", "check", directory, "--repair")).toMatchObject({ code: 0 });
      const original = readdirSync(directory).find((file) => file.startsWith(`${name}.damaged-`)) ?? "";
      expect(readFileSync(join(directory, original))).toEqual(damaged);
      expect(await run("journal", "check", directory)).toMatchObject({ code: 0 });
      const before = sent();
      expect(await run("resume", directory, "--quiet")).toMatchObject({ code: 0 });
      expect(sent() - before).toBe(lost);
      expect(totalsOf(directory)).toMatchObject([{ cases: CASES, total: CASES, succeeded: CASES }]);
    },
  );

  const twiceTheFirst = (path: string): string => {
    const text = readFileSync(path, "utf8");
    return text + text.slice(0, text.indexOf("\n") + 1);
  };

  test("without its journal a run is begun anew by a resume, which the hint says", async () => {
    const { directory, run, bench } = await place();
    await bench();
    rmSync(join(directory, "results.jsonl"));
    const { code, stderr } = await run("journal", "check", directory);
    expect({ code, stderr }).toEqual({ code: 1, stderr: "hint: resume it: llm-test-bench resume run\n" });
    expect(await run("resume", directory, "--quiet")).toMatchObject({ code: 0 });
    expect(await run("journal", "check", directory)).toMatchObject({ code: 0 });
  });
});

test("a path that leads nowhere, and a run.json that cannot be read, are named by every command, as no defect", async () => {
  const { directory, run, bench } = await place();
  expect((await bench()).code).toBe(0);
  const [cwd, loop] = [tempDir(), join(tempDir(), "loop")];
  symlinkSync(loop, loop);
  truncateSync(join(directory, "run.json"), 65 * 1024 * 1024);
  const file = join(cwd, "file");
  writeFileSync(file, "");
  for (const path of [loop, join(cwd, "a".repeat(300)), file, directory]) {
    for (const args of [
      ["resume", path],
      ["export", "-f", "csv", path],
      ["compare", path, path],
      ["journal", "check", path],
    ]) {
      const { code, stderr } = await run(...args);
      const isCheckOfRun = args[0] === "journal" && path === directory;
      expect([1, 2, 6]).toContain(code);
      expect(stderr).not.toContain("unexpected");
      if (!isCheckOfRun)
        expect(stderr).toMatch(/^error: (cannot look at|cannot read|there is no run in) .+\nhint: .+\n$/);
    }
  }
});

test("lines copied in from another run do not make a run look finished", async () => {
  const { directory, sent, bench, run } = await place();
  expect((await bench()).code).toBe(0);
  const journal = join(directory, "results.jsonl");
  const lines = readFileSync(journal, "utf8").split("\n").slice(0, -1);
  const others = join(tempDir(), "others");
  const dataset = join(tempDir(), "others.json");
  const test_cases = Array.from({ length: CASES }, (_, i) => ({ id: `other${i}`, prompt: `Other ${i}` }));
  writeFileSync(dataset, JSON.stringify({ name: "others", version: "1", test_cases }));
  expect((await run("bench", "-d", dataset, "-o", others, "-p", "sim:m", "--quiet")).code).toBe(0);
  const before = sent();
  writeFileSync(journal, `${lines.slice(0, 2).join("\n")}\n${readFileSync(join(others, "results.jsonl"), "utf8")}`);
  const { code, stderr } = await run("resume", directory, "--quiet");
  expect(stderr).toContain(`results.jsonl holds ${CASES} results of cases or targets that this run does not have`);
  expect({ code, sent: sent() - before }).toEqual({ code: 0, sent: CASES - 2 });
});
