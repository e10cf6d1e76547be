import { execFileSync } from "node:child_process";
import { cpSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, describe, expect, test } from "vitest";
import { startCli, tempDir, type CliResult } from "../support/cli.ts";
import { runHere } from "../support/in-process.ts";
import { recordingSimulator } from "../support/recording-simulator.ts";
import { journalOf, writeDataset } from "../support/run-directory.ts";

const QUICK = { ttftMs: 3, tpotMs: 0.5, tokens: 6 };
let finished = "";
beforeAll(async () => {
  finished = join(tempDir(), "run");
  const args = ["bench", "-d", writeDataset(4), "-o", finished, "-p", "a=sim:fast,b=sim:fast", "--quiet"];
  const { code, stderr } = await runHere(args);
  if (code !== 0) throw new Error(stderr);
});

function copied(): { directory: string; check: (...more: string[]) => Promise<CliResult> } {
  const directory = join(tempDir(), "run");
  cpSync(finished, directory, { recursive: true });
  return { directory, check: (...more) => runHere(["journal", "check", directory, ...more]) };
}

/** Changes a byte in the third line of the journal and returns the case that stood there. */
function damage(directory: string): { target: string; test_id: string } {
  const path = join(directory, "results.jsonl");
  const lines = readFileSync(path, "utf8").split("\n");
  const third = lines[2] ?? "";
  const broken = third.replace('"attempts":1', '"attempts":2');
  writeFileSync(path, lines.with(2, broken).join("\n"));
  return JSON.parse(third) as { target: string; test_id: string };
}

describe("journal check", () => {
  test("of a good run counts its lines and ends with code 0", async () => {
    const { code, stdout, stderr } = await copied().check();
    expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
    expect(stdout).toMatch(/\n {2}results\.jsonl +8 +8\n {2}responses\.jsonl +8 +8\n {2}failures\.jsonl +0 +0\n/);
    expect(stdout).toContain("8 of 8 cases have a result\n");
  });

  test("of a damaged one names the line and the case, and ends with code 1", async () => {
    const { directory, check } = copied();
    const { target, test_id } = damage(directory);
    const { code, stdout, stderr } = await check();
    expect(code).toBe(1);
    expect(stdout).toContain(`results.jsonl line 3: its checksum does not match (${target} ${test_id})`);
    expect(stdout).toContain("7 of 8 cases have a result; a resume sends the other 1");
    expect(stderr).toContain(`hint: write damaged files anew: llm-test-bench journal check ${directory} --repair`);
    const json = await check("--json");
    expect(json.code).toBe(1);
    expect(JSON.parse(json.stdout)).toMatchObject({
      clean: false,
      manifest: { ok: true, status: "finished" },
      finished: 7,
      planned: 8,
      lost: [{ target, test_id, sample: 0 }],
      repaired: [],
    });
  });

  test("--repair writes the good lines anew, keeps the original, and a resume sends the rest", async () => {
    const { directory, check } = copied();
    const { target, test_id } = damage(directory);
    const before = readFileSync(join(directory, "results.jsonl"), "utf8");
    const { code, stdout, stderr } = await check("--repair");
    expect(code).toBe(0);
    expect(stdout).toMatch(/results\.jsonl written anew: 7 lines kept, 1 left out; what was there is in/);
    expect(stdout).toContain(`lost with damaged lines: ${target} ${test_id}`);
    expect(stderr).toBe(`hint: resume it: llm-test-bench resume ${directory}\n`);
    const original = readdirSync(directory).find((name) => name.startsWith("results.jsonl.damaged-"));
    expect(readFileSync(join(directory, original ?? ""), "utf8")).toBe(before);
    expect((await check()).code).toBe(0);
    expect(await runHere(["resume", directory, "--quiet"])).toMatchObject({ code: 0, stderr: "" });
    expect(journalOf(directory)).toHaveLength(8);
    expect(journalOf(directory).at(-1)).toMatchObject({ target, test_id, segment: 1 });
  });

  test("of a run whose run.json is damaged names the version before, which --repair puts in its place", async () => {
    const { directory, check } = copied();
    writeFileSync(join(directory, "run.json"), "{");
    const looked = await check();
    expect(looked.code).toBe(1);
    expect(looked.stdout).toMatch(/run\.json: .+ is damaged/);
    expect(looked.stdout).toContain("8 cases have a result");
    expect(looked.stderr).toContain(`llm-test-bench journal check ${directory} --repair`);
    expect(await runHere(["resume", directory])).toMatchObject({ code: 2 });
    const repaired = await check("--repair");
    expect(repaired.code).toBe(0);
    expect(repaired.stdout).toMatch(/run\.json written anew; what was there is in run\.json\.damaged-/);
    expect(await runHere(["resume", directory, "--quiet"])).toMatchObject({ code: 0, stderr: "" });
    expect(journalOf(directory)).toHaveLength(8);
    for (const name of ["run.json", "run.json.prev"]) writeFileSync(join(directory, name), "{");
    const hopeless = await check("--repair");
    expect(hopeless.code).toBe(1);
    expect(hopeless.stderr).toContain("hint: run.json cannot be repaired");
  });

  test("of a run whose files lost lines after its end says how many there were, and ends with code 1", async () => {
    const { directory, check } = copied();
    const path = join(directory, "responses.jsonl");
    writeFileSync(path, readFileSync(path, "utf8").split("\n").slice(0, 5).join("\n") + "\n");
    const { code, stdout } = await check();
    expect(code).toBe(1);
    expect(stdout).toContain("responses.jsonl: it has 5 lines, and had 8 when the run ended");
    expect((await check("--repair")).code).toBe(0);
    expect((await check()).code).toBe(0);
  });

  test("of a run with a named pipe in place of its journal says so at once, and reads nothing of it", async () => {
    const { directory, check } = copied();
    rmSync(join(directory, "results.jsonl"));
    execFileSync("mkfifo", [join(directory, "results.jsonl")]);
    for (const flags of [[], ["--repair"]]) {
      const { code, stdout, stderr } = await check(...flags);
      expect(code).toBe(1);
      expect(stdout).toContain("results.jsonl is a named pipe, not a file: it was not read");
      expect(stderr).toBe(`hint: move results.jsonl out of ${directory}, then check again\n`);
    }
    for (const command of ["resume", "export", "compare"]) {
      const more = { resume: [], export: ["-f", "json"], compare: [directory] }[command] ?? [];
      const { code, stderr } = await runHere([command, directory, ...more]);
      expect({ command, code }).toEqual({ command, code: 6 });
      expect(stderr).toMatch(/^error: .+results\.jsonl is a named pipe, not a regular file\nhint: /);
    }
  });

  test("reads a run that goes on, and repairs nothing of it", async () => {
    const simulator = await recordingSimulator(QUICK);
    const directory = join(tempDir(), "run");
    simulator.when(
      () => simulator.ended === 2,
      () => simulator.hold(),
    );
    const args = ["bench", "-d", writeDataset(4), "-o", directory, "-p", "sim:m", "-c", "1", "--quiet"];
    const started = startCli(args, { env: { SIM_BASE_URL: simulator.url } });
    await simulator.until(() => simulator.requests.length === 3);
    const looked = await runHere(["journal", "check", directory]);
    expect(looked.code).toBe(0);
    expect(looked.stdout).toContain(`process ${started.pid} writes there`);
    const repaired = await runHere(["journal", "check", directory, "--repair"]);
    expect(repaired.code).toBe(2);
    expect(repaired.stderr).toContain(`is in use by process ${started.pid}`);
    simulator.release();
    expect((await started.done).code).toBe(0);
  });

  test("of what is no run says so", async () => {
    const { code, stderr } = await runHere(["journal", "check", tempDir()]);
    expect(code).toBe(2);
    expect(stderr).toMatch(/^error: there is no run in .+\nhint: .+\n$/);
  });
});
