import { mkdirSync, readFileSync } from "node:fs";
import os from "node:os";
import { dirname, join } from "node:path";
import { version as nodeVersion } from "node:process";
import {
  calibrationFileSchema,
  type CalibratedLevel,
  type Calibration,
  type CalibrationFile,
} from "../core/calibration.ts";
import { messageOf, systemCodeOf } from "../core/errors.ts";
import { fileError } from "../core/output-error.ts";
import { saveWhole } from "./save-whole.ts";

/** The file in the user's cache folder: `$XDG_CACHE_HOME`, else `~/.cache`. */
export function calibrationPath(home: string, env: Readonly<Record<string, string | undefined>>): string {
  const cache = env["XDG_CACHE_HOME"] ?? "";
  return join(cache === "" ? join(home, ".cache") : cache, "llm-test-bench", "calibration.json");
}

/** What a calibration is of. */
export type CalibrationKey = Pick<Calibration, "machine" | "node" | "tool_version">;

/** This machine, Node and version of the tool. */
export function calibrationKey(toolVersion: string): CalibrationKey {
  const cpu = os.cpus()[0]?.model ?? "unknown CPU";
  const machine = `${os.hostname()}, ${cpu} × ${os.availableParallelism()}, ${os.type()} ${os.arch()}`;
  return { machine, node: nodeVersion, tool_version: toolVersion };
}

/** The calibration of this machine, or null; a file that cannot be read is told of, and stands for none. */
export function readCalibration(
  path: string,
  key: CalibrationKey,
  warn: (message: string) => void = () => {},
): Calibration | null {
  return fileAt(path, warn).calibrations.find((of) => isOf(of, key)) ?? null;
}

/** Keeps levels in place of earlier ones of the same load; throws `BenchError("output")`. */
export function saveCalibration(
  path: string,
  key: CalibrationKey,
  { levels, at }: { readonly levels: readonly CalibratedLevel[]; readonly at: string },
): Calibration {
  const { calibrations } = fileAt(path, () => {});
  const earlier = calibrations.find((of) => isOf(of, key))?.levels ?? [];
  const isNew = (of: CalibratedLevel): boolean =>
    levels.some(({ streams, tpot_ms }) => streams === of.streams && tpot_ms === of.tpot_ms);
  const merged = [...earlier.filter((of) => !isNew(of)), ...levels].toSorted(
    (a, b) => a.streams - b.streams || b.tpot_ms - a.tpot_ms,
  );
  const calibration = { ...key, calibrated_at: at, levels: merged };
  const file: CalibrationFile = {
    format_version: 1,
    calibrations: [...calibrations.filter((of) => !isOf(of, key)), calibration],
  };
  try {
    mkdirSync(dirname(path), { recursive: true });
    saveWhole(path, [`${JSON.stringify(file, null, 2)}\n`]);
  } catch (error) {
    throw fileError(`cannot write ${path}`, error);
  }
  return calibration;
}

const isOf = (of: Calibration, key: CalibrationKey): boolean =>
  of.machine === key.machine && of.node === key.node && of.tool_version === key.tool_version;

function fileAt(path: string, warn: (message: string) => void): CalibrationFile {
  const none = { format_version: 1, calibrations: [] } as const;
  try {
    return calibrationFileSchema.parse(JSON.parse(readFileSync(path, "utf8")));
  } catch (error) {
    if (systemCodeOf(error) === "ENOENT") return { ...none, calibrations: [] };
    const [first = ""] = messageOf(error).split("\n");
    warn(`the calibration in ${path} cannot be read (${first}); run llm-test-bench calibrate again`);
    return { ...none, calibrations: [] };
  }
}
