import type { CaseContext } from "./case-run.ts";
import type { TestResult } from "../core/result.ts";
import { skippedResult } from "./results.ts";
import type { RunTarget } from "./target.ts";
import type { WorkQueue } from "./work-queue.ts";

/** Skipped cases written before waiting for the disk, so that memory stays flat however many there are. */
const SKIP_BATCH = 1000;

/** Records everything that was not sent as skipped, with the reason; rejects with what the journal rejects with. */
export async function skipUnsent(
  work: WorkQueue,
  target: RunTarget,
  message: string,
  context: Pick<CaseContext, "clock" | "journal" | "place"> & { finished(result: TestResult): void },
): Promise<void> {
  const { clock, journal, place } = context;
  let pending: Promise<void>[] = [];
  for (let item = await work.unsent(); item !== null; item = await work.unsent()) {
    const result = skippedResult(target, item, { message, place, timestamp: clock.wallTime() });
    context.finished(result);
    // One that was to be tried again was sent before, and its record of that stands.
    if (item.before !== undefined) continue;
    pending.push(journal.record(result, null));
    if (pending.length < SKIP_BATCH) continue;
    await Promise.all(pending);
    pending = [];
  }
  await Promise.all(pending);
}
