import type { TestCase } from "../core/dataset.ts";
import type { Message } from "../core/message.ts";
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
    work: () => markedWork(workOrder(() => cases, order)),
  };
}

async function* markedWork(work: AsyncIterable<WorkItem>): AsyncGenerator<WorkItem> {
  let n = 0;
  for await (const { testCase, sample } of work) {
    n += 1;
    yield { testCase: beginningWith(`(warm-up ${n}) `, testCase), sample };
  }
}

/** The case with a beginning before its prompt, or before the first turn of its user. */
function beginningWith(mark: string, testCase: TestCase): TestCase {
  const { prompt, messages } = testCase;
  if (messages === undefined) return { ...testCase, prompt: mark + (prompt ?? "") };
  const first = messages.findIndex(({ role }) => role === "user");
  const { content = "" } = messages[first] ?? {};
  const marked: Message = {
    role: "user",
    content: typeof content === "string" ? mark + content : [{ type: "text", text: mark }, ...content],
  };
  return { ...testCase, messages: messages.with(first, marked) };
}
