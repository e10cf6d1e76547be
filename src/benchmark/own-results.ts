import type { TestCase } from "../core/dataset.ts";
import type { OpenRun } from "../journal/directory.ts";
import { hasEndlessCases } from "./check-requests.ts";
import type { BenchmarkPlan } from "./plan.ts";

/**
 * The run with only those of its finished cases that it really has: lines that were copied in from another run must not
 * make it look finished. The cases of a dataset that is read while it is used, or of an endless one, are not known here;
 * there only the targets count.
 */
export async function withOwnResults(
  opened: OpenRun,
  plan: BenchmarkPlan,
  cases: AsyncIterable<TestCase>,
  warn?: (message: string) => void,
): Promise<OpenRun> {
  if (opened.finished.size === 0) return opened;
  const targets = new Set(plan.targets.map(({ label }) => label));
  const ids = plan.dataset.sha256 === null || hasEndlessCases(plan) ? null : await idsOf(cases);
  const own = [...opened.finished].filter((key) => {
    // An id may hold the separator itself.
    const [first, last] = [key.indexOf("\u0000"), key.lastIndexOf("\u0000")];
    return targets.has(key.slice(0, first)) && (ids === null || ids.has(key.slice(first + 1, last)));
  });
  const others = opened.finished.size - own.length;
  if (others === 0) return opened;
  const what = others === 1 ? "a result of a case or target" : `${others} results of cases or targets`;
  warn?.(`results.jsonl holds ${what} that this run does not have, copied from another run perhaps`);
  return { ...opened, finished: new Set(own) };
}

async function idsOf(cases: AsyncIterable<TestCase>): Promise<ReadonlySet<string>> {
  const ids = new Set<string>();
  for await (const { id } of cases) ids.add(id);
  return ids;
}
