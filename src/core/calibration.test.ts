import { expect, it } from "vitest";
import { calibratedErrorAt, type CalibratedLevel } from "./calibration.ts";

const level = (streams: number, reads_per_second: number, p99: number): CalibratedLevel => ({
  streams,
  tpot_ms: 20,
  reads_per_second,
  requests: 100,
  ttft_error_ms: { p50: 0, p99, max: p99 },
  icl_error_ms: { p50: 0, p99: p99 / 2, max: p99 },
  cpu_share: 0.1,
});

it.each([
  ["the lightest level that covers the load", 30, 900, 4],
  ["the level itself, nearly", 53, 2400, 4],
  ["a heavier one where the tokens come faster", 30, 5000, 9],
  ["the lightest of all", 1, 1, 1],
])("a calibration says of a load what %s showed", (_name, streams, readsPerSecond, ttft) => {
  const calibration = { machine: "m", node: "n", tool_version: "1", calibrated_at: "", levels: [] };
  const levels = [level(200, 10_000, 9), level(10, 500, 1), level(50, 2500, 4)];
  expect(calibratedErrorAt({ ...calibration, levels }, { streams, readsPerSecond })).toEqual({ ttft, icl: ttft / 2 });
  expect(calibratedErrorAt({ ...calibration, levels }, { streams: 500, readsPerSecond })).toBeNull();
});
