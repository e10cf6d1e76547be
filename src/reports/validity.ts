import type { Manifest, Segment } from "../core/run.ts";
import { type Validity, VERDICTS } from "../core/summary.ts";

const UNKNOWN: Validity = {
  verdict: "DEGRADED",
  reasons: [],
  error_bar_ms: { ttft: null, icl: null },
  send_lag_ms: { p50: null, p99: null },
  event_loop_delay_ms: { p50: null, p99: null, max: null },
  requested_rate: null,
  delivered_rate: null,
  connect_wait_ms: { p50: null, p99: null },
  little_residual: null,
  cpu_share: null,
};

/**
 * The validity of a whole run from that of its segments: the worst verdict, all reasons, and of each measurement the
 * value that speaks most against the run. A segment that could not say, because its process died, degrades the run.
 */
export function combineValidity(manifest: Manifest): Validity {
  const { segments } = manifest;
  if (segments.length === 0) return { ...UNKNOWN, reasons: ["nothing was sent, so this client was not measured"] };
  const parts = segments.map(validityOf);
  const reasons = parts.flatMap((part, i) =>
    part.reasons.map((reason) => (segments.length === 1 ? reason : `segment ${segments[i]?.segment}: ${reason}`)),
  );
  const most = (read: (validity: Validity) => number | null): number | null => extreme(parts.map(read), (x) => x);
  return {
    verdict: VERDICTS[Math.max(...parts.map(({ verdict }) => VERDICTS.indexOf(verdict)))] ?? "DEGRADED",
    reasons,
    error_bar_ms: { ttft: most((part) => part.error_bar_ms.ttft), icl: most((part) => part.error_bar_ms.icl) },
    send_lag_ms: { p50: most((part) => part.send_lag_ms.p50), p99: most((part) => part.send_lag_ms.p99) },
    event_loop_delay_ms: {
      p50: most((part) => part.event_loop_delay_ms.p50),
      p99: most((part) => part.event_loop_delay_ms.p99),
      max: most((part) => part.event_loop_delay_ms.max),
    },
    requested_rate: most((part) => part.requested_rate),
    delivered_rate: extreme(
      parts.map((part) => part.delivered_rate),
      (rate) => -rate,
    ),
    connect_wait_ms: { p50: most((part) => part.connect_wait_ms.p50), p99: most((part) => part.connect_wait_ms.p99) },
    little_residual: extreme(
      parts.map((part) => part.little_residual),
      Math.abs,
    ),
    cpu_share: most((part) => part.cpu_share),
    ...(parts.some(({ calibrated_error_ms: known }) => known !== undefined)
      ? {
          calibrated_error_ms: {
            ttft: most((part) => part.calibrated_error_ms?.ttft ?? null),
            icl: most((part) => part.calibrated_error_ms?.icl ?? null),
          },
        }
      : {}),
  };
}

function validityOf({ validity, ended_at }: Segment): Validity {
  if (validity !== null) return validity;
  const why = ended_at === null ? "the process ended before it could measure itself" : "this client was not measured";
  return { ...UNKNOWN, reasons: [why] };
}

/** The value with the greatest badness; null when none is known. */
function extreme(values: readonly (number | null)[], badness: (value: number) => number): number | null {
  const known = values.filter((value) => value !== null);
  return known.sort((a, b) => badness(b) - badness(a))[0] ?? null;
}
