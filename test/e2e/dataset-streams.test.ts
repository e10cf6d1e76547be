import { spawn } from "node:child_process";
import { appendFileSync, constants, copyFileSync, existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { once } from "node:events";
import { join } from "node:path";
import { beforeAll, describe, expect, it } from "vitest";
import { CLI, ROOT, startCli, tempDir } from "../support/cli.ts";
import { systemClock } from "../../src/core/clock.ts";
import { startSimulator } from "../../src/simulator/server.ts";
import { runHere } from "../support/in-process.ts";

const SIM = ["--providers", "sim:fast", "--quiet", "--export", "json"];

/** One simulator for all runs, in place of a process for each. */
const env: Record<string, string> = {};

beforeAll(async () => {
  const simulator = await startSimulator({ ttftMs: 3, tpotMs: 1, tokens: 6 }, systemClock);
  env["SIM_BASE_URL"] = `${simulator.url}/v1`;
  return () => simulator.close();
});

function manifestIn(directory: string): {
  status: string;
  planned_per_target: number | null;
  dataset: { name: string; version: string; sha256: string | null; good_part?: { bytes: number } | null };
} {
  return JSON.parse(readFileSync(join(directory, "run.json"), "utf8")) as ReturnType<typeof manifestIn>;
}

const lines = (directory: string): number =>
  readFileSync(join(directory, "results.jsonl"), "utf8").split("\n").length - 1;

const row = (n: number, prompt = `Say ${n}.`): string => `${JSON.stringify({ id: `t${n}`, prompt })}\n`;

/** Runs the command with this standard input, which stays open unless it is ended. */
async function withInput(args: string[], input: string | Uint8Array): Promise<{ code: number | null; stderr: string }> {
  const child = spawn(process.execPath, [CLI, ...args], {
    cwd: tempDir(),
    env: { PATH: process.env["PATH"] ?? "", HOME: tempDir(), ...env },
  });
  let stderr = "";
  child.stdout.resume();
  child.stderr.setEncoding("utf8").on("data", (text: string) => (stderr += text));
  child.stdin.on("error", () => {});
  child.stdin.end(input);
  const [code] = (await once(child, "close")) as [number | null];
  return { code, stderr };
}

describe("bench", () => {
  it.each(["json", "yaml", "jsonl", "jsonl.gz", "csv", "tsv", "parquet"])("runs a .%s dataset", async (extension) => {
    const directory = join(tempDir(), "out");
    const file = join(ROOT, "examples/datasets", `questions.${extension}`);
    const { code, stderr } = await runHere(["bench", "-d", file, ...SIM, "-o", directory], { env });
    expect(stderr).not.toContain("error");
    expect(code).toBe(0);
    expect(lines(directory)).toBe(3);
    expect(manifestIn(directory)).toMatchObject({ status: "finished", planned_per_target: 3 });
  });

  it("takes the files of a folder for one dataset, whose ids are unique over all", async () => {
    const [folder, directory] = [tempDir(), join(tempDir(), "out")];
    writeFileSync(join(folder, "a.jsonl"), row(1) + row(2));
    writeFileSync(join(folder, "b.csv"), "id,prompt\nt3,Say 3.\n");
    writeFileSync(join(folder, "notes.txt"), "no dataset");
    expect(await runHere(["bench", "-d", folder, ...SIM, "-o", directory], { env })).toMatchObject({ code: 0 });
    expect(lines(directory)).toBe(3);
    appendFileSync(join(folder, "b.csv"), "t1,Again.\n");
    const { code, stderr } = await runHere(["bench", "-d", folder, ...SIM], { env });
    expect(code).toBe(3);
    expect(stderr).toContain('b.csv:3:1 row 3, id: the id "t1" is already that of');
    expect(stderr).toMatch(/a\.jsonl row 1|a\.jsonl line 1/);
  });

  it("reads standard input, keeps it, and needs it no more for a resume", async () => {
    const directory = join(tempDir(), "out");
    const args = ["bench", "-d", "-", ...SIM, "-o", directory];
    expect(await withInput(args, row(1) + row(2))).toMatchObject({ code: 0 });
    expect(readFileSync(join(directory, "stdin.jsonl"), "utf8")).toBe(row(1) + row(2));
    expect(manifestIn(directory)).toMatchObject({
      status: "finished",
      planned_per_target: 2,
      dataset: { name: "stdin" },
    });
    expect(await withInput([...args, "--resume"], "")).toMatchObject({ code: 0 });
    expect(lines(directory)).toBe(2);
    expect(await withInput([...args, "--force"], "id,prompt\na,Say a.\n")).toMatchObject({ code: 0 });
    expect(existsSync(join(directory, "stdin.jsonl"))).toBe(false);
  });

  it("keeps all of standard input that is read before there is a run directory, so that a resume has it", async () => {
    const test_cases = Array.from({ length: 2000 }, (_, n) => ({ id: `t${n}`, prompt: `Say ${n}. ${"x".repeat(60)}` }));
    const document = JSON.stringify({ name: "long", version: "1", test_cases });
    const rows = test_cases.map((one) => `${JSON.stringify(one)}\n`).join("");
    for (const [name, input, flags] of [
      ["stdin.json", document, []],
      ["stdin.jsonl", rows, ["--validate-first"]],
    ] as const) {
      const directory = join(tempDir(), "out");
      const args = ["bench", "-d", "-", ...SIM, "-o", directory, "--limit", "2", ...flags];
      expect(await withInput(args, input)).toMatchObject({ code: 0 });
      expect(readFileSync(join(directory, name), "utf8") === input).toBe(true);
    }
  });

  it("knows Parquet of another tool on standard input, and keeps it", async () => {
    const directory = join(tempDir(), "out");
    const parquet = readFileSync(join(ROOT, "test/fixtures/mmlu.parquet"));
    const ran = await withInput(
      ["bench", "-d", "-", ...SIM.filter((flag) => flag !== "--quiet"), "-o", directory],
      parquet,
    );
    expect(ran.code).toBe(0);
    expect(ran.stderr).toContain("read as multiple choice, as MMLU");
    expect(lines(directory)).toBe(2);
    expect(readFileSync(join(directory, "stdin.parquet")).equals(parquet)).toBe(true);
  });

  it("stops at a bad row of standard input, and goes on once it is corrected", async () => {
    const directory = join(tempDir(), "out");
    const args = ["bench", "-d", "-", ...SIM, "-o", directory];
    const bad = await withInput(args, `${row(1)}${row(2)}{"id": "t3"}\n${row(4)}`);
    expect(bad.code).toBe(3);
    expect(bad.stderr).toContain('standard input:3:1: missing "prompt"');
    expect(bad.stderr).toContain("--resume --output");
    expect(lines(directory)).toBe(2);
    expect(manifestIn(directory)).toMatchObject({ status: "interrupted", planned_per_target: null });
    writeFileSync(join(directory, "stdin.jsonl"), row(1) + row(2) + row(3) + row(4));
    expect(await runHere(["resume", directory, "--quiet"], { env })).toMatchObject({ code: 0 });
    expect(lines(directory)).toBe(4);
  });

  it("asks for the format of standard input that does not show it", async () => {
    const { code, stderr } = await withInput(["bench", "-d", "-", ...SIM], "hello\n");
    expect(code).toBe(3);
    expect(stderr).toContain("standard input does not show what format it has");
  });
});

const LARGE_ROWS = 110;

let goodRows = "";

beforeAll(() => {
  goodRows = join(tempDir(), "good.jsonl");
  const metadata = { ballast: "x".repeat(640_000) };
  const text = JSON.stringify({ id: "t0", prompt: "Say 0.", metadata });
  for (let n = 0; n < LARGE_ROWS; n += 1) {
    appendFileSync(goodRows, `${text.replace('"t0"', `"t${n}"`).replace("Say 0.", `Say ${n}.`)}\n`);
  }
});

/** A JSON Lines file above the size that is validated first, with as many bad rows at its end as wanted. */
function largeFile(path: string, last: string): void {
  copyFileSync(goodRows, path, constants.COPYFILE_FICLONE);
  appendFileSync(path, last);
}

describe("a dataset above the size for validation first", () => {
  it("sends before it is read to its end, and a bad row stops it with code 3 until it is corrected", async () => {
    const folder = tempDir();
    mkdirSync(folder, { recursive: true });
    const [file, directory] = [join(folder, "large.jsonl"), join(folder, "out")];
    largeFile(file, '{"id": "last"}\n');
    const args = ["bench", "-d", file, ...SIM, "-c", "100", "--no-save-responses", "-o", directory];
    const bad = await runHere(args, { env });
    expect(bad.code).toBe(3);
    expect(bad.stderr).toContain('large.jsonl:111:1: missing "prompt"');
    expect(lines(directory)).toBe(LARGE_ROWS);
    const stopped = manifestIn(directory);
    expect(stopped).toMatchObject({ status: "interrupted", planned_per_target: null, dataset: { sha256: null } });
    expect(stopped.dataset.good_part?.bytes).toBeGreaterThan(64 * 1024 * 1024);

    largeFile(file, row(LARGE_ROWS));
    expect(await runHere([...args, "--resume"], { env })).toMatchObject({ code: 0 });
    expect(lines(directory)).toBe(LARGE_ROWS + 1);
    const finished = manifestIn(directory);
    expect(finished).toMatchObject({ status: "finished", planned_per_target: LARGE_ROWS + 1 });
    expect(finished.dataset.sha256).toMatch(/^[0-9a-f]{64}$/);
    expect(finished.dataset.version).toBe(finished.dataset.sha256?.slice(0, 12));
  });

  it("is cycled where something else ends the run, and ends at once where no case is chosen", async () => {
    const folder = tempDir();
    const [file, directory] = [join(folder, "large.jsonl"), join(folder, "out")];
    largeFile(file, "");
    const flags = ["-d", file, ...SIM, "--limit", "3", "--seed", "s", "--no-save-responses"];
    expect(await runHere(["bench", ...flags, "--max-requests", "8", "-o", directory], { env })).toMatchObject({
      code: 0,
    });
    expect(lines(directory)).toBe(8);
    expect(manifestIn(directory)).toMatchObject({ status: "finished", planned_per_target: 8 });
    const none = await runHere(
      ["bench", ...flags, "--max-requests", "8", "--category", "none", "-o", `${directory}2`],
      { env },
    );
    expect(none.code).toBe(3);
    expect(none.stderr).toContain('no test case has the category "none"');
    expect(none.stderr).toContain("This dataset has no categories");
    expect(none.stderr).not.toContain("--resume");
  });

  it("is checked whole with --validate-first, and nothing is sent when a row is wrong", async () => {
    const folder = tempDir();
    const [file, directory] = [join(folder, "large.jsonl"), join(folder, "out")];
    largeFile(file, '{"id": "last"}\n{"id": "t0", "prompt": "p"}\n');
    const bad = await runHere(["bench", "-d", file, ...SIM, "--validate-first", "-o", directory], { env });
    expect(bad.code).toBe(3);
    expect(bad.stderr).toContain("2 problems");
    expect(bad.stderr).toContain('the id "t0" is already that of line 1');
    expect(existsSync(directory)).toBe(false);
  });

  it("goes on after a kill when the file is as it was, and not when it changed", async () => {
    const folder = tempDir();
    const [file, directory] = [join(folder, "large.jsonl"), join(folder, "out")];
    largeFile(file, "");
    const args = ["bench", "-d", file, ...SIM, "-c", "1", "--no-save-responses", "-o", directory];
    const killed = startCli([...args.filter((arg) => arg !== "--quiet"), "--json"], { env });
    await killed.waitFor("stderr", /case_finished/);
    killed.kill("SIGKILL");
    await killed.done;
    const resumed = startCli([...args.filter((arg) => arg !== "--quiet"), "--json", "--resume"], { env });
    await resumed.waitFor("stderr", /case_finished/);
    resumed.kill("SIGKILL");
    await resumed.done;
    appendFileSync(file, row(99_999));
    const changed = await runHere([...args, "--resume"], { env });
    expect(changed.code).toBe(2);
    expect(changed.stderr).toContain("dataset: the file changed");
  });
});
