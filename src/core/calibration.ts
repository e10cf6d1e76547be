import { z } from "zod";
import type { Millis } from "./clock.ts";

const millis = z.number().nonnegative();
const spread = z.object({ p50: millis, p99: millis, max: millis });

export const calibratedLevelSchema = z.object({
  /** Streams at the same time. */
  streams: z.int().positive(),
  /** What the simulator was asked for between two tokens of a stream. */
  tpot_ms: millis,
  /** Socket reads with output, over all streams. */
  reads_per_second: z.number().nonnegative(),
  requests: z.int().nonnegative(),
  /** How far measured times were from what the simulator stamped. */
  ttft_error_ms: spread,
  icl_error_ms: spread,
  /** This process's share of one core. */
  cpu_share: z.number().nullable(),
});
/** How far off this client was under one load. */
export type CalibratedLevel = z.infer<typeof calibratedLevelSchema>;

export const calibrationSchema = z.object({
  /** Of which machine, Node and version of the tool this holds; of no other. */
  machine: z.string(),
  node: z.string(),
  tool_version: z.string(),
  calibrated_at: z.string(),
  levels: z.array(calibratedLevelSchema),
});
/** How far off this client is on one machine. */
export type Calibration = z.infer<typeof calibrationSchema>;

export const calibrationFileSchema = z.object({
  format_version: z.literal(1),
  calibrations: z.array(calibrationSchema),
});
/** What `calibrate` keeps. */
export type CalibrationFile = z.infer<typeof calibrationFileSchema>;

/** How hard a client had to work. */
export interface ClientLoad {
  /** Streams at the same time, on average. */
  readonly streams: number;
  readonly readsPerSecond: number;
}

/**
 * What a calibration says of a load, p99: that of the lightest level with at least as many streams and reads; null
 * where none was as heavy. A tenth is forgiven, since no load comes out exactly as it was asked for.
 */
export function calibratedErrorAt(
  calibration: Calibration | null,
  { streams, readsPerSecond }: ClientLoad,
): { readonly ttft: Millis; readonly icl: Millis } | null {
  const [level] = (calibration?.levels ?? [])
    .filter((of) => of.streams * 1.1 >= streams && of.reads_per_second * 1.1 >= readsPerSecond)
    .toSorted((a, b) => a.streams - b.streams || a.reads_per_second - b.reads_per_second);
  return level === undefined ? null : { ttft: level.ttft_error_ms.p99, icl: level.icl_error_ms.p99 };
}
