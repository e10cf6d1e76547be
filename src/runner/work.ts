import type { TestCase } from "../core/dataset.ts";
import { seededRandom, shuffled } from "../core/random.ts";

/** One thing to do for each target. */
export interface WorkItem {
  readonly testCase: TestCase;
  /** 0 for the first repetition. */
  readonly sample: number;
}

/**
 * The order in which every target gets its cases. Repetitions come one whole pass after another, so that an early stop
 * leaves as many cases as possible with a result, and no prompt follows itself into a server's cache.
 * With a seed each pass is shuffled, the same way on every machine.
 */
export async function* workOrder(
  cases: () => AsyncIterable<TestCase>,
  options: { repeat: number; seed: string | null },
): AsyncGenerator<WorkItem> {
  for (let sample = 0; sample < options.repeat; sample += 1) {
    const pass = options.seed === null ? cases() : await shuffledPass(cases(), `${options.seed}/${sample}`);
    for await (const testCase of pass) yield { testCase, sample };
  }
}

async function shuffledPass(cases: AsyncIterable<TestCase>, seed: string): Promise<TestCase[]> {
  const all: TestCase[] = [];
  for await (const testCase of cases) all.push(testCase);
  return shuffled(all, seededRandom(seed));
}
