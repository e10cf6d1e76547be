import type { TestCase } from "../core/dataset.ts";
import { Budget } from "../runner/budget.ts";
import { sourcesOf } from "./check-requests.ts";
import type { BenchmarkLoad, BenchmarkPlan } from "./plan.ts";
import { runTarget } from "./run-options.ts";
import type { SoFar } from "./so-far.ts";

/**
 * What a run may still cost; null for any amount. A case of an earlier segment whose cost is unknown counts at the
 * highest that it can have had, as it did while it ran.
 */
export async function budgetOf(
  plan: BenchmarkPlan,
  load: BenchmarkLoad,
  soFar: SoFar,
  cases: AsyncIterable<TestCase>,
): Promise<Budget | null> {
  if (load.budgetUsd === null) return null;
  return new Budget(load.budgetUsd, soFar.spentUsd + (await highestOf(plan, load, soFar, cases)));
}

async function highestOf(
  plan: BenchmarkPlan,
  load: BenchmarkLoad,
  { unpriced }: SoFar,
  cases: AsyncIterable<TestCase>,
): Promise<number> {
  if (unpriced.length === 0) return 0;
  const sources = sourcesOf(plan);
  const targets = new Map(plan.targets.map((target) => [target.label, runTarget(target, load, sources)]));
  const labelsOf = new Map<string, string[]>();
  for (const { target, test_id } of unpriced) labelsOf.set(test_id, [...(labelsOf.get(test_id) ?? []), target]);
  let sum = 0;
  for await (const testCase of cases) {
    for (const label of labelsOf.get(testCase.id) ?? []) {
      const target = targets.get(label);
      if (target !== undefined) sum += target.highestCostOf(target.toRequest(testCase)) ?? Infinity;
    }
    labelsOf.delete(testCase.id);
    if (labelsOf.size === 0) break;
  }
  return sum;
}
