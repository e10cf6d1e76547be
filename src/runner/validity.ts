import type { Millis } from "../core/clock.ts";
import type { Validity, Verdict } from "../core/summary.ts";

/**
 * When a run is no longer to be believed. An error bar of 5 % of a TTFT is about the smallest difference between two
 * servers that anyone acts on; half of an ICL leaves one digit. Four times that leaves nothing. A rate missed by 1 %
 * shifts the queueing of a loaded server visibly, by 5 % it measures another load than was asked for.
 */
export const THRESHOLDS = {
  degraded: { shareOfTtft: 0.05, shareOfIcl: 0.5, deliveredRate: 0.99 },
  invalid: { shareOfTtft: 0.2, shareOfIcl: 2, deliveredRate: 0.95 },
} as const;

/** Everything that the verdict rests on; milliseconds and requests per second, null for what is not known. */
export interface ClientMeasurements {
  readonly eventLoopDelayMs: { readonly p50: Millis; readonly p99: Millis; readonly max: Millis } | null;
  readonly sendLagMs: { readonly p50: Millis | null; readonly p99: Millis | null };
  readonly connectWaitMs: { readonly p50: Millis | null; readonly p99: Millis | null };
  readonly ttftP50Ms: Millis | null;
  readonly iclP50Ms: Millis | null;
  /** Stands in for the TTFT where nothing was streamed. */
  readonly durationP50Ms: Millis | null;
  readonly requestedRate: number | null;
  readonly deliveredRate: number | null;
  readonly littleResidual: number | null;
  readonly cpuShare: number | null;
  /** What a calibration says of this load; null or missing where none covers it. */
  readonly calibratedErrorMs?: { readonly ttft: Millis; readonly icl: Millis } | null;
}

/** An error bar, and what it comes from. */
interface Bar {
  readonly ms: Millis;
  readonly cause: string;
}

/** The largest of what is known: how late the loop and the sending were, and what calibration found at this load. */
function barOf({ eventLoopDelayMs, sendLagMs }: ClientMeasurements, calibrated: Millis | null): Bar | null {
  const parts: readonly [Millis | null, string][] = [
    [eventLoopDelayMs?.p99 ?? null, "its event loop was late"],
    [sendLagMs.p99, "it sent late"],
    [calibrated, "as calibrated at this load"],
  ];
  const known = parts.flatMap(([ms, cause]) => (ms === null ? [] : [{ ms, cause }]));
  return known.length === 0 ? null : known.reduce((most, part) => (part.ms > most.ms ? part : most));
}

const ms = (value: Millis): string => `${value.toPrecision(3)} ms`;

interface Finding {
  readonly verdict: Verdict;
  readonly reason: string;
}

/** Compares an error bar with the metric it blurs. */
function judgeBar(
  bar: Bar | null,
  what: string,
  p50: Millis | null,
  shares: { degraded: number; invalid: number },
): Finding[] {
  if (bar === null || p50 === null || p50 <= 0 || bar.ms <= p50 * shares.degraded) return [];
  const verdict = bar.ms > p50 * shares.invalid ? "INVALID" : "DEGRADED";
  const share = Math.round((bar.ms / p50) * 100);
  const size = `${ms(bar.ms)}, ${share} % of the median ${what} (${ms(p50)})`;
  return [{ verdict, reason: `this client may be off by ${size}: ${bar.cause}` }];
}

function judgeRate(requested: number | null, delivered: number | null): Finding[] {
  if (requested === null || delivered === null) return [];
  const share = delivered / requested;
  if (share >= THRESHOLDS.degraded.deliveredRate) return [];
  const verdict = share < THRESHOLDS.invalid.deliveredRate ? "INVALID" : "DEGRADED";
  return [{ verdict, reason: `only ${(share * 100).toFixed(1)} % of the requested rate was delivered` }];
}

/** Whether a run's numbers can be believed, and how far off a single time may be. Pure. (docs/metrics.md) */
export function judgeValidity(measured: ClientMeasurements): Validity {
  const calibrated = measured.calibratedErrorMs ?? null;
  const ttftBar = barOf(measured, calibrated?.ttft ?? null);
  const iclBar = barOf(measured, calibrated?.icl ?? null);
  const { degraded, invalid } = THRESHOLDS;
  const ttftShares = { degraded: degraded.shareOfTtft, invalid: invalid.shareOfTtft };
  const iclShares = { degraded: degraded.shareOfIcl, invalid: invalid.shareOfIcl };
  const first =
    measured.ttftP50Ms === null
      ? { what: "duration", p50: measured.durationP50Ms }
      : { what: "TTFT", p50: measured.ttftP50Ms };
  const findings = [
    ...judgeBar(ttftBar, first.what, first.p50, ttftShares),
    ...judgeBar(iclBar, "inter-chunk latency", measured.iclP50Ms, iclShares),
  ];
  findings.push(...judgeRate(measured.requestedRate, measured.deliveredRate));
  const verdicts = findings.map((finding) => finding.verdict);
  return {
    verdict: verdicts.includes("INVALID") ? "INVALID" : verdicts.length > 0 ? "DEGRADED" : "VALID",
    reasons: findings.map((finding) => finding.reason),
    error_bar_ms: { ttft: ttftBar?.ms ?? null, icl: iclBar?.ms ?? null },
    send_lag_ms: measured.sendLagMs,
    event_loop_delay_ms: measured.eventLoopDelayMs ?? { p50: null, p99: null, max: null },
    requested_rate: measured.requestedRate,
    delivered_rate: measured.deliveredRate,
    connect_wait_ms: measured.connectWaitMs,
    little_residual: measured.littleResidual,
    cpu_share: measured.cpuShare,
    ...(calibrated === null ? {} : { calibrated_error_ms: calibrated }),
  };
}
