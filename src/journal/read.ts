import { closeSync, fstatSync } from "node:fs";
import { crc32 } from "node:zlib";
import { resultKey, type TestResult } from "../core/result.ts";
import { asWritten, decodeResult } from "./line.ts";
import { hasPlainFile, openToRead } from "./plain-file.ts";
import { scanLines } from "./scan.ts";

/** A line of the journal that could not be used. */
export interface DamagedLine {
  readonly line: number;
  readonly problem: string;
}

/** A line of the journal whose case had succeeded before: its first result counts. */
export interface RepeatedLine {
  readonly line: number;
  /** The line that counts. */
  readonly first: number;
}

/** Who hears of lines that are left out. */
export interface LineHandlers {
  readonly onDamaged?: (damaged: DamagedLine) => void;
  readonly onRepeated?: (repeated: RepeatedLine) => void;
}

/**
 * The verified results of a `results.jsonl`, in the order in which they were written. Of several lines of one case the
 * first success counts, else the last line of the latest segment. Damaged lines are left out. What is appended during
 * the pass is not seen, and a missing file holds no results. Memory grows by four bytes a line.
 */
export function* readResults(path: string, { onDamaged, onRepeated }: LineHandlers = {}): Generator<TestResult> {
  if (!hasPlainFile(path)) return;
  const endBytes = sizeOf(path);
  const { leftOut, repeated } = linesLeftOut(path, endBytes);
  for (const { number, bytes, whole } of scanLines(path, endBytes)) {
    const first = repeated.get(number);
    if (first !== undefined) onRepeated?.({ line: number, first });
    if (first !== undefined || leftOut.has(number)) continue;
    const decoded = whole ? decodeResult(bytes) : ({ ok: false, problem: "it is torn" } as const);
    if (decoded.ok) yield decoded.record;
    else onDamaged?.({ line: number, problem: decoded.problem });
  }
}

function sizeOf(path: string): number {
  const fd = openToRead(path);
  try {
    return fstatSync(fd).size;
  } finally {
    closeSync(fd);
  }
}

interface Standing {
  readonly line: number;
  readonly succeeded: boolean;
  readonly segment: number;
}

interface LeftOut {
  /** Lines whose case has a later one that counts. */
  readonly leftOut: ReadonlySet<number>;
  /** Lines whose case had succeeded before, with the line that counts. */
  readonly repeated: ReadonlyMap<number, number>;
}

/** Decodes only lines whose beginning is there more than once, so nothing of a journal without repeats. */
function linesLeftOut(path: string, endBytes: number): LeftOut {
  const suspicious = repeatedHashes(path, endBytes);
  const leftOut = new Set<number>();
  const repeated = new Map<number, number>();
  if (suspicious.size === 0) return { leftOut, repeated };
  const standing = new Map<string, Standing>();
  for (const { number, bytes, whole } of scanLines(path, endBytes)) {
    if (!whole || !suspicious.has(identityHash(bytes))) continue;
    const decoded = decodeResult(bytes);
    if (!decoded.ok) continue;
    const { status, segment } = decoded.record;
    const key = resultKey(decoded.record);
    const before = standing.get(key);
    if (before?.succeeded === true) {
      repeated.set(number, before.line);
    } else if (before !== undefined && status !== "success" && segment < before.segment) {
      leftOut.add(number);
    } else {
      if (before !== undefined) leftOut.add(before.line);
      standing.set(key, { line: number, succeeded: status === "success", segment });
    }
  }
  return { leftOut, repeated };
}

function repeatedHashes(path: string, endBytes: number): Set<number> {
  let hashes = new Uint32Array(1024);
  let count = 0;
  for (const { bytes } of scanLines(path, endBytes)) {
    if (count === hashes.length) {
      const longer = new Uint32Array(count * 2);
      longer.set(hashes);
      hashes = longer;
    }
    hashes[count] = identityHash(bytes);
    count += 1;
  }
  const sorted = hashes.subarray(0, count).sort();
  const repeated = new Set<number>();
  for (let i = 1; i < count; i += 1) {
    const hash = sorted[i];
    if (hash !== undefined && hash === sorted[i - 1]) repeated.add(hash);
  }
  return repeated;
}

/** What follows the members that name a case. In a text a quote is escaped, so this can be nowhere before. */
const AFTER_IDENTITY = Buffer.from(',"category":');

/** Equal for lines of one case: they begin with the same bytes up to there. */
function identityHash(found: Buffer): number {
  const line = asWritten(found);
  const end = line.indexOf(AFTER_IDENTITY);
  return crc32(end === -1 ? line : line.subarray(0, end));
}
