import fc from "fast-check";
import { expect, test } from "vitest";
import { loadSchema } from "../core/run.ts";
import { providers } from "../library/providers.ts";
import type { BenchmarkLoad, BenchmarkPlan } from "./plan.ts";
import { loadFrom, loadRecord, planFrom, planRecord } from "./records.ts";

const some = fc.option(fc.integer({ min: 1, max: 600_000 }));

const loads: fc.Arbitrary<BenchmarkLoad> = fc.record({
  partLimits: fc.record({ connectMs: some, firstTokenMs: some, idleMs: some }),
  rate: some,
  arrival: fc.constantFrom("constant", "poisson"),
  maxInFlight: some,
  ramp: fc.option(fc.record({ from: fc.nat(), to: fc.nat(), overMs: fc.nat() })),
  durationMs: some,
  maxRequests: some,
  requestsPerMinute: some,
  tokensPerMinute: some,
  adaptive: fc.boolean(),
  order: fc.constantFrom("side_by_side", "lockstep", "sequential"),
  maxErrors: some,
  budgetUsd: some,
  warmup: fc.nat(),
  p95LimitMs: some,
  slo: fc.option(
    fc.record({
      ttft_ms: some,
      tpot_ms: some,
      duration_ms: some,
      latency_from_intended_ms: some,
      goodput: fc.double({ min: 0.001, max: 1, noNaN: true }),
    }),
  ),
  concurrency: fc.integer({ min: 1, max: 1000 }),
  timeoutMs: fc.option(fc.integer({ min: 1, max: 600_000 })),
  retries: fc.option(fc.integer({ min: 0, max: 10 })),
  delayMs: fc.integer({ min: 0, max: 1000 }),
  failFast: fc.boolean(),
  saveResponses: fc.boolean(),
});

test("a load comes back from run.json as it was", () => {
  fc.assert(
    fc.property(loads, (load) => {
      const stored: unknown = JSON.parse(JSON.stringify(loadRecord(load)));
      expect(loadFrom(loadSchema.parse(stored))).toEqual(load);
    }),
  );
});

test("a load's record has every member of its schema", () => {
  const [load] = fc.sample(loads, 1);
  expect(load === undefined ? [] : Object.keys(loadRecord(load)).sort()).toEqual(Object.keys(loadSchema.shape).sort());
});

test("a plan comes back with its dataset and targets", () => {
  const plan: BenchmarkPlan = {
    dataset: {
      name: "d",
      version: "1",
      description: null,
      defaults: {},
      sha256: "aa",
      source: "d.json",
      cases: async function* () {},
    },
    targets: [providers.custom("echo", async () => ({ content: "" }), { model: "m" })],
    category: "c",
    limit: 3,
    repeat: 2,
    seed: "s",
    levels: [1, 2],
    searchUpTo: 64,
    synthetic: { input: { mean: 5, sd: 1 }, output: { mean: 6, sd: 0 }, shared_prefix: 0.5, seed: "1" },
    stream: false,
    parameters: { temperature: 0.5 },
  };
  expect(planFrom(planRecord(plan), plan.dataset, plan.targets)).toEqual(plan);
});
