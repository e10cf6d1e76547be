import { describe, expect, it } from "vitest";
import { exampleFailure, exampleResult } from "../../test/support/example-results.ts";
import { Tally } from "./tally.ts";
import { judgeValidity, type ClientMeasurements } from "./validity.ts";

const measured: ClientMeasurements = {
  eventLoopDelayMs: { p50: 0.1, p99: 1, max: 5 },
  readDelayMs: { ttft: 0.8, icl: 0.7 },
  sendLagMs: { p50: 0.1, p99: 0.5 },
  connectWaitMs: { p50: 0, p99: 2 },
  ttftP50Ms: 200,
  iclP50Ms: 20,
  durationP50Ms: 1000,
  requestedRate: null,
  deliveredRate: 10,
  littleResidual: 0.01,
  littleNoise: 0.01,
  cpuShare: 0.2,
  windowMs: 10_000,
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
    ["a loop late as answers began", { readDelayMs: { ttft: 11, icl: 0 } }, "DEGRADED"],
    ["a loop late as tokens came, by less than half of a gap", { readDelayMs: { ttft: 0, icl: 10 } }, "VALID"],
    ["a loop late as tokens came, by more", { readDelayMs: { ttft: 0, icl: 11 } }, "DEGRADED"],
    ["a send lag that is the larger part", { sendLagMs: { p50: 1, p99: 50 } }, "INVALID"],
    ["plain answers, judged by their duration", { ...loop(60), ttftP50Ms: null, iclP50Ms: null }, "DEGRADED"],
    ["99 % of the requested rate", { requestedRate: 100, deliveredRate: 99 }, "VALID"],
    ["less than 99 % of it", { requestedRate: 100, deliveredRate: 98.9 }, "DEGRADED"],
    ["less than 95 % of it", { requestedRate: 100, deliveredRate: 94 }, "INVALID"],
    ["books that are off by 5 % beyond chance", { littleResidual: 0.059 }, "VALID"],
    ["books that are off by more", { littleResidual: 0.061 }, "DEGRADED"],
    ["books that are off by more the other way", { littleResidual: -0.061 }, "DEGRADED"],
    ["books that are off by more than 20 %", { littleResidual: -0.22 }, "INVALID"],
    ["books that are off as chance may have it", { littleResidual: 0.3, littleNoise: 0.28 }, "VALID"],
    ["books of too short a run", { littleResidual: 0.3, littleNoise: null }, "VALID"],
    ["less than nine tenths of a core", { cpuShare: 0.89 }, "VALID"],
    ["nine tenths of a core", { cpuShare: 0.9 }, "DEGRADED"],
    ["more than a core, with its helpers", { cpuShare: 1.6 }, "DEGRADED"],
    ["a whole core in a short run", { cpuShare: 1, windowMs: 1999 }, "VALID"],
    ["connections that are slow to open", { connectWaitMs: { p50: 900, p99: 5000 } }, "VALID"],
    [
      "nothing measured",
      {
        eventLoopDelayMs: null,
        readDelayMs: { ttft: null, icl: null },
        sendLagMs: { p50: null, p99: null },
        littleResidual: null,
        cpuShare: null,
      },
      "VALID",
    ],
  ])("on %s", (_name, more, verdict) => {
    const validity = judgeValidity({ ...measured, ...more });
    expect(validity.verdict).toBe(verdict);
    expect(validity.reasons.length > 0).toBe(verdict !== "VALID");
  });

  it.each<[string, Partial<ClientMeasurements>]>([
    ["a quick client", {}],
    ["one that was late", { ...loop(500), requestedRate: 100, deliveredRate: 5 }],
  ])("is none on %s that measured nothing, with the reason", (_name, more) => {
    const nothing = { ttftP50Ms: null, iclP50Ms: null, durationP50Ms: null };
    expect(judgeValidity({ ...measured, ...more, ...nothing })).toMatchObject({
      verdict: null,
      reasons: ["no request succeeded, so no time was measured"],
      error_bar_ms: { ttft: null, icl: null },
    });
  });

  it("has no error bar for what was not measured: without streaming, and without gaps", () => {
    const plain = { ...measured, ttftP50Ms: null, iclP50Ms: null, calibratedErrorMs: { ttft: 3, icl: 3 } };
    expect(judgeValidity(plain)).toMatchObject({ verdict: "VALID", error_bar_ms: { ttft: null, icl: null } });
    expect(judgeValidity(plain)).not.toHaveProperty("calibrated_error_ms");
    expect(judgeValidity({ ...measured, iclP50Ms: null }).error_bar_ms).toEqual({ ttft: 1, icl: null });
  });

  it("rests on successes", () => {
    const tally = new Tally();
    tally.add(exampleFailure({ duration_ms: 5, timing: exampleResult().timing, icl_ms: [1] }));
    expect(tally.medians()).toMatchObject({ ttftP50Ms: null, iclP50Ms: null, durationP50Ms: null });
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

  it("states the error bar: the largest of loop delay, by time and by reads, and send lag", () => {
    expect(judgeValidity(measured).error_bar_ms).toEqual({ ttft: 1, icl: 1 });
    expect(judgeValidity({ ...measured, sendLagMs: { p50: 1, p99: 3 } }).error_bar_ms).toEqual({ ttft: 3, icl: 3 });
    const late = { readDelayMs: { ttft: 4, icl: 2 } };
    expect(judgeValidity({ ...measured, ...late }).error_bar_ms).toEqual({ ttft: 4, icl: 2 });
  });

  it.each<[string, Partial<ClientMeasurements>, string]>([
    [
      "the share and the limit that it is above",
      { ...loop(25), iclP50Ms: null },
      "this client may be off by 25.0 ms, 13 % of the median TTFT (200 ms): its event loop was late; above 5 % is DEGRADED",
    ],
    [
      "the worse of the two limits",
      { sendLagMs: { p50: 1, p99: 76 }, iclP50Ms: null },
      "this client may be off by 76.0 ms, 38 % of the median TTFT (200 ms): it sent late; above 20 % is INVALID",
    ],
    [
      "seconds",
      { ...loop(1464), ttftP50Ms: 2560, iclP50Ms: null },
      "this client may be off by 1.46 s, 57 % of the median TTFT (2.56 s): its event loop was late; above 20 % is INVALID",
    ],
    [
      "what is many times the median",
      { ...loop(9170), ttftP50Ms: 2, iclP50Ms: null },
      "this client may be off by 9.17 s, 4 585× the median TTFT (2.00 ms): its event loop was late; above 20 % is INVALID",
    ],
    [
      "a share close to its limit with a digit more",
      { ...loop(10.2), iclP50Ms: null },
      "this client may be off by 10.2 ms, 5.1 % of the median TTFT (200 ms): its event loop was late; above 5 % is DEGRADED",
    ],
    [
      "a rate",
      { requestedRate: 100, deliveredRate: 94 },
      "only 94.0 % of the requested rate was delivered; below 95 % is INVALID",
    ],
    [
      "books",
      { littleResidual: -0.1 },
      "the requests in flight and their times differ by 10.0 % (Little's law); above 5 % is DEGRADED",
    ],
    [
      "CPU",
      { cpuShare: 0.97 },
      "this process used 97 % of a core, so throughput may be this client's limit; from 90 % on it is DEGRADED",
    ],
  ])("gives its reason in words with %s", (_name, more, reason) => {
    expect(judgeValidity({ ...measured, ...more }).reasons).toEqual([reason]);
  });

  it("gives every reason, and the worst of the verdicts", () => {
    const { verdict, reasons } = judgeValidity({ ...measured, ...loop(50), requestedRate: 100, deliveredRate: 98 });
    expect(verdict).toBe("INVALID");
    expect(reasons.map((reason) => reason.split(" ").at(-1))).toEqual(["INVALID", "INVALID", "DEGRADED"]);
  });
});
