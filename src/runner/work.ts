import type { TestCase } from "../core/dataset.ts";
import { seededRandom } from "../core/random.ts";
import { shuffledStream } from "./shuffled-stream.ts";

/** One thing to do for each target. */
export interface WorkItem {
  readonly testCase: TestCase;
  /** 0 for the first repetition. */
  readonly sample: number;
  /** Its place in the whole work of its stage, by which targets in lockstep find each other. */
  readonly position?: number;
  /** What it took in an earlier segment, where it failed and is tried again. */
  readonly before?: Before;
}

/** What a case took before it was tried again. */
export interface Before {
  readonly attempts: number;
  /** What they are known to have cost, in US dollars. */
  readonly costUsd: number;
}

/** How often the cases are gone through, and how far. */
export interface WorkOptions {
  /** Whole passes over the cases; Infinity for a run that something else ends. */
  readonly passes: number;
  /** Items in all; Infinity for all of the passes. */
  readonly atMost: number;
  readonly seed: string | null;
  /** Which level of a sweep this is, and of how many. */
  readonly level: { readonly index: number; readonly of: number };
  /** Whether a pass over the cases never ends; nothing can be shuffled then, and there is one pass. */
  readonly endlessCases: boolean;
}

/**
 * The order in which every target gets its cases. Repetitions come one whole pass after another, so that an early stop
 * leaves as many cases as possible with a result, and no prompt follows itself into a server's cache.
 * With a seed each pass is shuffled, the same way on every machine; large datasets within a window.
 *
 * Sample numbers tell passes and levels apart: pass p of level l of n is sample p · n + l. Of endless cases the levels
 * share one pass: level l takes every n-th case, so that no level meets a prompt that another one has sent.
 */
export async function* workOrder(cases: () => AsyncIterable<TestCase>, options: WorkOptions): AsyncGenerator<WorkItem> {
  const { passes, atMost, seed, level } = options;
  let taken = 0;
  if (taken >= atMost) return;
  if (options.endlessCases) {
    let n = 0;
    for await (const testCase of cases()) {
      if (n++ % level.of !== level.index) continue;
      yield { testCase, sample: 0, position: taken };
      if (++taken >= atMost) return;
    }
  }
  for (let pass = 0; pass < passes && !options.endlessCases; pass += 1) {
    const sample = pass * level.of + level.index;
    const inOrder = seed === null ? cases() : shuffledStream(cases(), seededRandom(`${seed}/${sample}`));
    const before = taken;
    for await (const testCase of inOrder) {
      yield { testCase, sample, position: taken };
      if (++taken >= atMost) return;
    }
    // Passes without a case would follow one another for ever.
    if (taken === before) return;
  }
}
