import type { Manifest, Segment } from "../core/run.ts";
import type { Validity } from "../core/summary.ts";
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
 * The validity of a whole run, the worst of its segments. A segment that could not say, because its process died,
 * degrades the run.
 */
export function combineValidity(manifest: Manifest): Validity {
  const { segments } = manifest;
  if (segments.length === 0) return { ...UNKNOWN, reasons: ["nothing was sent, so this client was not measured"] };
  return worstValidity(segments.map((of) => ({ name: `segment ${of.segment}`, validity: validityOf(of) })));
}

function validityOf({ validity, ended_at }: Segment): Validity {
  if (validity !== null) return validity;
  const why = ended_at === null ? "the process ended before it could measure itself" : "this client was not measured";
  return { ...UNKNOWN, reasons: [why] };
}
