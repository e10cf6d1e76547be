import { existsSync, readdirSync, readFileSync, statSync, watch } from "node:fs";
import { setTimeout as wait } from "node:timers/promises";
import { join } from "node:path";
import { parse } from "csv-parse/sync";
import { seededRandom, type Random } from "../../src/core/random.ts";
import type { FaultKind } from "../../src/simulator/faults.ts";
import { startCli, tempDir, type CliRun } from "./cli.ts";
import { runHere } from "./in-process.ts";
import { writeDataset } from "./run-directory.ts";

/** What a campaign does. */
export interface CampaignOptions {
  /** Processes to kill. */
  readonly kills: number;
  /** Decides when and how each is killed; what the machine makes of it differs from run to run. */
  readonly seed: string;
  /** Cases for each of two targets. */
  readonly cases: number;
  readonly url: string;
  /** Hears of each run that was brought to its end. */
  readonly log?: (line: string) => void;
}

/** What a campaign found. */
export interface CampaignOutcome {
  readonly kills: number;
  /** Kills by the phase that they were aimed at and met. */
  readonly byPhase: Readonly<Record<Phase, number>>;
  readonly runs: number;
  /** What differs from a run that was never killed, in words; none where all is well. */
  readonly differences: readonly string[];
}

const PHASES = ["start", "sending", "exports"] as const;
type Phase = (typeof PHASES)[number];

/** Faults that retries cure or not, so that failures and retries are among what must be equal. */
export const CAMPAIGN_FAULTS: { readonly fail: number; readonly failKinds: FaultKind[] } = {
  fail: 0.2,
  failKinds: ["overloaded", "stream_cut", "malformed"],
};

const EXPORT_NAMES = ["results.json", "results.csv", "summary.md"];

/**
 * Kills runs at random moments: while they start, while they send, and while they write their exports; resumes each
 * until it has ended, and compares its exports with those of a run that was never killed, times and ids aside.
 */
export async function killCampaign({ kills, seed, cases, url, log }: CampaignOptions): Promise<CampaignOutcome> {
  const random = seededRandom(`campaign ${seed}`);
  const dataset = writeDataset(cases);
  const env = { SIM_BASE_URL: url };
  const bench = (directory: string): string[] => [
    "bench",
    "-d",
    dataset,
    "-o",
    directory,
    "-p",
    "a=sim:one,b=sim:two",
    "-c",
    "8",
    "--retries",
    "1",
    "--quiet",
    "--resume",
  ];
  const untouched = join(tempDir(), "run");
  const reference = await runHere(bench(untouched), { env });
  const expected = exportsIn(untouched);
  const byPhase = { start: 0, sending: 0, exports: 0 };
  const differences: string[] = [];
  let [done, runs] = [0, 0];
  while (done < kills) {
    const directory = join(tempDir(), "run");
    const lives = Math.min(kills - done, 6 + Math.floor(random() * 10));
    for (let life = 0; life < lives; life += 1) {
      const phase = phaseOf(random, life / lives);
      const isThere = existsSync(join(directory, "run.json"));
      const args = isThere && random() < 0.5 ? ["resume", directory, "--quiet"] : bench(directory);
      const started = startCli(args, { env });
      const died = await killedIn(phase, started, directory, random);
      if (died) byPhase[phase] += 1;
      if (died) done += 1;
    }
    runs += 1;
    const found = await ended(directory, bench(directory), { env, code: reference.code, expected });
    differences.push(...found.map((text) => `run ${runs}: ${text}`));
    log?.(`${done} of ${kills} kills, ${runs} runs, ${differences.length} differences`);
  }
  return { kills: done, byPhase, runs, differences };
}

/** More of a run's early lives end while it sends, more of the late ones while it exports. */
function phaseOf(random: Random, progress: number): Phase {
  const drawn = random();
  if (drawn < 0.15) return "start";
  return drawn < 0.15 + 0.85 * (1 - progress) ? "sending" : "exports";
}

/** Kills a process at a moment of that phase; false when it had ended before. */
async function killedIn(phase: Phase, started: CliRun, directory: string, random: Random): Promise<boolean> {
  const signal = random() < 0.8 ? "SIGKILL" : "SIGTERM";
  const kill = (): void => {
    // Twice: the first asks it to end, the second ends it at once.
    started.kill(signal);
    if (signal === "SIGTERM") setImmediate(() => started.kill(signal));
  };
  const over = started.done.then(() => true);
  if (phase === "start") {
    await Promise.race([wait(random() * 500), over]);
  } else if (phase === "sending") {
    const path = join(directory, "results.jsonl");
    const before = sizeOf(path);
    const more = 1 + random() * 12_000;
    while (sizeOf(path) < before + more && !(await Promise.race([wait(2, false), over])));
  } else {
    const delayMs = random() < 0.5 ? 0 : random() * 12;
    await Promise.race([exportsBegin(directory), over]);
    const until = performance.now() + delayMs;
    while (performance.now() < until);
  }
  kill();
  const { code, signal: by } = await started.done;
  return by !== null || code === 130;
}

const sizeOf = (path: string): number => statSync(path, { throwIfNoEntry: false })?.size ?? 0;

/** Resolves when an unfinished export appears. */
async function exportsBegin(directory: string): Promise<void> {
  while (!existsSync(directory)) await wait(5);
  await new Promise<void>((resolve) => {
    const watcher = watch(directory, (_, name) => {
      if (!EXPORT_NAMES.some((file) => name?.startsWith(file))) return;
      watcher.close();
      resolve();
    });
    watcher.unref();
  });
}

/** Brings a run to its end and says what is not as it must be. */
async function ended(
  directory: string,
  begin: readonly string[],
  { env, code, expected }: { env: Record<string, string>; code: number | null; expected: object },
): Promise<string[]> {
  const wrong: string[] = [];
  const args = existsSync(join(directory, "run.json")) ? ["resume", directory, "--quiet"] : begin;
  const last = await runHere(args, { env });
  if (last.code !== code) wrong.push(`ended with ${last.code} instead of ${code}: ${last.stderr}`);
  const check = await runHere(["journal", "check", directory]);
  if (check.code !== 0) wrong.push(`journal check: ${check.stdout}`);
  const left = readdirSync(directory).filter((name) => name.endsWith(".tmp") || name.startsWith("lock.json"));
  if (left.length > 0) wrong.push(`left behind: ${left.join(", ")}`);
  const found = exportsIn(directory);
  if (JSON.stringify(found) !== JSON.stringify(expected))
    wrong.push(`exports differ in ${firstDifference(found, expected)}`);
  for (const [index, format] of ["json", "csv", "md"].entries()) {
    const { stdout } = await runHere(["export", directory, "--format", format, "--output", "-"]);
    const file = EXPORT_NAMES[index] ?? "";
    if (readFileSync(join(directory, file), "utf8") !== stdout) wrong.push(`${file} is not of the present journal`);
  }
  return wrong;
}

/** Members that a clock, a port, the process or the number of its lives decides. */
const ASIDE =
  /_ms$|_at$|_per_second$|^(timestamp|id|request_id|created_at|icl_ms|timing|segment|segments|lines|validity|pairs_within_5s|base_url|environment|source|origin|compat|dataset_sha256|sha256|deltas_per_read|load)$/;

/** The exports of a run, times and ids aside. */
function exportsIn(directory: string): object {
  const json: unknown = JSON.parse(readFileSync(join(directory, "results.json"), "utf8"));
  const rows = parse<Record<string, string>>(readFileSync(join(directory, "results.csv"), "utf8"), { columns: true });
  return {
    json: timeless(json),
    csv: rows
      .map(timeless)
      .map((row) => JSON.stringify(row))
      .toSorted(),
  };
}

function timeless(value: unknown): unknown {
  if (Array.isArray(value)) {
    const items = value.filter((item) => !isOfTime(item)).map(timeless);
    // Results come in the order in which they ended.
    return items.some((item) => typeof item === "object" && item !== null && "test_id" in item)
      ? items.map((item) => JSON.stringify(item)).toSorted()
      : items;
  }
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .filter(([name]) => !ASIDE.test(name))
      .map(([name, member]) => [name, timeless(member)]),
  );
}

/** A row of the comparison about anything but success. */
const isOfTime = (item: unknown): boolean =>
  typeof item === "object" && item !== null && "metric" in item && item.metric !== "success_rate";

function firstDifference(found: object, expected: object): string {
  const [a, b] = [JSON.stringify(found), JSON.stringify(expected)];
  let at = 0;
  while (a[at] === b[at] && at < a.length) at += 1;
  const around = (text: string): string => text.slice(Math.max(0, at - 120), at + 60);
  return `…${around(a)}… instead of …${around(b)}…`;
}
