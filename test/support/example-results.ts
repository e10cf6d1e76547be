import type { TestResult } from "../../src/core/result.ts";
import type { Manifest, Segment } from "../../src/core/run.ts";
import type { Validity } from "../../src/core/summary.ts";

/** A successful result in which nothing stands out, for tests to vary. */
export function exampleResult({
  timing,
  ...more
}: Partial<Omit<TestResult, "timing">> & { timing?: Partial<TestResult["timing"]> } = {}): TestResult {
  return {
    v: 1,
    target: "sim:fast",
    provider: "sim",
    model: "fast",
    test_id: "t1",
    sample: 0,
    category: null,
    status: "success",
    response: exampleResponse(),
    error: null,
    attempts: 1,
    duration_ms: 100,
    timing: {
      first_sent_at_ms: 0,
      sent_at_ms: 0,
      done_at_ms: 100,
      ttft_ms: 20,
      ttfb_ms: 10,
      ttf_text_ms: 20,
      tpot_ms: 5,
      output_tokens_per_second: 80,
      slot_wait_ms: 0,
      limiter_wait_ms: 0,
      backoff_ms: 0,
      connect_ms: 1,
      send_lag_ms: 0.1,
      latency_from_intended_ms: 101,
      ...timing,
    },
    icl_ms: [4, 6],
    deltas_per_read: null,
    cost_usd: 0.001,
    scores: {},
    request_id: "r1",
    system_fingerprint: null,
    timestamp: "2026-01-01T00:00:00.000Z",
    segment: 0,
    ...more,
  };
}

/** The answer of `exampleResult`. */
export function exampleResponse(
  more: Partial<NonNullable<TestResult["response"]>> = {},
): NonNullable<TestResult["response"]> {
  return {
    id: "a1",
    model: "fast",
    content: "an answer",
    reasoning: null,
    tool_calls: null,
    finish_reason: "stop",
    usage: {
      prompt_tokens: 10,
      completion_tokens: 8,
      total_tokens: 18,
      reasoning_tokens: null,
      cached_tokens: null,
      cache_write_tokens: null,
    },
    created_at: null,
    ...more,
  };
}

/** A result of a case that failed after one attempt. */
export function exampleFailure(more: Partial<TestResult> = {}): TestResult {
  return exampleResult({
    status: "failure",
    response: null,
    error: { code: "server_error", message: "500 from the server", http_status: 500 },
    duration_ms: null,
    timing: { ttft_ms: null, tpot_ms: null, latency_from_intended_ms: null },
    icl_ms: null,
    cost_usd: null,
    ...more,
  });
}

/** A result of a case that was never sent. */
export function exampleSkipped(more: Partial<TestResult> = {}): TestResult {
  return exampleFailure({
    status: "skipped",
    attempts: 0,
    error: { code: null, message: "sim:fast rejected the key", http_status: null },
    timing: {
      ...exampleResult().timing,
      first_sent_at_ms: null,
      sent_at_ms: null,
      done_at_ms: null,
      ttft_ms: null,
      tpot_ms: null,
    },
    ...more,
  });
}

/** A validity without complaint. */
export function exampleValidity(more: Partial<Validity> = {}): Validity {
  return {
    verdict: "VALID",
    reasons: [],
    error_bar_ms: { ttft: 1.2, icl: 0.8 },
    send_lag_ms: { p50: 0.1, p99: 0.9 },
    event_loop_delay_ms: { p50: 0.1, p99: 1.2, max: 3 },
    requested_rate: null,
    delivered_rate: 20,
    connect_wait_ms: { p50: 0.5, p99: 1.1 },
    little_residual: 0.01,
    cpu_share: 0.2,
    ...more,
  };
}

/** One stretch of a run. */
export function exampleSegment(more: Partial<Segment> = {}): Segment {
  return {
    segment: 0,
    started_at: "2026-01-01T00:00:00.000Z",
    ended_at: "2026-01-01T00:01:00.000Z",
    load: { concurrency: 5, timeout_ms: 60_000, retries: 3, delay_ms: 0, fail_fast: false, save_responses: true },
    validity: exampleValidity(),
    ...more,
  };
}

/** The manifest of a finished run over these targets; all but the simulated `sim:…` count as real. */
export function exampleManifest(targets: readonly string[] = ["sim:fast"], more: Partial<Manifest> = {}): Manifest {
  return {
    format_version: 1,
    tool: "llm-test-bench",
    tool_version: "0.1.0",
    id: "run-1",
    status: "finished",
    started_at: "2026-01-01T00:00:00.000Z",
    ended_at: "2026-01-01T00:01:00.000Z",
    dataset: { name: "coding-tasks", version: "1.0.0", sha256: "ab", source: "coding-tasks.json" },
    plan: {
      dataset_sha256: "ab",
      targets: targets.map((target) => ({
        target,
        provider: target.split(":")[0] ?? target,
        model: target.split(":")[1] ?? "",
        base_url: null,
        simulated: target.startsWith("sim:"),
        parameters: {},
      })),
      stream: true,
      parameters: {},
      category: null,
      limit: null,
      repeat: 1,
      seed: null,
    },
    planned_per_target: 1,
    segments: [exampleSegment()],
    environment: { node: "v20.20.2", os: "linux", cpu: "x", cores: 2 },
    ...more,
  };
}
