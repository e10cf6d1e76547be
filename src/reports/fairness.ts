import type { TestResult } from "../core/result.ts";
import type { Manifest } from "../core/run.ts";
import { caseColumns, type CaseColumns, type CaseNumbers } from "./case-columns.ts";
import { NOTHING_COLLECTED, type Collector } from "./collector.ts";
import { targetPairs } from "./compare.ts";

const NEAR_MS = 5000;

/** How far two targets were measured at the same time. */
export interface PairFairness {
  readonly a: string;
  readonly b: string;
  /** Pairs of which both sides were sent. */
  readonly pairs: number;
  /** Share of them sent within 5 s of each other, in the same segment; null without pairs. */
  readonly pairs_within_5s: number | null;
}

/**
 * For every two targets, how many of their pairs were sent side by side. Where a faster target ran ahead, the two met
 * different moments of the network and the servers, and a difference may be one of time.
 */
export function fairnessOfPairs(manifest: Manifest, numbers?: CaseNumbers): Collector<PairFairness[]> {
  if (manifest.plan.targets.length < 2) return NOTHING_COLLECTED;
  const readers = {
    sent: ({ timing }: TestResult): number => timing.sent_at_ms ?? Number.NaN,
    segment: ({ segment }: TestResult): number => segment,
  };
  const { add, finish } = caseColumns(manifest, readers, numbers);
  return { add, finish: () => fairnessIn(finish(), manifest) };
}

function fairnessIn(columns: CaseColumns<"sent" | "segment">, manifest: Manifest): PairFairness[] {
  return targetPairs(manifest).map(([a, b]) => {
    const [sentA, sentB] = [columns.column(a, "sent"), columns.column(b, "sent")];
    const [segmentA, segmentB] = [columns.column(a, "segment"), columns.column(b, "segment")];
    let pairs = 0;
    let near = 0;
    for (let i = 0; i < columns.positions; i += 1) {
      const apart = Math.abs(sentA.at(i) - sentB.at(i));
      if (Number.isNaN(apart)) continue;
      pairs += 1;
      if (segmentA.at(i) === segmentB.at(i) && apart <= NEAR_MS) near += 1;
    }
    return { a, b, pairs, pairs_within_5s: pairs === 0 ? null : near / pairs };
  });
}
