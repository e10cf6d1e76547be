import { seededRandom } from "../core/random.ts";
import type { CalibratedLevel } from "../core/calibration.ts";
import type { Clock, Millis } from "../core/clock.ts";
import { BenchError } from "../core/errors.ts";
import { NO_PART_LIMITS } from "../core/part-limits.ts";
import { simulatedProvider } from "../providers/apis.ts";
import { warmUp } from "../providers/warm-up.ts";
import { run } from "../runner/run.ts";
import { closedLoop } from "../runner/stage.ts";
import type { WorkItem } from "../runner/work.ts";
import { spawnSimulator } from "../simulator/spawn.ts";
import { stampErrors, type StampedAnswer } from "../simulator/stamps.ts";
import { quantile } from "../stats/quantiles.ts";
import { runTarget } from "./run-options.ts";
import { PLAIN_LOAD } from "./plan.ts";
import { targetOf } from "./target-of.ts";

/** What is tried, and for how long. */
export interface CalibrateOptions {
  /** Streams at the same time, level after level. */
  readonly levels: readonly number[];
  readonly tpotMs: Millis;
  /** Of each level. */
  readonly durationMs: Millis;
  readonly clock: Clock;
  readonly stop: AbortSignal;
  /** Hears of each level when it is done. */
  readonly onLevel: (level: CalibratedLevel) => void;
}

const TTFT_MS = 200;
const TOKENS = 64;
const LOAD = {
  ...PLAIN_LOAD,
  partLimits: NO_PART_LIMITS,
  timeoutMs: null,
  retries: 0,
  delayMs: 0,
  failFast: false,
  saveResponses: true,
};

/**
 * Measures the simulator, in a process of its own on this machine, and compares every time with what it stamped on the
 * token. Throws `BenchError("simulator")` when it does not come up or its answers carry no stamps.
 */
export async function calibrate(options: CalibrateOptions): Promise<CalibratedLevel[]> {
  const { clock, tpotMs, stop } = options;
  const [simulator] = await Promise.all([spawnSimulator({ ttftMs: TTFT_MS, tpotMs, tokens: TOKENS }), warmUp(clock)]);
  const levels: CalibratedLevel[] = [];
  try {
    for (const streams of options.levels) {
      if (stop.aborted) break;
      const level = await calibratedLevel(streams, simulator.url, options);
      if (stop.aborted) break;
      levels.push(level);
      options.onLevel(level);
    }
  } finally {
    await simulator.close();
  }
  return levels;
}

async function calibratedLevel(streams: number, url: string, options: CalibrateOptions): Promise<CalibratedLevel> {
  const { clock, durationMs, tpotMs, stop } = options;
  const provider = simulatedProvider({ baseUrl: `${url}/v1`, userAgent: "llm-test-bench" }, clock);
  const target = targetOf(provider, "calibration", null, {}, null);
  const sources = { parameters: {}, stream: true, defaults: {}, caseModels: false, synthetic: false };
  const kept: StampedAnswer[] = [];
  const { validity } = await run({
    targets: [runTarget(target, LOAD, sources)],
    stages: [{ ...closedLoop(streams), durationMs, endless: true }],
    workFor: endlessWork,
    // Reading the stamps now would be work that a benchmark does not have.
    journal: {
      record: async (result, raw) => {
        if (raw !== null && result.status === "success") kept.push({ result, raw });
      },
      recordFailure: () => {},
    },
    clock,
    random: seededRandom("calibration"),
    delayMs: 0,
    maxErrors: null,
    budget: null,
    warmUp: null,
    keepRaw: true,
    segment: 0,
    stop,
    abandon: stop,
    observe: () => {},
  });
  return levelOf(kept, { streams, tpotMs, cpuShare: validity.cpu_share });
}

function levelOf(
  kept: readonly StampedAnswer[],
  { streams, tpotMs, cpuShare }: { streams: number; tpotMs: Millis; cpuShare: number | null },
): CalibratedLevel {
  const errors = stampErrors(kept).filter((of) => of !== null);
  if (errors.length === 0) {
    throw new BenchError("simulator", `no answer of the simulator could be compared at ${streams} streams`, {
      hint: "Try fewer streams (--concurrency) or a longer --duration.",
    });
  }
  const reads = kept.reduce((sum, { result }) => sum + (result.icl_ms?.length ?? 0) + 1, 0);
  const busyMs = kept.reduce((sum, { result }) => sum + (result.duration_ms ?? 0), 0);
  return {
    streams,
    tpot_ms: tpotMs,
    // Of a stream, as often as there are streams: the end of a level, with ever fewer of them, does not count.
    reads_per_second: (reads * 1000 * streams) / busyMs,
    requests: errors.length,
    ttft_error_ms: spreadOf(errors.map(({ ttft }) => ttft)),
    icl_error_ms: spreadOf(errors.flatMap(({ icl }) => icl)),
    cpu_share: cpuShare,
  };
}

function spreadOf(values: readonly number[]): CalibratedLevel["ttft_error_ms"] {
  const sorted = Float64Array.from(values).sort();
  const at = (perMille: number): number => quantile(sorted, perMille) ?? 0;
  return { p50: at(500), p99: at(990), max: sorted.at(-1) ?? 0 };
}

async function* endlessWork(): AsyncGenerator<WorkItem> {
  for (let sample = 0; ; sample += 1)
    yield { testCase: { id: `calibration-${sample}`, prompt: "Say something." }, sample };
}
