import { closeSync, existsSync, fstatSync, fsyncSync, ftruncateSync, openSync, readSync, truncateSync } from "node:fs";
import { join } from "node:path";
import { resultKey } from "../core/result.ts";
import { decodeResult } from "./line.ts";
import { outputError } from "../core/output-error.ts";
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
  /** Damaged lines before the last one, in words; they stay where they are. */
  readonly warnings: readonly string[];
}

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
  const finished = new Set<string>();
  const failed = new Map<string, { attempts: number; costUsd: number }>();
  const warnings: string[] = [];
  if (!existsSync(path)) return { finished, failed, warnings };
  let damaged: { readonly offset: number; readonly warning: string } | null = null;
  for (const { number, offset, bytes, whole } of scanLines(path)) {
    if (damaged !== null) warnings.push(damaged.warning);
    damaged = null;
    const decoded = whole ? decodeResult(bytes) : ({ ok: false, problem: "it is torn" } as const);
    if (!decoded.ok) {
      const warning = `${RESULTS_FILE} line ${number} is damaged (${decoded.problem}); its case counts as unfinished`;
      damaged = { offset, warning };
    } else if (decoded.record.status === "success" || (decoded.record.status !== "skipped" && !retryFailed)) {
      finished.add(resultKey(decoded.record));
      failed.delete(resultKey(decoded.record));
    } else if (decoded.record.status !== "skipped") {
      const { attempts, cost_usd } = decoded.record;
      failed.set(resultKey(decoded.record), { attempts, costUsd: cost_usd ?? 0 });
    }
  }
  if (damaged !== null) truncateSync(path, damaged.offset);
  return { finished, failed, warnings };
}

/** Cuts off what stands after the last newline. Reads from the end: these files are large and nothing else needs them. */
function cutTornTail(path: string): void {
  if (!existsSync(path)) return;
  const fd = openSync(path, "r+");
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
