import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { expect, it } from "vitest";
import { tempDir } from "../../test/support/cli.ts";
import type { CalibratedLevel } from "../core/calibration.ts";
import { calibrationKey, calibrationPath, readCalibration, saveCalibration } from "./calibration-store.ts";

const level = (streams: number, p99: number): CalibratedLevel => {
  const spread = { p50: 0, p99, max: p99 };
  const load = { streams, tpot_ms: 20, reads_per_second: 50 * streams, requests: 9, cpu_share: null };
  return { ...load, ttft_error_ms: spread, icl_error_ms: spread };
};

it("keeps levels by machine, Node and version, a new one in place of its elder", () => {
  const path = calibrationPath(tempDir(), {});
  expect(path).toMatch(/\.cache\/llm-test-bench\/calibration\.json$/);
  const key = calibrationKey("1.0.0");
  expect(readCalibration(path, key)).toBeNull();
  saveCalibration(path, key, { levels: [level(50, 1), level(10, 1)], at: "a" });
  saveCalibration(path, calibrationKey("2.0.0"), { levels: [level(7, 7)], at: "b" });
  saveCalibration(path, key, { levels: [level(50, 9)], at: "c" });
  const kept = readCalibration(path, key);
  expect(kept?.levels.map(({ streams, ttft_error_ms: { p99 } }) => [streams, p99])).toEqual([
    [10, 1],
    [50, 9],
  ]);
  expect(kept?.calibrated_at).toBe("c");
  expect(JSON.parse(readFileSync(path, "utf8"))).toMatchObject({ calibrations: [{}, {}] });
});

it("a damaged file is told of, and stands for none", () => {
  const path = calibrationPath("/nowhere", { XDG_CACHE_HOME: join(tempDir(), "cache") });
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, "{");
  const warnings: string[] = [];
  expect(readCalibration(path, calibrationKey("1"), (message) => warnings.push(message))).toBeNull();
  expect(warnings[0]).toContain("run llm-test-bench calibrate again");
});
