import { existsSync, statSync } from "node:fs";
import { resultKey, type TestResult } from "../core/result.ts";
import { decodeResult } from "./line.ts";
import { scanLines } from "./scan.ts";

/** A line of the journal that could not be used. */
export interface DamagedLine {
  readonly line: number;
  readonly problem: string;
}

/**
 * The verified results of a `results.jsonl`, in the order in which they were written; memory does not grow with the
 * file. A skipped or failed case that was sent again comes once, as its later line. Damaged lines are left out and told to
 * `onDamaged`. What is appended during the pass is not seen, and a missing file holds no results.
 */
export function* readResults(
  path: string,
  onDamaged: (damaged: DamagedLine) => void = () => {},
): Generator<TestResult> {
  if (!existsSync(path)) return;
  const endBytes = statSync(path).size;
  const superseded = supersededLines(path, endBytes);
  for (const { number, bytes, whole } of scanLines(path, endBytes)) {
    if (superseded.has(number)) continue;
    const decoded = whole ? decodeResult(bytes) : ({ ok: false, problem: "it is torn" } as const);
    if (decoded.ok) yield decoded.record;
    else onDamaged({ line: number, problem: decoded.problem });
  }
}

const SUCCESS = Buffer.from('"status":"success"');

/** Numbers of the lines whose case has a later one. Decodes nothing before the first line that is no success. */
function supersededLines(path: string, endBytes: number): Set<number> {
  const openAt = new Map<string, number>();
  const superseded = new Set<number>();
  for (const { number, bytes, whole } of scanLines(path, endBytes)) {
    if (!whole || (openAt.size === 0 && bytes.includes(SUCCESS))) continue;
    const decoded = decodeResult(bytes);
    if (!decoded.ok) continue;
    const key = resultKey(decoded.record);
    const earlier = openAt.get(key);
    if (earlier !== undefined) superseded.add(earlier);
    if (decoded.record.status === "success") openAt.delete(key);
    else openAt.set(key, number);
  }
  return superseded;
}
