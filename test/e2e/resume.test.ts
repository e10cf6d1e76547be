import { cpSync, existsSync, readdirSync, readFileSync, truncateSync, writeFileSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { describe, expect, test } from "vitest";
import { systemClock } from "../../src/core/clock.ts";
import { seededRandom, type Random } from "../../src/core/random.ts";
import { resultKey } from "../../src/core/result.ts";
import { createRun, openRun } from "../../src/journal/directory.ts";
import { startCli, tempDir, type CliResult } from "../support/cli.ts";
import { runHere } from "../support/in-process.ts";
import { sampleManifest, sampleResult } from "../support/journal-records.ts";
import { recordingSimulator, type RecordingSimulator } from "../support/recording-simulator.ts";
import { identityIn, journalOf, totalsOf, writeDataset } from "../support/run-directory.ts";

const QUICK = { ttftMs: 3, tpotMs: 0.5, tokens: 6 };

/** A whole number from `least` to `most`. */
const draw = (random: Random, least: number, most: number): number => least + Math.floor(random() * (most - least + 1));

function bench(dataset: string, directory: string, ...more: string[]): string[] {
  const targets = more.includes("-p") ? [] : ["-p", "a=sim:one,b=sim:two"];
  return ["bench", "-d", dataset, "-o", directory, ...targets, "--quiet", ...more];
}

describe("a journal cut anywhere in its last two lines", () => {
  const lastTwoLines = (path: string): { from: number; size: number } => {
    const bytes = readFileSync(path);
    let from = bytes.length - 1;
    for (let lines = 0; lines < 2; lines += 1) from = bytes.lastIndexOf(0x0a, from - 1);
    return { from: from + 1, size: bytes.length };
  };

  test("at every byte, exactly the cut lines are lost, and writing them again makes the journal whole", async () => {
    const options = { clock: systemClock, mask: (text: string) => text, saveResponses: false };
    const whole = join(tempDir(), "whole");
    const results = Array.from({ length: 4 }, (_, i) =>
      sampleResult({ test_id: `c${i}`, response: null, status: i % 2 === 0 ? "success" : "timeout" }),
    );
    const created = createRun(whole, sampleManifest(), options);
    await Promise.all(results.map((result) => created.journal.record(result, null)));
    await created.close();
    const path = join(whole, "results.jsonl");
    const bytes = readFileSync(path);
    const { from, size } = lastTwoLines(path);
    const lastFrom = bytes.indexOf(0x0a, from) + 1;
    for (let cut = from; cut < size; cut += 1) {
      writeFileSync(path, bytes.subarray(0, cut));
      const run = openRun(whole, options);
      const kept = cut < lastFrom ? 2 : 3;
      // A torn last line is no news, so nothing is warned of.
      const finished = results.slice(0, kept).map(resultKey);
      expect({ cut, finished: [...run.finished], warnings: run.warnings }).toEqual({ cut, finished, warnings: [] });
      const written = Promise.all(results.slice(kept).map((result) => run.journal.record(result, null)));
      run.closeAtOnce();
      await written;
      expect({ cut, whole: readFileSync(path).equals(bytes) }).toEqual({ cut, whole: true });
    }
  }, 60_000);

  test("the real command resumes from seeded cuts with the same totals", async () => {
    const simulator = await recordingSimulator(QUICK);
    const dataset = writeDataset(6);
    const env = { SIM_BASE_URL: simulator.url };
    const whole = join(tempDir(), "run");
    expect((await runHere(bench(dataset, whole), { env })).code).toBe(0);
    const { from, size } = lastTwoLines(join(whole, "results.jsonl"));
    const random = seededRandom("cuts");
    for (let n = 0; n < 5; n += 1) {
      const directory = join(tempDir(), "run");
      cpSync(whole, directory, { recursive: true });
      const cut = draw(random, from, size - 1);
      truncateSync(join(directory, "results.jsonl"), cut);
      const lost = 12 - journalOf(directory).length;
      const before = simulator.requests.length;
      const { code, stderr } = await runHere(bench(dataset, directory, "--resume"), { env });
      expect({ code, stderr }).toMatchObject({ code: 0 });
      // The run had ended with so many lines.
      const warning = `warning: results.jsonl has lost ${lost === 1 ? "a line" : `${lost} lines`}; their cases count as unfinished\n`;
      expect({ cut, stderr, sent: simulator.requests.length - before }).toEqual({ cut, stderr: warning, sent: lost });
      expect(totalsOf(directory)).toEqual(totalsOf(whole));
    }
  }, 60_000);
});

describe("resuming a finished run", () => {
  /** A finished run of 4 cases for each of two targets, and how to repeat its command. */
  async function finishedRun(): Promise<{
    simulator: RecordingSimulator;
    dataset: string;
    directory: string;
    again: (...more: string[]) => Promise<CliResult>;
  }> {
    const simulator = await recordingSimulator(QUICK);
    const dataset = writeDataset(4);
    const directory = join(tempDir(), "run");
    const again = (...more: string[]): Promise<CliResult> =>
      runHere(bench(dataset, directory, ...more), { env: { SIM_BASE_URL: simulator.url } });
    expect((await again()).code).toBe(0);
    expect(simulator.requests).toHaveLength(8);
    return { simulator, dataset, directory, again };
  }

  test("sends nothing and shows the summary again", async () => {
    const { simulator, directory, again } = await finishedRun();
    const totals = totalsOf(directory);
    const { code, stdout } = await again("--resume");
    expect(code).toBe(0);
    expect(stdout).toMatch(/ a \(simulated\) +100 % +4\/4 /);
    expect(stdout).toContain("p95");
    expect(simulator.requests).toHaveLength(8);
    expect(totalsOf(directory)).toEqual(totals);
  });

  test("a line damaged in the middle is reported with its number, and its case alone runs again", async () => {
    const { simulator, directory, again } = await finishedRun();
    const totals = totalsOf(directory);
    const path = join(directory, "results.jsonl");
    const lines = readFileSync(path, "utf8").split("\n");
    const third = JSON.parse(lines[2] ?? "") as { model: string; test_id: string; sample: number };
    const bytes = readFileSync(path);
    const at = Buffer.byteLength(lines.slice(0, 2).join("\n")) + 40;
    bytes.writeUInt8(bytes.readUInt8(at) ^ 1, at);
    writeFileSync(path, bytes);
    const { code, stderr } = await again("--resume");
    expect(code).toBe(0);
    expect(stderr).toMatch(/warning: results\.jsonl line 3 is damaged \(.+\); its case counts as unfinished/);
    expect(simulator.requests.slice(8).map(identityIn)).toEqual([`${third.model} ${third.test_id}#${third.sample}`]);
    expect(totalsOf(directory)).toEqual(totals);
    // Nothing else is touched.
    expect(readFileSync(path).subarray(0, bytes.length).equals(bytes)).toBe(true);
  });

  test("with anything else to send ends with code 2, says what differs, and sends nothing", async () => {
    const { simulator, dataset, directory, again } = await finishedRun();
    const journal = readFileSync(join(directory, "results.jsonl"), "utf8");
    const refused = async (difference: RegExp, ...flags: string[]): Promise<void> => {
      const { code, stderr } = await again("--resume", ...flags);
      expect(stderr).toMatch(difference);
      expect(stderr).toMatch(/^error: .+ holds another run: .+\nhint: .+\n$/);
      expect(code).toBe(2);
    };
    await refused(/temperature was not set, is now 0\.7/, "--temperature", "0.7");
    await refused(/repeat was 1, is now 2; max_tokens was not set, is now 9/, "--repeat", "2", "--max-tokens", "9");
    await refused(/stream was true, is now false/, "--no-stream");
    await refused(/b: model was "two", is now "three"/, "-p", "a=sim:one,b=sim:three");
    await refused(/targets were a, b, are now sim:one/, "-p", "sim:one");
    writeFileSync(dataset, readFileSync(dataset, "utf8").replace("something", "nothing"));
    await refused(/dataset: content changed \(sha256 was [0-9a-f]{64}, is now [0-9a-f]{64}\)/);
    expect(simulator.requests).toHaveLength(8);
    expect(readFileSync(join(directory, "results.jsonl"), "utf8")).toBe(journal);
  });

  test("without --resume it is never overwritten; --force moves it aside", async () => {
    const { simulator, directory, again } = await finishedRun();
    const journal = readFileSync(join(directory, "results.jsonl"), "utf8");
    const refused = await again();
    expect(refused.code).toBe(2);
    expect(refused.stderr).toMatch(/already holds a run\nhint: .*--resume.*--output.*--force/);
    expect(simulator.requests).toHaveLength(8);
    expect((await again("--force")).code).toBe(0);
    expect(simulator.requests).toHaveLength(16);
    const aside = readdirSync(dirname(directory)).filter((name) => name.startsWith(`${basename(directory)}.old-`));
    expect(aside).toHaveLength(1);
    const old = join(dirname(directory), aside[0] ?? "");
    expect(readFileSync(join(old, "results.jsonl"), "utf8")).toBe(journal);
    expect(existsSync(join(old, "run.json"))).toBe(true);
    expect(journalOf(directory)).toHaveLength(8);
  });
});

test("a second process is kept out while the first runs, and a killed one's lock is taken over", async () => {
  const simulator = await recordingSimulator(QUICK);
  const env = { SIM_BASE_URL: simulator.url };
  const dataset = writeDataset(6);
  const directory = join(tempDir(), "run");
  simulator.hold();
  const first = startCli(bench(dataset, directory), { env });
  await simulator.until(() => simulator.requests.length === 10);
  for (const mode of ["--resume", "--force"]) {
    const second = await runHere(bench(dataset, directory, mode), { env });
    expect(second.code).toBe(2);
    expect(second.stderr).toMatch(new RegExp(`in use by process ${first.pid}\nhint: .+`));
  }
  expect(simulator.requests).toHaveLength(10);
  first.kill("SIGKILL");
  await first.done;
  expect(existsSync(join(directory, "lock.json"))).toBe(true);
  simulator.release();
  const { code, stderr } = await runHere(bench(dataset, directory, "--resume"), { env });
  expect({ code, stderr }).toMatchObject({ code: 0 });
  expect(journalOf(directory)).toHaveLength(12);
  expect(existsSync(join(directory, "lock.json"))).toBe(false);
}, 30_000);
