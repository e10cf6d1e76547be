// Written from docs/metrics.md and docs/output-files.md alone: nothing here may come from src/.

type Value = number | null;

/** A line of `results.jsonl`, as far as numbers are made of it. */
export interface JournalLine {
  readonly target: string;
  readonly test_id: string;
  readonly sample: number;
  readonly segment: number;
  readonly level?: number;
  readonly status: "success" | "failure" | "timeout" | "skipped";
  readonly attempts: number;
  readonly duration_ms: Value;
  readonly icl_ms: readonly number[] | null;
  readonly cost_usd: Value;
  readonly error: { readonly code: string | null } | null;
  readonly response: {
    readonly usage: {
      readonly prompt_tokens: number;
      readonly completion_tokens: number;
      readonly total_tokens: number;
    } | null;
  } | null;
  readonly timing: Readonly<
    Record<
      | "first_sent_at_ms"
      | "sent_at_ms"
      | "done_at_ms"
      | "ttft_ms"
      | "tpot_ms"
      | "output_tokens_per_second"
      | "slot_wait_ms"
      | "limiter_wait_ms"
      | "backoff_ms"
      | "connect_ms"
      | "send_lag_ms"
      | "latency_from_intended_ms",
      Value
    >
  >;
}

/** The lines that count: of a case with several, the last. */
export function casesIn(journal: string): JournalLine[] {
  const cases = new Map<string, JournalLine>();
  for (const text of journal.split("\n").filter((line) => line !== "")) {
    const line = JSON.parse(text) as JournalLine;
    cases.set(JSON.stringify([line.target, line.test_id, line.sample]), line);
  }
  return [...cases.values()];
}

/** The smallest value with at least so many thousandths of the sample at or below it; endless beyond the last. */
function rank(sorted: readonly number[], thousandths: number, size = sorted.length): Value {
  const value = sorted[Math.ceil((thousandths * size) / 1000) - 1];
  return value ?? null;
}

function statsOf(values: readonly number[], failures: number): Record<string, Value> {
  const sorted = values.toSorted((a, b) => a - b);
  const n = sorted.length;
  const mean = n === 0 ? null : sum(sorted) / n;
  return {
    count: n,
    mean,
    sd: mean === null || n < 2 ? null : Math.sqrt(sum(sorted.map((x) => (x - mean) ** 2)) / (n - 1)),
    min: sorted[0] ?? null,
    p50: rank(sorted, 500),
    p90: rank(sorted, 900),
    p95: rank(sorted, 950),
    p99: rank(sorted, 990),
    p999: rank(sorted, 999),
    max: sorted.at(-1) ?? null,
    p95_attempted: rank(sorted, 950, n + failures),
    p99_attempted: rank(sorted, 990, n + failures),
  };
}

/** Limits of `--slo`, in milliseconds. */
export interface Limits {
  readonly ttft?: number;
  readonly tpot?: number;
  readonly duration?: number;
}

/** The summary of a target's cases, in the names of `results.json`. */
export function recomputed(cases: readonly JournalLine[], limits: Limits | null = null): Record<string, unknown> {
  const with_ = (status: JournalLine["status"]): JournalLine[] => cases.filter((one) => one.status === status);
  const [good, failed, timeout, skipped] = [with_("success"), with_("failure"), with_("timeout"), with_("skipped")];
  const attempted = cases.length - skipped.length;
  const bad = failed.length + timeout.length;
  const numbers = (read: (one: JournalLine) => Value): number[] => good.map(read).filter((value) => value !== null);
  const usages = good.map(({ response }) => response?.usage ?? null).filter((usage) => usage !== null);
  const costs = cases.map(({ cost_usd }) => cost_usd).filter((cost) => cost !== null);
  const wall = wallOf(cases);
  const codes: Record<string, number> = {};
  for (const { error } of [...failed, ...timeout]) {
    if (error?.code !== null && error !== null) codes[error.code] = (codes[error.code] ?? 0) + 1;
  }
  const completion = sum(usages.map((usage) => usage.completion_tokens));
  const first = good.filter(({ attempts }) => attempts === 1).length;
  const keeps = (one: JournalLine): boolean =>
    isWithin(one.timing.ttft_ms, limits?.ttft) &&
    // An answer that came in one piece has no time between tokens to be judged by.
    (one.icl_ms === null || isWithin(one.timing.tpot_ms, limits?.tpot)) &&
    isWithin(one.duration_ms, limits?.duration);
  const kept = good.filter(keeps).length;
  return {
    total: cases.length,
    succeeded: good.length,
    failed: failed.length,
    timeout: timeout.length,
    skipped: skipped.length,
    attempted,
    success_rate: attempted === 0 ? null : good.length / attempted,
    success_rate_ci95: attempted === 0 ? null : wilson(good.length, attempted),
    first_attempt_success_rate: attempted === 0 ? null : first / attempted,
    failures_by_code: codes,
    retries: sum(cases.map(({ attempts }) => Math.max(0, attempts - 1))),
    duration_ms: statsOf(
      numbers((one) => one.duration_ms),
      bad,
    ),
    ttft_ms: statsOf(
      numbers((one) => one.timing.ttft_ms),
      bad,
    ),
    tpot_ms: statsOf(
      numbers((one) => one.timing.tpot_ms),
      bad,
    ),
    latency_from_intended_ms: statsOf(
      numbers((one) => one.timing.latency_from_intended_ms),
      bad,
    ),
    prompt_tokens: sum(usages.map((usage) => usage.prompt_tokens)),
    completion_tokens: completion,
    total_tokens: sum(usages.map((usage) => usage.total_tokens)),
    usage_unknown: good.length - usages.length,
    total_cost_usd: costs.length === 0 ? null : sum(costs),
    wall_ms: wall,
    requests_per_second: (good.length * 1000) / wall,
    output_tokens_per_second: (completion * 1000) / wall,
    ...(limits === null
      ? {}
      : {
          goodput: kept / attempted,
          goodput_ci95: wilson(kept, attempted),
          goodput_per_second: (kept * 1000) / wall,
        }),
  };
}

/** First sent to last done, of each segment, summed. */
function wallOf(cases: readonly JournalLine[]): number {
  const segments = new Set(cases.map(({ segment }) => segment));
  return sum(
    [...segments].map((segment) => {
      const sent = cases.filter((one) => one.segment === segment && one.timing.first_sent_at_ms !== null);
      const from = Math.min(...sent.map(({ timing }) => timing.first_sent_at_ms ?? Infinity));
      const to = Math.max(...sent.map(({ timing }) => timing.done_at_ms ?? -Infinity));
      return sent.length === 0 ? 0 : to - from;
    }),
  );
}

/** Wilson's interval at 95 %. */
function wilson(good: number, n: number): [number, number] {
  const z = 1.959963984540054;
  const share = good / n;
  const middle = (share + (z * z) / (2 * n)) / (1 + (z * z) / n);
  const half = (z / (1 + (z * z) / n)) * Math.sqrt((share * (1 - share)) / n + (z * z) / (4 * n * n));
  return [Math.max(0, middle - half), Math.min(1, middle + half)];
}

const isWithin = (value: Value, limit: number | undefined): boolean =>
  limit === undefined || (value !== null && value <= limit);

const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0);
