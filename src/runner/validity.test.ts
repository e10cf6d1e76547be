import { describe, expect, it } from "vitest";
import { exampleResult } from "../../test/support/example-results.ts";
import { Tally } from "./tally.ts";
import { judgeValidity, type ClientMeasurements } from "./validity.ts";

const measured: ClientMeasurements = {
  eventLoopDelayMs: { p50: 0.1, p99: 1, max: 5 },
  sendLagMs: { p50: 0.1, p99: 0.5 },
  connectWaitMs: { p50: 0, p99: 2 },
  ttftP50Ms: 200,
  iclP50Ms: 20,
  durationP50Ms: 1000,
  requestedRate: null,
  deliveredRate: 10,
  littleResidual: 0.01,
  cpuShare: 0.2,
};

describe("the verdict", () => {
  const loop = (p99: number): Partial<ClientMeasurements> => ({ eventLoopDelayMs: { p50: 0, p99, max: p99 } });
  it.each<[string, Partial<ClientMeasurements>, string]>([
    ["a quick client", {}, "VALID"],
    ["a loop late by 5 % of the TTFT", loop(10), "VALID"],
    ["a loop late by more", loop(10.1), "DEGRADED"],
    ["a loop late by 20 % of the TTFT", { ...loop(40), iclP50Ms: 100 }, "DEGRADED"],
    ["a loop late by more than that", { ...loop(41), iclP50Ms: 100 }, "INVALID"],
    ["a loop late by half of the gap between tokens", { ...loop(10), ttftP50Ms: 9999 }, "VALID"],
    ["a loop late by more than half", { ...loop(11), ttftP50Ms: 9999 }, "DEGRADED"],
    ["a loop late by more than two gaps", { ...loop(41), ttftP50Ms: 9999 }, "INVALID"],
    ["a send lag that is the larger part", { sendLagMs: { p50: 1, p99: 50 } }, "INVALID"],
    ["plain answers, judged by their duration", { ...loop(60), ttftP50Ms: null, iclP50Ms: null }, "DEGRADED"],
    ["99 % of the requested rate", { requestedRate: 100, deliveredRate: 99 }, "VALID"],
    ["less than 99 % of it", { requestedRate: 100, deliveredRate: 98.9 }, "DEGRADED"],
    ["less than 95 % of it", { requestedRate: 100, deliveredRate: 94 }, "INVALID"],
    ["nothing measured", { eventLoopDelayMs: null, sendLagMs: { p50: null, p99: null } }, "VALID"],
  ])("on %s", (_name, more, verdict) => {
    const validity = judgeValidity({ ...measured, ...more });
    expect(validity.verdict).toBe(verdict);
    expect(validity.reasons.length > 0).toBe(verdict !== "VALID");
  });

  it("rests on the target whose times are shortest", () => {
    const tally = new Tally();
    for (const [target, ttft] of [
      ["a", 200],
      ["a", 300],
      ["b", 40],
    ] as const) {
      const timing = { ...exampleResult().timing, ttft_ms: ttft };
      tally.add(exampleResult({ target, timing, duration_ms: ttft * 2, icl_ms: [ttft / 10] }));
    }
    expect(tally.medians()).toMatchObject({ ttftP50Ms: 40, iclP50Ms: 4, durationP50Ms: 80 });
  });

  it("states the error bar: the larger of loop delay and send lag", () => {
    expect(judgeValidity(measured).error_bar_ms).toEqual({ ttft: 1, icl: 1 });
    expect(judgeValidity({ ...measured, sendLagMs: { p50: 1, p99: 3 } }).error_bar_ms).toEqual({ ttft: 3, icl: 3 });
  });

  it("gives its reasons in words with the figures", () => {
    expect(judgeValidity({ ...measured, ...loop(50), iclP50Ms: null }).reasons).toEqual([
      "this client may be off by 50.0 ms, 25 % of the median TTFT (200 ms): its event loop was late",
    ]);
  });
});
