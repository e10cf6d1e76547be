import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { expect, test, vi } from "vitest";
import type { CalibratedLevel } from "../../src/core/calibration.ts";
import type { ResultsFile } from "../../src/core/run.ts";
import { resultKey, type TestResult } from "../../src/core/result.ts";
import type { Validity } from "../../src/core/summary.ts";
import { stampErrors } from "../../src/simulator/stamps.ts";
import { runCli, tempDir } from "../support/cli.ts";
import { journalOf, writeDataset } from "../support/run-directory.ts";

vi.setConfig({ testTimeout: 120_000 });

/** How long the client is made to stand still, again and again. */
const BUSY_MS = 60;

/** What makes a client, and not the simulator that it starts, busy with something else. */
function busyClient(): Record<string, string> {
  const hook = join(tempDir(), "busy.mjs");
  writeFileSync(
    hook,
    `if (process.argv[1].endsWith("bin.js")) setInterval(() => {
      for (const end = performance.now() + ${BUSY_MS}; performance.now() < end;);
    }, ${2 * BUSY_MS}).unref();`,
  );
  return { NODE_OPTIONS: `--import ${pathToFileURL(hook).href}` };
}

async function calibrated(args: readonly string[], env: Record<string, string>): Promise<CalibratedLevel[]> {
  const { code, stdout, stderr } = await runCli(["calibrate", "--json", ...args], { env });
  expect({ code, stderr }).toMatchObject({ code: 0 });
  return (JSON.parse(stdout) as { levels: CalibratedLevel[] }).levels;
}

test("a delay in the client shows in the calibration", async () => {
  const args = ["-c", "5", "--duration", "2500", "--no-save"];
  const [quiet] = await calibrated(args, {});
  const [busy] = await calibrated(args, busyClient());
  expect(quiet?.requests).toBeGreaterThan(2);
  const p99 = (level: CalibratedLevel | undefined): number => level?.icl_error_ms.p99 ?? Number.NaN;
  // A token that came when the client began to stand still is late by all of it; hundreds of gaps were met.
  expect(p99(busy)).toBeGreaterThan(BUSY_MS / 2);
  expect(p99(busy)).toBeGreaterThan(p99(quiet));
});

/** How far each time of a run was from the simulator's stamps, from its first request on. */
function errorsOf(directory: string): { ttft: number[]; icl: number[] } {
  const raw = new Map<string, string>();
  for (const line of readFileSync(join(directory, "responses.jsonl"), "utf8").trimEnd().split("\n")) {
    const response = JSON.parse(line) as Pick<TestResult, "target" | "test_id" | "sample"> & { raw: string };
    raw.set(resultKey(response), response.raw);
  }
  const answers = journalOf(directory).map((result) => ({ result, raw: raw.get(resultKey(result)) ?? "" }));
  const errors = stampErrors(answers);
  expect(errors).not.toContain(null);
  return { ttft: errors.flatMap((of) => of?.ttft ?? []), icl: errors.flatMap((of) => of?.icl ?? []) };
}

const shareWithin = (values: readonly number[], limit: number | null): number =>
  values.filter((value) => value <= (limit ?? Number.NaN)).length / values.length;

const validityIn = (directory: string): Validity =>
  (JSON.parse(readFileSync(join(directory, "results.json"), "utf8")) as ResultsFile).validity;

/** Runs that may be tried: what the whole machine stood still for is in the errors, and in no client's bar. */
const RUNS = 3;

test.each([50, 500])(
  "at %i streams the errors are within the bar that the run states, which quotes it",
  async (streams) => {
    const env = { XDG_CACHE_HOME: tempDir() };
    await calibrated(["-c", String(streams), "--tpot", "15", "--duration", "3s"], env);
    const dataset = writeDataset(streams * 2);
    const shares: { ttft: number; icl: number }[] = [];
    // Both bars are 99th percentiles. Of gaps there are tens of thousands; first tokens are some hundreds, which cluster.
    const held = (): boolean => shares.some(({ ttft, icl }) => icl >= 0.99 && ttft >= 0.95);
    while (!held() && shares.length < RUNS) {
      const directory = join(tempDir(), "run");
      const args = ["bench", "-d", dataset, "-o", directory, "-p", "sim:m", "-c", String(streams), "--quiet"];
      const { code, stdout } = await runCli(args, { env });
      expect(code).toBe(0);
      const { calibrated_error_ms: known, error_bar_ms: bar } = validityIn(directory);
      // On a machine that was busier then than now, the run may have been a heavier load than the calibration knows.
      expect(stdout.includes("calibrated on this machine at such a load")).toBe(known !== undefined);
      expect(bar.ttft).toBeGreaterThanOrEqual(known?.ttft ?? 0);
      expect(bar.icl).toBeGreaterThanOrEqual(known?.icl ?? 0);
      const { ttft, icl } = errorsOf(directory);
      shares.push({ ttft: shareWithin(ttft, bar.ttft), icl: shareWithin(icl, bar.icl) });
    }
    expect({ shares, held: held() }).toMatchObject({ held: true });
  },
);

test("the same load with a busy client has a wider error bar", async () => {
  const dataset = writeDataset(20);
  const barWith = async (env: Record<string, string>): Promise<number> => {
    const directory = join(tempDir(), "run");
    await runCli(["bench", "-d", dataset, "-o", directory, "-p", "sim:fast", "-c", "4", "--quiet"], { env });
    return validityIn(directory).error_bar_ms.ttft ?? Number.NaN;
  };
  const [quiet, busy] = [await barWith({}), await barWith(busyClient())];
  expect(busy).toBeGreaterThan(quiet);
  expect(busy).toBeGreaterThan(BUSY_MS / 2);
});
