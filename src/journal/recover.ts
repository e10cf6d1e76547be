import { closeSync, constants, fstatSync, fsyncSync, ftruncateSync, readSync, truncateSync } from "node:fs";
import { join } from "node:path";
import { resultKey } from "../core/result.ts";
import { decodeResult } from "./line.ts";
import { outputError } from "../core/output-error.ts";
import { hasPlainFile, openPlain } from "./plain-file.ts";
import { FAILURES_FILE, RESPONSES_FILE, RESULTS_FILE } from "./run-files.ts";
import { scanLines } from "./scan.ts";

const TAIL_CHUNK_BYTES = 1 << 16;
const NEWLINE = 0x0a;

/** What a run directory holds after its recovery. */
export interface Recovered {
  /**
   * `resultKey`s of the cases that must not be sent again. Skipped cases were never sent, so they are not here; nor are
   * those that failed, where they are to be tried again.
   */
  readonly finished: ReadonlySet<string>;
  /** What the failed cases took that are to be tried again, by `resultKey`; empty where none are. */
  readonly failed: ReadonlyMap<string, { readonly attempts: number; readonly costUsd: number }>;
  /** Damaged lines before the last one, and cases that are there twice, in words; they stay where they are. */
  readonly warnings: readonly string[];
  /** How many lines of the journal cannot be used, and how many it has. */
  readonly damaged: number;
  readonly lines: number;
}

/** What a new run begins with. */
export const NOTHING_RECOVERED: Recovered = {
  finished: new Set(),
  failed: new Map(),
  warnings: [],
  damaged: 0,
  lines: 0,
};

/**
 * Makes a run directory fit to be appended to: torn or damaged last lines are cut off, and every line of the journal
 * is verified. The caller holds the lock. Throws `BenchError("output")` when a file cannot be read or cut.
 */
export function recoverRun(directory: string, { retryFailed = false }: { retryFailed?: boolean } = {}): Recovered {
  try {
    cutTornTail(join(directory, RESPONSES_FILE));
    cutTornTail(join(directory, FAILURES_FILE));
    return recoverResults(join(directory, RESULTS_FILE), retryFailed);
  } catch (error) {
    throw outputError(`cannot recover ${directory}`, error);
  }
}

function recoverResults(path: string, retryFailed: boolean): Recovered {
  if (!hasPlainFile(path)) return NOTHING_RECOVERED;
  /** Whether the case has succeeded, by `resultKey`. */
  const known = new Map<string, boolean>();
  const failed = new Map<string, { attempts: number; costUsd: number }>();
  const warnings: string[] = [];
  let [lines, damagedLines] = [0, 0];
  let damaged: { readonly offset: number; readonly warning: string } | null = null;
  for (const { number, offset, bytes, whole } of scanLines(path)) {
    if (damaged !== null) {
      warnings.push(damaged.warning);
      damagedLines += 1;
    }
    damaged = null;
    lines = number;
    const decoded = whole ? decodeResult(bytes) : ({ ok: false, problem: "it is torn" } as const);
    if (!decoded.ok) {
      const warning = `${RESULTS_FILE} line ${number} is damaged (${decoded.problem}); its case counts as unfinished`;
      damaged = { offset, warning };
      continue;
    }
    const { status, attempts, cost_usd } = decoded.record;
    const key = resultKey(decoded.record);
    if (known.get(key) === true) {
      warnings.push(`${RESULTS_FILE} line ${number} repeats a case that had succeeded; its first result counts`);
    } else if (status === "success") {
      known.set(key, true);
      failed.delete(key);
    } else if (status !== "skipped" && retryFailed) {
      failed.set(key, { attempts, costUsd: cost_usd ?? 0 });
    } else if (status !== "skipped") {
      known.set(key, false);
    }
  }
  if (damaged !== null) {
    truncateSync(path, damaged.offset);
    lines -= 1;
  }
  return { finished: new Set(known.keys()), failed, warnings, damaged: damagedLines, lines };
}

/** Cuts off what stands after the last newline. Reads from the end: these files are large and nothing else needs them. */
function cutTornTail(path: string): void {
  if (!hasPlainFile(path)) return;
  const fd = openPlain(path, constants.O_RDWR);
  try {
    const size = fstatSync(fd).size;
    const whole = endOfLastLine(fd, size);
    if (whole < size) {
      ftruncateSync(fd, whole);
      fsyncSync(fd);
    }
  } finally {
    closeSync(fd);
  }
}

function endOfLastLine(fd: number, size: number): number {
  const chunk = Buffer.allocUnsafe(TAIL_CHUNK_BYTES);
  for (let end = size; end > 0;) {
    const start = Math.max(0, end - chunk.length);
    const read = readSync(fd, chunk, 0, end - start, start);
    const newline = chunk.subarray(0, read).lastIndexOf(NEWLINE);
    if (newline !== -1) return start + newline + 1;
    end = start;
  }
  return 0;
}
