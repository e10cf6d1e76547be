import { readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { describe, expect, test } from "vitest";
import type { Manifest } from "../../src/core/run.ts";
import { startCli, tempDir, TYPED, type CliResult } from "../support/cli.ts";
import { runHere } from "../support/in-process.ts";
import { recordingSimulator, type RecordingSimulator } from "../support/recording-simulator.ts";
import { identityIn, identityOf, journalOf, totalsOf, writeDataset } from "../support/run-directory.ts";

const QUICK = { ttftMs: 3, tpotMs: 0.5, tokens: 6 };
const CASES = 8;

const manifestOf = (directory: string): Manifest =>
  JSON.parse(readFileSync(join(directory, "run.json"), "utf8")) as Manifest;

interface Killed {
  readonly simulator: RecordingSimulator;
  readonly directory: string;
  readonly dataset: string;
  readonly resume: (...more: string[]) => Promise<CliResult>;
}

/** A run with flags of every kind, killed in its middle; its dataset was named relative to a folder of its own. */
async function killedRun(): Promise<Killed> {
  const simulator = await recordingSimulator(QUICK);
  const dataset = writeDataset(CASES);
  const directory = join(tempDir(), "run");
  const args = ["bench", "-d", `./${basename(dataset)}`, "-o", directory, "-p", "a=sim,b=sim:two", "-m", "one"];
  const flags = ["-c", "2", "--retries", "1", "--timeout", "20s", "--delay", "1", "--repeat", "2", "--seed", "x"];
  const more = ["--max-tokens", "5", "--temperature", "0.5", "--limit", "6", "--no-save-responses", "--quiet"];
  const env = { SIM_BASE_URL: simulator.url };
  const started = startCli([...args, ...flags, ...more], { env, cwd: dirname(dataset) });
  await simulator.until(() => simulator.ended >= 6);
  started.kill("SIGKILL");
  await started.done;
  return {
    simulator,
    directory,
    dataset,
    resume: (...changed) => runHere(["resume", directory, ...changed], { env }),
  };
}

describe("resume DIR", () => {
  test("goes on from any folder with nothing else said: same targets, plan and load, nothing sent twice", async () => {
    const { simulator, directory, resume } = await killedRun();
    const finished = new Set(journalOf(directory).map(identityOf));
    const before = simulator.requests.length;
    const { code, stderr } = await resume("--quiet");
    expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
    const sent = simulator.requests.slice(before).map(identityIn);
    expect(sent.filter((identity) => finished.has(identity))).toEqual([]);
    expect(totalsOf(directory)).toMatchObject([
      { target: "a", cases: 12, succeeded: 12 },
      { target: "b", cases: 12, succeeded: 12 },
    ]);
    const { status, segments, plan } = manifestOf(directory);
    expect(status).toBe("finished");
    expect(segments).toHaveLength(2);
    expect(segments[1]?.load).toEqual(segments[0]?.load);
    expect(plan).toMatchObject({ repeat: 2, seed: "x", limit: 6, parameters: { max_tokens: 5, temperature: 0.5 } });
    expect(journalOf(directory).every(({ response }) => response?.content === null)).toBe(true);
  });

  test("takes another load, and says how far it is with --json", async () => {
    const { directory, resume } = await killedRun();
    const changed = ["-c", "4", "--retries", "3", "--timeout", "9s", "--delay", "0"];
    const { code, stdout } = await resume(...changed, "--json", "--fail-on", "a:success_rate<100%");
    expect(code).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({
      left: 0,
      thresholds: [{ target: "a", metric: "success_rate", value: 1, held: true }],
    });
    expect(manifestOf(directory).segments[1]?.load).toMatchObject({
      concurrency: 4,
      retries: 3,
      timeout_ms: 9000,
      delay_ms: 0,
      save_responses: false,
    });
  });

  test("of a finished run says so, sends nothing, needs neither dataset nor key, and ends as the run did", async () => {
    const { simulator, directory, dataset, resume } = await killedRun();
    expect((await resume("--quiet")).code).toBe(0);
    const before = simulator.requests.length;
    rmSync(dataset);
    const again = await resume();
    expect(again.code).toBe(0);
    expect(again.stderr).toContain("is finished: nothing is left to send");
    expect(again.stdout).toMatch(/ a \(simulated\) +100 % +12\/12 /);
    expect((await resume("--fail-on", "p50<1h")).code).toBe(1);
    expect(simulator.requests).toHaveLength(before);
    expect(manifestOf(directory).segments).toHaveLength(2);
  });

  test("asks where a dataset that has moved is now, and refuses one that has changed", async () => {
    const { simulator, directory, dataset, resume } = await killedRun();
    const before = simulator.requests.length;
    const moved = join(tempDir(), "moved.json");
    renameSync(dataset, moved);
    const gone = await resume();
    expect(gone.code).toBe(3);
    expect(gone.stderr).toMatch(
      /^error: the dataset of the run is gone: .+\nhint: Say where it is now: --dataset FILE/,
    );
    const text = readFileSync(moved, "utf8");
    writeFileSync(moved, text.replace("something", "nothing"));
    const changed = await resume("--dataset", moved);
    expect(changed.code).toBe(2);
    expect(changed.stderr).toMatch(/holds another run: dataset: content changed/);
    writeFileSync(moved, text);
    expect(simulator.requests).toHaveLength(before);
    expect((await resume("--dataset", moved, "--quiet")).code).toBe(0);
    expect(journalOf(directory)).toHaveLength(24);
  });

  test("reads a run of a version that recorded neither checksum nor where it was started", async () => {
    const { directory, dataset, resume } = await killedRun();
    const { origin, crc, load, ...older } = manifestOf(directory) as Manifest & { crc: string };
    expect({ crc, load }).toMatchObject({ crc: expect.stringMatching(/^[0-9a-f]{8}$/), load: { concurrency: 2 } });
    expect(origin).toMatchObject({ dataset_path: dataset, working_directory: dirname(dataset), config_path: null });
    writeFileSync(join(directory, "run.json"), JSON.stringify(older));
    expect((await resume("--dataset", dataset, "--quiet")).code).toBe(0);
    expect(journalOf(directory)).toHaveLength(24);
  });

  test("says what a changed configuration would send elsewhere, and sends nothing", async () => {
    const { simulator, directory } = await killedRun();
    const before = simulator.requests.length;
    const env = { SIM_BASE_URL: "http://127.0.0.1:9/elsewhere" };
    const { code, stderr } = await runHere(["resume", directory], { env });
    expect(code).toBe(2);
    expect(stderr).toMatch(/holds another run: a: base_url was ".+", is now "http:\/\/127\.0\.0\.1:9\/elsewhere"/);
    expect(simulator.requests).toHaveLength(before);
  });

  test("of what is no run says so", async () => {
    const empty = await runHere(["resume", tempDir()]);
    expect(empty.code).toBe(2);
    expect(empty.stderr).toMatch(/^error: there is no run in .+: it has no run\.json\nhint: .+\n$/);
    const none = await runHere(["resume"]);
    expect(none.code).toBe(2);
  });
});

test("a provider of the configuration comes back with its key, found from where the run was started", async () => {
  const simulator = await recordingSimulator(QUICK);
  const dataset = writeDataset(3);
  const folder = dirname(dataset);
  const config = (model: string): string =>
    `providers:\n  mine:\n    type: openai\n    base_url: ${simulator.url}\n    api_key_env: MINE_KEY\n    default_model: ${model}\n`;
  writeFileSync(join(folder, "llm-test-bench.config.yaml"), config("one"));
  const env = { MINE_KEY: "test-key-of-mine" };
  const directory = join(tempDir(), "run");
  simulator.hold();
  const args = ["bench", "-d", dataset, "-o", directory, "-p", "mine", "-c", "1", "--quiet"];
  const started = startCli(args, { env, cwd: folder });
  await simulator.until(() => simulator.requests.length === 1);
  started.kill("SIGKILL");
  await started.done;
  simulator.release();

  const keyless = await runHere(["resume", directory]);
  expect(keyless.code).toBe(4);
  expect(keyless.stderr).toMatch(/mine needs a key, and MINE_KEY is not set/);
  // Another default model is no other run: the model that was taken is recorded.
  writeFileSync(join(folder, "llm-test-bench.config.yaml"), config("two"));
  expect((await runHere(["resume", directory, "--quiet"], { env })).code).toBe(0);
  expect(journalOf(directory).map(({ target }) => target)).toEqual(["mine:one", "mine:one", "mine:one"]);
  expect(readFileSync(join(directory, "run.json"), "utf8")).not.toContain("test-key-of-mine");

  rmSync(join(folder, "llm-test-bench.config.yaml"));
  const file = join(directory, "results.jsonl");
  writeFileSync(file, readFileSync(file, "utf8").split("\n").slice(0, 2).join("\n"));
  const unknown = await runHere(["resume", directory], { env });
  expect(unknown.code).toBe(2);
  expect(unknown.stderr).toMatch(/cannot be gone on with: unknown provider "mine"\nhint: .*--config FILE/);
});

test("Ctrl-C stops it as it stops bench, and names it as the way on", async () => {
  const { simulator, directory } = await killedRun();
  simulator.hold();
  const started = startCli(["resume", directory], { env: { SIM_BASE_URL: simulator.url } });
  const before = simulator.requests.length;
  await simulator.until(() => simulator.requests.length >= before + 4);
  started.kill("SIGINT");
  await started.waitFor("stderr", /press Ctrl-C again to end at once/);
  simulator.release();
  const { code, stderr } = await started.done;
  expect({ code, stderr }).toMatchObject({ code: 130 });
  expect(stderr).toContain(`hint: go on with: ${TYPED} resume ${directory}`);
});

test("a run that was killed before its first segment is resumed with the load it was to have", async () => {
  const { directory, dataset, resume } = await killedRun();
  const { crc: _, ...manifest } = manifestOf(directory) as Manifest & { crc: string };
  writeFileSync(join(directory, "run.json"), JSON.stringify({ ...manifest, segments: [] }));
  for (const name of ["results.jsonl", "failures.jsonl"]) writeFileSync(join(directory, name), "");
  expect(await resume("--dataset", dataset, "--quiet")).toMatchObject({ code: 0, stderr: "" });
  expect(journalOf(directory)).toHaveLength(24);
  expect(manifestOf(directory).segments[0]?.load).toMatchObject({ concurrency: 2, retries: 1, timeout_ms: 20_000 });
});
