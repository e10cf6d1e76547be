import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { runInProcess, type InProcess } from "../../../test/support/in-process.ts";
import { systemClock } from "../../core/clock.ts";
import { resultsFileSchema, type ResultsFile } from "../../core/run.ts";
import { startSimulator, type Simulator } from "../../simulator/server.ts";

let cwd: string;
let good: Simulator;
let bad: Simulator;
beforeAll(async () => {
  cwd = mkdtempSync(join(tmpdir(), "nothing-"));
  good = await startSimulator({ ttftMs: 20, tpotMs: 2, tokens: 6 }, systemClock);
  bad = await startSimulator({ fail: 1, failKinds: ["invalid_request"] }, systemClock);
});
afterAll(async () => {
  await good.close();
  await bad.close();
  rmSync(cwd, { recursive: true });
});

const bench = (at: Simulator, output: string, ...more: string[]): Promise<InProcess> =>
  runInProcess(["bench", "coding-tasks", "-o", output, "--limit", "4", ...more], {
    cwd,
    env: { SIM_BASE_URL: at.url },
  });
const resultsOf = (output: string): ResultsFile =>
  resultsFileSchema.parse(JSON.parse(readFileSync(join(cwd, output, "results.json"), "utf8")));
const REASON = "no request succeeded, so no time was measured";

it("a run in which everything failed has no verdict anywhere, no throughput, and fails --require-valid", async () => {
  const shown = await bench(bad, "failed", "--require-valid");
  expect(shown.code).toBe(1);
  expect(shown.stdout).toContain(`no verdict: ${REASON}`);
  expect(shown.stdout.replaceAll(/\s+/g, " ")).toContain(
    "did not hold: nothing was measured, so it has no verdict; the reasons stand above (--require-valid)",
  );
  expect(shown.stdout).not.toMatch(/VALID:|DEGRADED/);
  expect(readFileSync(join(cwd, "failed/summary.md"), "utf8")).toContain(`no verdict: ${REASON}`);
  const { validity, run, providers } = resultsOf("failed");
  for (const judged of [validity, run.segments[0]?.validity]) {
    expect(judged).toMatchObject({ verdict: null, reasons: [REASON], error_bar_ms: { ttft: null, icl: null } });
  }
  expect(providers[0]?.summary).toMatchObject({
    attempted: 4,
    succeeded: 0,
    requests_per_second: 0,
    output_tokens_per_second: 0,
  });
  const json = JSON.parse((await bench(bad, "json", "--json", "--require-valid")).stdout) as object;
  expect(json).toMatchObject({ validity: { verdict: null }, require_valid: { held: false, verdict: null } });
  const compared = await runInProcess(["compare", "failed", "failed"], { cwd });
  expect(compared.stdout).toContain(`A measured nothing: ${REASON}`);
});

it("a threshold on the throughput of failures is judged by answers", async () => {
  expect((await bench(bad, "slow", "--fail-on", "requests_per_second<1")).stdout).toContain(
    "did not hold: sim:default: requests_per_second is 0, < 1",
  );
});

it("plain answers have no error bar of a TTFT or a gap, and a verdict by their duration", async () => {
  await bench(good, "plain", "--no-stream");
  const { validity } = resultsOf("plain");
  expect(validity.verdict).not.toBeNull();
  expect(validity.error_bar_ms).toEqual({ ttft: null, icl: null });
  await bench(good, "streamed");
  expect(resultsOf("streamed").validity.error_bar_ms).toEqual({
    ttft: expect.any(Number) as number,
    icl: expect.any(Number) as number,
  });
});

it("a sweep has no table that pools its levels", async () => {
  const { stdout } = await bench(good, "sweep", "--sweep", "1,2");
  expect(stdout).toContain("sim:default (simulated): 8/8 succeeded over all levels");
  expect(stdout).toContain("Levels of sim:default");
  expect(stdout).not.toMatch(/^ *target +/m);
  expect(readFileSync(join(cwd, "sweep/summary.md"), "utf8")).not.toContain("| target");
  const compared = await runInProcess(["compare", "sweep", "sweep"], { cwd });
  expect(compared.stdout).toContain("A sim:default (simulated): 8/8 succeeded over all levels");
  expect(compared.stdout).not.toMatch(/^ *target +success/m);
});
