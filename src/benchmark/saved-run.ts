import { resultKey } from "../core/result.ts";
import type { Manifest } from "../core/run.ts";
import { readRun } from "../journal/directory.ts";
import { journalStamp, type JournalStamp } from "../journal/export-stamps.ts";
import type { LineHandlers } from "../journal/read.ts";
import type { Results } from "../reports/results.ts";
import type { Findings } from "../reports/summary-view.ts";
import { findingsOf } from "./findings.ts";

/** A run on disk, and how far it is. */
export interface SavedRun {
  readonly manifest: Manifest;
  readonly results: Results;
  readonly findings: Findings;
  /** What the journal was when this was read. */
  readonly of: JournalStamp;
  /** Cases × samples × targets of the plan; null for a run that its time or budget ends, and before a stream has. */
  readonly planned: number | null;
  /** Those that have a result which a resume would not send again; skipped ones have none. */
  readonly finished: number;
  /** How many lines are damaged. */
  readonly damaged: number;
  /** Damaged lines, and those of cases that are there twice, in words. */
  readonly warnings: readonly string[];
}

/** Reads a run and writes nothing, also while it goes on; throws `BenchError("resume")` when there is none. */
export function readSavedRun(directory: string): SavedRun {
  const of = journalStamp(directory);
  const { manifest, results } = readRun(directory);
  const warnings: string[] = [];
  const finished = new Set<string>();
  const targets = new Set(manifest.plan.targets.map(({ target }) => target));
  let damaged = 0;
  const findings = findingsOf(manifest, function* () {
    const handlers: LineHandlers = {
      onDamaged({ line, problem }) {
        damaged += 1;
        warnings.push(`results.jsonl line ${line} is damaged (${problem}); its case is left out`);
      },
      onRepeated({ line, first }) {
        warnings.push(`results.jsonl line ${line} is the same case as line ${first}, whose result counts`);
      },
    };
    for (const result of results(handlers)) {
      if (result.status !== "skipped" && targets.has(result.target)) finished.add(resultKey(result));
      yield result;
    }
  });
  const planned = plannedOf(manifest);
  return { manifest, results, findings, of, planned, finished: finished.size, damaged, warnings };
}

/** Requests to so many targets of a run, all of them unless told; null where there is no number of them. */
export function plannedOf({ planned_per_target, plan }: Manifest, targets = plan.targets.length): number | null {
  return planned_per_target === null ? null : planned_per_target * targets;
}

/** In words how far a run is, where it is not at its end; null for a finished one. */
export function progressOf({ manifest, planned, finished }: SavedRun): string | null {
  if (manifest.status === "finished" && finished >= (planned ?? 0)) return null;
  const counts = planned === null ? `${finished} cases have a result` : `${finished} of ${planned} cases have a result`;
  if (manifest.status === "interrupted") return `interrupted: ${counts}`;
  if (manifest.status === "running") return `not finished (it still runs, or was killed): ${counts}`;
  return `some cases were skipped or lost: ${counts}`;
}
