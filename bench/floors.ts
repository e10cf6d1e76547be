// The least that the tool must do on any machine in use, as the real command line does it. Exits with 1 when a floor
// does not hold, so run it on an idle machine: others' work counts against it.
import { spawn } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { spawnSimulator } from "llm-test-bench";
import { readRun } from "../src/journal/directory.ts";
import { resultsCsv } from "../src/reports/csv.ts";
import type { SimulatorStats } from "../src/simulator/statistics.ts";

const CASES = 5000;
const IN_FLIGHT = 100;
const CSV_RESULTS = 1000;

/** The command line as it is built. */
export const cli = fileURLToPath(new URL("../dist/cli/bin.js", import.meta.url));

/** What must hold of one figure. */
export interface Floor {
  readonly what: string;
  readonly measured: number;
  readonly unit: string;
  /** `least` for what must be reached, `below` for what must not. */
  readonly must: "least" | "below";
  readonly floor: number;
}

/** Whether it does. */
export const holds = ({ must, measured, floor }: Floor): boolean =>
  must === "least" ? measured >= floor : measured < floor;

/** Runs the command line in a process of its own; `elapsedMs` holds its start as well. */
async function run(args: string[], env: Record<string, string> = {}): Promise<{ stdout: string; elapsedMs: number }> {
  const began = performance.now();
  const child = spawn(process.execPath, [cli, ...args], { env: { ...process.env, ...env } });
  let stdout = "";
  child.stdout.on("data", (text: Buffer) => (stdout += text.toString()));
  child.stderr.resume();
  const code = await new Promise<number | null>((resolve) => child.once("close", resolve));
  if (code !== 0) throw new Error(`llm-test-bench ${args.join(" ")} ended with exit code ${code}`);
  return { stdout, elapsedMs: performance.now() - began };
}

/** The fastest of a few, since anything else that runs only adds. */
export async function fastest(times: number, once: () => Promise<number>): Promise<number> {
  let least = Infinity;
  for (let i = 0; i < times; i += 1) least = Math.min(least, await once());
  return least;
}

const isNumber = (value: unknown): value is number => typeof value === "number";

/** A run of the command line with the largest size of its process, in megabytes. */
export async function runWeighed(
  folder: string,
  args: string[],
  env: Record<string, string>,
): Promise<{ stdout: string; megabytes: number }> {
  const memoryFile = join(folder, "memory.txt");
  const atExit = join(folder, "at-exit.mjs");
  // The process's own account of its largest size, in kilobytes; it needs no tool of the system.
  writeFileSync(
    atExit,
    `import fs from "node:fs"; process.on("exit", () => fs.writeFileSync(${JSON.stringify(memoryFile)}, String(process.resourceUsage().maxRSS)));`,
  );
  const { stdout } = await run(args, { ...env, NODE_OPTIONS: `--import ${atExit}` });
  return { stdout, megabytes: Number(readFileSync(memoryFile, "utf8")) / 1024 };
}

/** Throughput, requests in flight and memory of one run against the simulator. */
async function measureRun(folder: string): Promise<Floor[]> {
  const dataset = join(folder, "floors.json");
  const test_cases = Array.from({ length: CASES }, (_, i) => ({ id: `case-${i}`, prompt: `Say the number ${i}.` }));
  writeFileSync(dataset, JSON.stringify({ name: "floors", version: "1", test_cases }));
  const simulator = await spawnSimulator({ ttftMs: 30, tpotMs: 0, tokens: 16, jitter: 0 });
  try {
    const { stdout, megabytes } = await runWeighed(
      folder,
      `bench -d ${dataset} -p sim -c ${IN_FLIGHT} -o ${join(folder, "run")} --no-stream --export json --json`.split(
        " ",
      ),
      { SIM_BASE_URL: `${simulator.url}/v1` },
    );
    const perSecond: unknown = JSON.parse(stdout).providers[0].summary.requests_per_second;
    if (!isNumber(perSecond)) throw new Error("the run gave no figures");
    const { maxInFlight } = (await (await fetch(`${simulator.url}/sim/stats`)).json()) as SimulatorStats;
    return [
      { what: "requests a second", measured: perSecond, unit: "/s", must: "least", floor: 1000 },
      { what: "requests in flight", measured: maxInFlight, unit: "", must: "least", floor: IN_FLIGHT },
      { what: "memory (peak RSS)", measured: megabytes, unit: "MB", must: "below", floor: 150 },
    ];
  } finally {
    await simulator.close();
  }
}

/** Time to make and write the CSV of results that are in memory. */
async function measureCsv(folder: string): Promise<Floor> {
  const results = [...readRun(join(folder, "run")).results()].slice(0, CSV_RESULTS);
  const measured = await fastest(3, async () => {
    const began = performance.now();
    writeFileSync(join(folder, "floors.csv"), [...resultsCsv(() => results)].join(""));
    return performance.now() - began;
  });
  return { what: `CSV of ${CSV_RESULTS} results`, measured, unit: "ms", must: "below", floor: 100 };
}

/** Prints a figure with what must hold of it. */
export function tell(of: Floor): void {
  const { what, measured, unit, must, floor } = of;
  const rounded = `${measured < 10 ? measured.toFixed(1) : measured.toFixed(0)} ${unit}`.trim();
  const limit = `${must === "least" ? "≥" : "<"} ${floor} ${unit}`.trim();
  console.log(`${holds(of) ? "ok  " : "FAIL"} ${what.padEnd(22)} ${rounded.padStart(9)}   (${limit})`);
}

/** The memory of a run of so many plain requests, which are made as they are sent. */
export async function memoryFloor(requests: number): Promise<boolean> {
  const folder = mkdtempSync(join(tmpdir(), "memory-"));
  const simulator = await spawnSimulator({ ttftMs: 5, tpotMs: 0, tokens: 16, jitter: 0 });
  try {
    const { megabytes } = await runWeighed(
      folder,
      `bench --synthetic input=16,output=16 --max-requests ${requests} -p sim -c 50 -o ${join(folder, "run")} --no-stream --no-save-responses --export json --quiet`.split(
        " ",
      ),
      { SIM_BASE_URL: `${simulator.url}/v1` },
    );
    const what = `memory, ${requests / 1000}k requests`;
    const floor: Floor = { what, measured: megabytes, unit: "MB", must: "below", floor: 150 };
    tell(floor);
    return holds(floor);
  } finally {
    await simulator.close();
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Measures every floor, prints a line each, and says whether all hold. */
export async function floors(): Promise<boolean> {
  const folder = mkdtempSync(join(tmpdir(), "floors-"));
  try {
    const version = await fastest(5, async () => (await run(["--version"])).elapsedMs);
    const found: Floor[] = [
      ...(await measureRun(folder)),
      { what: "--version", measured: version, unit: "ms", must: "below", floor: 300 },
      await measureCsv(folder),
    ];
    found.forEach(tell);
    return found.every(holds);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
