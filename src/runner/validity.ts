import type { Millis } from "../core/clock.ts";
import { shareOfText, shareText } from "../core/share-text.ts";
import type { Validity, Verdict } from "../core/summary.ts";

/**
 * When a run is no longer to be believed. An error bar of 5 % of a TTFT is about the smallest difference between two
 * servers that anyone acts on; half of an ICL leaves one digit. Four times that leaves nothing. A rate missed by 1 %
 * shifts the queueing of a loaded server visibly, by 5 % it measures another load than was asked for.
 *
 * The books of Little's law balance to 1 % in ordinary runs. Off by 5 % beyond chance, this client stood still for a
 * part of the run or miscounted: its rates and its times no longer belong together; by 20 % nothing in it does.
 *
 * A client that keeps a core busy sends and reads as fast as it can, so throughput may be its own and not the server's.
 * How far off its times are is what the error bar says, so this alone never makes a run INVALID. A connection that is
 * slow to open says nothing of this client and is in no latency: its wait moves no verdict.
 */
export const THRESHOLDS = {
  degraded: { shareOfTtft: 0.05, shareOfIcl: 0.5, deliveredRate: 0.99, littleResidual: 0.05, cpuShare: 0.9 },
  invalid: { shareOfTtft: 0.2, shareOfIcl: 2, deliveredRate: 0.95, littleResidual: 0.2, cpuShare: Infinity },
} as const;

/** Shorter runs are not judged by their CPU share: the first second of a process compiles code, beside the work. */
const CPU_JUDGED_FROM_MS: Millis = 2000;

/** Everything that the verdict rests on; milliseconds and requests per second, null for what is not known. */
export interface ClientMeasurements {
  readonly eventLoopDelayMs: { readonly p50: Millis; readonly p99: Millis; readonly max: Millis } | null;
  /** How late the loop came to the reads of answers, p99. */
  readonly readDelayMs: { readonly ttft: Millis | null; readonly icl: Millis | null };
  readonly sendLagMs: { readonly p50: Millis | null; readonly p99: Millis | null };
  readonly connectWaitMs: { readonly p50: Millis | null; readonly p99: Millis | null };
  readonly ttftP50Ms: Millis | null;
  readonly iclP50Ms: Millis | null;
  /** Stands in for the TTFT where nothing was streamed. */
  readonly durationP50Ms: Millis | null;
  readonly requestedRate: number | null;
  readonly deliveredRate: number | null;
  readonly littleResidual: number | null;
  /** What chance alone may make of that, as a share; null where it cannot be judged. */
  readonly littleNoise: number | null;
  readonly cpuShare: number | null;
  /** How long it was measured. */
  readonly windowMs: Millis;
  /** What a calibration says of this load; null or missing where none covers it. */
  readonly calibratedErrorMs?: { readonly ttft: Millis; readonly icl: Millis } | null;
}

/** An error bar, and what it comes from. */
interface Bar {
  readonly ms: Millis;
  readonly cause: string;
}

/**
 * The largest of what is known: how late the loop was at any moment and when this metric's reads came, how late the
 * sending was, and what calibration found at this load.
 */
function barOf(
  { eventLoopDelayMs, readDelayMs, sendLagMs, calibratedErrorMs }: ClientMeasurements,
  of: "ttft" | "icl",
): Bar | null {
  const parts: readonly [Millis | null, string][] = [
    [eventLoopDelayMs?.p99 ?? null, "its event loop was late"],
    [
      readDelayMs[of],
      of === "ttft" ? "its event loop was late as answers began" : "its event loop was late as tokens came",
    ],
    [sendLagMs.p99, "it sent late"],
    [calibratedErrorMs?.[of] ?? null, "as calibrated at this load"],
  ];
  const known = parts.flatMap(([ms, cause]) => (ms === null ? [] : [{ ms, cause }]));
  return known.length === 0 ? null : known.reduce((most, part) => (part.ms > most.ms ? part : most));
}

const ms = (value: Millis): string => (value < 999.5 ? `${value.toPrecision(3)} ms` : `${(value / 1000).toFixed(2)} s`);

interface Finding {
  readonly verdict: Verdict;
  readonly reason: string;
}

/** The worse of the two verdicts whose limit was crossed, with that limit in words; null when none was. */
function judged(
  crosses: (limit: number) => boolean,
  limits: { readonly degraded: number; readonly invalid: number },
  side: "above" | "below" | "from",
  reason: string,
): Finding[] {
  for (const verdict of ["INVALID", "DEGRADED"] as const) {
    const limit = verdict === "INVALID" ? limits.invalid : limits.degraded;
    const where = side === "from" ? `from ${shareText(limit)} on it` : `${side} ${shareText(limit)}`;
    if (crosses(limit)) return [{ verdict, reason: `${reason}; ${where} is ${verdict}` }];
  }
  return [];
}

type Limit = keyof (typeof THRESHOLDS)["degraded"];
const limitsOf = (limit: Limit): { readonly degraded: number; readonly invalid: number } => ({
  degraded: THRESHOLDS.degraded[limit],
  invalid: THRESHOLDS.invalid[limit],
});

/** Compares an error bar with the metric it blurs. */
function judgeBar(bar: Bar | null, what: string, p50: Millis | null, limit: Limit): Finding[] {
  if (bar === null || p50 === null || p50 <= 0) return [];
  const share = bar.ms / p50;
  const size = `${ms(bar.ms)}, ${shareOfText(share, `the median ${what}`, share < 0.1 ? 1 : 0)} (${ms(p50)})`;
  const reason = `this client may be off by ${size}: ${bar.cause}`;
  return judged((most) => share > most, limitsOf(limit), "above", reason);
}

function judgeRate(requested: number | null, delivered: number | null): Finding[] {
  if (requested === null || delivered === null) return [];
  const share = delivered / requested;
  const reason = `only ${shareText(share, 1)} of the requested rate was delivered`;
  return judged((limit) => share < limit, limitsOf("deliveredRate"), "below", reason);
}

function judgeBooks(residual: number | null, noise: number | null): Finding[] {
  if (residual === null || noise === null) return [];
  const off = Math.abs(residual);
  const reason = `the requests in flight and their times differ by ${shareText(off, 1)} (Little's law)`;
  return judged((limit) => off - noise > limit, limitsOf("littleResidual"), "above", reason);
}

function judgeCpu(share: number | null, windowMs: Millis): Finding[] {
  if (share === null || windowMs < CPU_JUDGED_FROM_MS) return [];
  const reason = `this process used ${shareOfText(share, "a core")}, so throughput may be this client's limit`;
  return judged((limit) => share >= limit, limitsOf("cpuShare"), "from", reason);
}

/** Whether a run's numbers can be believed, and how far off a single time may be. Pure. (docs/metrics.md) */
export function judgeValidity(measured: ClientMeasurements): Validity {
  const calibrated = measured.calibratedErrorMs ?? null;
  const firstBar = barOf(measured, "ttft");
  const iclBar = barOf(measured, "icl");
  const streamed = measured.ttftP50Ms !== null;
  const first =
    measured.ttftP50Ms === null
      ? { what: "duration", p50: measured.durationP50Ms }
      : { what: "TTFT", p50: measured.ttftP50Ms };
  const findings = [
    ...judgeBar(firstBar, first.what, first.p50, "shareOfTtft"),
    ...judgeBar(iclBar, "inter-chunk latency", measured.iclP50Ms, "shareOfIcl"),
    ...judgeRate(measured.requestedRate, measured.deliveredRate),
    ...judgeBooks(measured.littleResidual, measured.littleNoise),
    ...judgeCpu(measured.cpuShare, measured.windowMs),
  ];
  const verdicts = findings.map((finding) => finding.verdict);
  const measuredNothing = first.p50 === null && measured.iclP50Ms === null;
  return {
    verdict: measuredNothing
      ? null
      : verdicts.includes("INVALID")
        ? "INVALID"
        : verdicts.length > 0
          ? "DEGRADED"
          : "VALID",
    reasons: measuredNothing ? ["no request succeeded, so no time was measured"] : findings.map(({ reason }) => reason),
    // A bar blurs the metric that it is named after; without one there is nothing to blur.
    error_bar_ms: {
      ttft: streamed ? (firstBar?.ms ?? null) : null,
      icl: measured.iclP50Ms === null ? null : (iclBar?.ms ?? null),
    },
    send_lag_ms: measured.sendLagMs,
    event_loop_delay_ms: measured.eventLoopDelayMs ?? { p50: null, p99: null, max: null },
    requested_rate: measured.requestedRate,
    delivered_rate: measured.deliveredRate,
    connect_wait_ms: measured.connectWaitMs,
    little_residual: measured.littleResidual,
    cpu_share: measured.cpuShare,
    ...(calibrated === null || !streamed ? {} : { calibrated_error_ms: calibrated }),
  };
}
