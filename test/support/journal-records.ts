import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { onTestFinished } from "vitest";
import type { FailedAttempt, TestResult } from "../../src/core/result.ts";
import type { Manifest, Plan } from "../../src/core/run.ts";

/** A directory of the test's own, gone when the test ends. */
export function temporaryDirectory(): string {
  const directory = mkdtempSync(join(tmpdir(), "journal-"));
  onTestFinished(() => rmSync(directory, { recursive: true, force: true }));
  return directory;
}

export function sampleResult(changes: Partial<TestResult> = {}): TestResult {
  return {
    v: 1,
    target: "openai:m",
    provider: "openai",
    model: "m",
    test_id: "t1",
    sample: 0,
    category: null,
    status: "success",
    response: {
      id: "r1",
      model: "m",
      content: "grüße 🙂\nsecond line",
      reasoning: "because",
      tool_calls: [{ name: "f" }],
      finish_reason: "stop",
      usage: null,
      created_at: null,
    },
    error: null,
    attempts: 1,
    duration_ms: 12.5,
    timing: {
      first_sent_at_ms: 0,
      sent_at_ms: 0,
      done_at_ms: 12.5,
      ttft_ms: 3,
      ttfb_ms: 2,
      ttf_text_ms: 3,
      tpot_ms: null,
      output_tokens_per_second: null,
      slot_wait_ms: 0,
      limiter_wait_ms: 0,
      backoff_ms: 0,
      connect_ms: 0,
      send_lag_ms: 0,
      latency_from_intended_ms: 12.5,
    },
    icl_ms: [1.5, 2],
    deltas_per_read: null,
    cost_usd: null,
    scores: {},
    request_id: "q1",
    system_fingerprint: null,
    timestamp: "2026-01-01T00:00:00.000Z",
    segment: 0,
    ...changes,
  };
}

export function sampleFailure(changes: Partial<FailedAttempt> = {}): FailedAttempt {
  return {
    target: "openai:m",
    test_id: "t1",
    sample: 0,
    attempt: 0,
    code: "overloaded",
    http_status: 529,
    message: "busy",
    request_id: null,
    waited_ms: 20,
    ...changes,
  };
}

export function samplePlan(changes: Partial<Plan> = {}): Plan {
  return {
    dataset_sha256: "aa",
    targets: [
      {
        target: "openai:m",
        provider: "openai",
        model: "m",
        base_url: "http://127.0.0.1/v1",
        simulated: false,
        parameters: { temperature: 0 },
      },
    ],
    stream: true,
    parameters: {},
    category: null,
    limit: null,
    repeat: 1,
    seed: null,
    ...changes,
  };
}

export function sampleManifest(changes: Partial<Manifest> = {}): Manifest {
  return {
    format_version: 1,
    tool: "llm-test-bench",
    tool_version: "0.1.0",
    id: "run-1",
    status: "running",
    started_at: "2026-01-01T00:00:00.000Z",
    ended_at: null,
    dataset: { name: "d", version: "1.0.0", sha256: "aa", source: "d.json" },
    plan: samplePlan(),
    planned_per_target: 1,
    segments: [],
    environment: { node: "v20.20.2", os: "linux", cpu: "x", cores: 2 },
    ...changes,
  };
}
