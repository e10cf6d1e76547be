import type { Manifest, Segment } from "../core/run.ts";
import type { Summary, Validity } from "../core/summary.ts";
import { worstValidity } from "../core/worst-validity.ts";

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
 * The validity of a whole run, the worst of its segments; no verdict on one that measured nothing. A segment that could
 * not say, because its process died, degrades the run.
 */
export function combineValidity({ segments }: Manifest, summaries: ReadonlyMap<string, Summary>): Validity {
  const nothing = whyNothing([...summaries.values()]);
  const worst =
    segments.length === 0
      ? UNKNOWN
      : worstValidity(segments.map((of) => ({ name: `segment ${of.segment}`, validity: validityOf(of) })));
  if (nothing === null) return worst;
  return { ...worst, verdict: null, reasons: [nothing], error_bar_ms: UNKNOWN.error_bar_ms };
}

/** Why a run has no time to judge; null where it has one. */
function whyNothing(summaries: readonly Summary[]): string | null {
  if (summaries.some(({ duration_ms }) => duration_ms.count > 0)) return null;
  if (summaries.some(({ succeeded }) => succeeded > 0)) return "no answer has a time";
  if (summaries.some(({ attempted }) => attempted > 0)) return "no request succeeded, so no time was measured";
  if (summaries.some(({ skipped }) => skipped > 0)) return "every case was skipped, so nothing was measured";
  return "nothing was sent, so nothing was measured";
}

function validityOf({ validity, ended_at }: Segment): Validity {
  if (validity !== null) return validity;
  const why = ended_at === null ? "the process ended before it could measure itself" : "this client was not measured";
  return { ...UNKNOWN, reasons: [why] };
}
