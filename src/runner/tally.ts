import type { TestResult } from "../core/result.ts";
import { quantile } from "../stats/quantiles.ts";
import { createSeries, type Series } from "../stats/series.ts";
import type { ClientMeasurements } from "./validity.ts";

/** Gaps kept for the median inter-chunk latency; a million more would not move it. */
const GAPS_KEPT = 100_000;

/** The few numbers of a running benchmark that its own verdict needs. */
export class Tally {
  readonly #sendLag = createSeries();
  readonly #connectWait = createSeries();
  readonly #ttft = createSeries();
  readonly #duration = createSeries();
  readonly #gaps = createSeries();

  add(result: TestResult): void {
    const { timing } = result;
    if (timing.send_lag_ms !== null) this.#sendLag.push(timing.send_lag_ms);
    if (timing.connect_ms !== null) this.#connectWait.push(timing.connect_ms);
    if (timing.ttft_ms !== null) this.#ttft.push(timing.ttft_ms);
    if (result.duration_ms !== null) this.#duration.push(result.duration_ms);
    for (const gap of result.icl_ms ?? []) {
      if (this.#gaps.length >= GAPS_KEPT) break;
      this.#gaps.push(gap);
    }
  }

  medians(): Pick<ClientMeasurements, "sendLagMs" | "connectWaitMs" | "ttftP50Ms" | "iclP50Ms" | "durationP50Ms"> {
    const sendLag = sorted(this.#sendLag);
    const connectWait = sorted(this.#connectWait);
    return {
      sendLagMs: { p50: quantile(sendLag, 500), p99: quantile(sendLag, 990) },
      connectWaitMs: { p50: quantile(connectWait, 500), p99: quantile(connectWait, 990) },
      ttftP50Ms: quantile(sorted(this.#ttft), 500),
      iclP50Ms: quantile(sorted(this.#gaps), 500),
      durationP50Ms: quantile(sorted(this.#duration), 500),
    };
  }
}

const sorted = (series: Series): Float64Array => series.values().slice().sort();
