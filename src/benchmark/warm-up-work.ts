import type { TestCase } from "../core/dataset.ts";
import type { WarmUp } from "../runner/warm-up.ts";
import { workOrder, type WorkItem } from "../runner/work.ts";
import type { LoadShape } from "./plan.ts";

/** Warm-up requests in flight at once in an open loop, whose own number has no limit or one far above its use. */
const OPEN_LOOP_SLOTS = 10;

/**
 * What warms a run up: its first cases, each with a beginning of its own, so that a server's cache of prompts is no
 * warmer for the requests that count. Null for none.
 */
export function warmUpOf(cases: AsyncIterable<TestCase>, load: LoadShape, endlessCases: boolean): WarmUp | null {
  if (load.warmup === 0) return null;
  const order = { passes: Infinity, atMost: load.warmup, seed: null, level: { index: 0, of: 1 }, endlessCases };
  return {
    requests: load.warmup,
    slots: load.rate === null ? load.concurrency : Math.min(OPEN_LOOP_SLOTS, load.maxInFlight ?? Infinity),
    work: () => marked(workOrder(() => cases, order)),
  };
}

async function* marked(work: AsyncIterable<WorkItem>): AsyncGenerator<WorkItem> {
  let n = 0;
  for await (const { testCase, sample } of work) {
    n += 1;
    yield { testCase: { ...testCase, prompt: `(warm-up ${n}) ${testCase.prompt}` }, sample };
  }
}
