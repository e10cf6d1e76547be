import type { TestResult } from "../core/result.ts";
import { quantile } from "../stats/quantiles.ts";
import { createSeries, type Series } from "../stats/series.ts";
import type { ClientMeasurements } from "./validity.ts";

/** Gaps kept of each target for the median inter-chunk latency; a million more would not move it. */
const GAPS_KEPT = 100_000;

/** One target's times. */
interface TargetTimes {
  readonly ttft: Series;
  readonly duration: Series;
  readonly gaps: Series;
}

/** The few numbers of a running benchmark that its own verdict needs. */
export class Tally {
  readonly #sendLag = createSeries();
  readonly #connectWait = createSeries();
  #reads = 0;
  readonly #targets = new Map<string, TargetTimes>();

  add(result: TestResult): void {
    const { timing } = result;
    if (timing.send_lag_ms !== null) this.#sendLag.push(timing.send_lag_ms);
    if (timing.connect_ms !== null) this.#connectWait.push(timing.connect_ms);
    if (timing.ttft_ms !== null) this.#reads += 1 + (result.icl_ms?.length ?? 0);
    if (result.status !== "success") return;
    const times = this.#timesOf(result.target);
    if (timing.ttft_ms !== null) times.ttft.push(timing.ttft_ms);
    if (result.duration_ms !== null) times.duration.push(result.duration_ms);
    for (const gap of result.icl_ms ?? []) {
      if (times.gaps.length >= GAPS_KEPT) break;
      times.gaps.push(gap);
    }
  }

  /** Socket reads that brought output of a stream. */
  get reads(): number {
    return this.#reads;
  }

  /** Medians are those of the target with the shortest, which an error of this client blurs most. */
  medians(): Pick<ClientMeasurements, "sendLagMs" | "connectWaitMs" | "ttftP50Ms" | "iclP50Ms" | "durationP50Ms"> {
    const sendLag = sorted(this.#sendLag);
    const connectWait = sorted(this.#connectWait);
    const shortest = (read: (times: TargetTimes) => Series): number | null => {
      const medians = [...this.#targets.values()].map((times) => quantile(sorted(read(times)), 500));
      const known = medians.filter((median) => median !== null);
      return known.length === 0 ? null : Math.min(...known);
    };
    return {
      sendLagMs: { p50: quantile(sendLag, 500), p99: quantile(sendLag, 990) },
      connectWaitMs: { p50: quantile(connectWait, 500), p99: quantile(connectWait, 990) },
      ttftP50Ms: shortest(({ ttft }) => ttft),
      iclP50Ms: shortest(({ gaps }) => gaps),
      durationP50Ms: shortest(({ duration }) => duration),
    };
  }

  #timesOf(target: string): TargetTimes {
    const known = this.#targets.get(target);
    if (known !== undefined) return known;
    const times = { ttft: createSeries(), duration: createSeries(), gaps: createSeries() };
    this.#targets.set(target, times);
    return times;
  }
}

/** In place: the order in which they came is of no use here. */
const sorted = (series: Series): Float64Array => series.values().sort();
