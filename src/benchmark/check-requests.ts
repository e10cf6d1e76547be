import type { TestCase } from "../core/dataset.ts";
import { BenchError } from "../core/errors.ts";
import type { ModelRequest } from "../core/request.ts";
import { highestCostOf } from "./highest-cost.ts";
import type { BenchmarkPlan, LoadShape } from "./plan.ts";
import { requestFor, type RequestSources } from "./requests.ts";
import type { PricedTarget } from "./targets.ts";

/** Where the requests of a plan get their parameters. */
export function sourcesOf({
  parameters,
  stream,
  dataset,
  targets,
  synthetic,
}: BenchmarkPlan<PricedTarget>): RequestSources {
  return {
    parameters,
    stream,
    defaults: dataset.defaults,
    caseModels: targets.length === 1,
    synthetic: synthetic !== null,
  };
}

/** Whether the cases of a plan never end. */
export function hasEndlessCases({ dataset, limit }: Pick<BenchmarkPlan<PricedTarget>, "dataset" | "limit">): boolean {
  return dataset.endless === true && limit === null;
}

/**
 * Renders every request once, so that none can fail later, and counts the cases; of endless ones, which are made and
 * not read, it takes the first and returns null. Rejects with `BenchError("dataset")` for one that cannot be rendered,
 * or when there is none, and with `BenchError("usage")` for a budget where the cost of a request has no known limit.
 */
export async function checkRequests(
  cases: AsyncIterable<TestCase>,
  plan: BenchmarkPlan<PricedTarget>,
  { budgetUsd }: Pick<LoadShape, "budgetUsd">,
  warn?: (message: string) => void,
): Promise<number | null> {
  const sources = sourcesOf(plan);
  const endless = hasEndlessCases(plan);
  let count = 0;
  let ownModels = 0;
  const leftOut = leftOutParameters();
  for await (const testCase of cases) {
    count += 1;
    if (testCase.config?.model !== undefined) ownModels += 1;
    for (const target of plan.targets) {
      const request = requestFor(testCase, target, sources);
      leftOut.note(target, request);
      if (budgetUsd !== null) requireLimit(testCase, target, request);
    }
    if (endless) break;
  }
  if (count === 0) {
    throw new BenchError("dataset", `${plan.dataset.source} has no test case to run`, {
      hint: "Add some under test_cases, or widen --category and --limit.",
    });
  }
  if (ownModels > 0 && !sources.caseModels) {
    warn?.(
      `the models that ${ownModels} test cases name in their config are ignored, since the run has several targets`,
    );
  }
  for (const warning of leftOut.warnings()) warn?.(warning);
  return endless ? null : count;
}

/** A budget can only be kept where the most that a request can cost is known. */
function requireLimit(testCase: TestCase, target: PricedTarget, request: ModelRequest): void {
  if (highestCostOf(request, request.model === target.model ? target.priceOf : null) !== null) return;
  const noLimit = request.max_tokens === undefined;
  const what = noLimit ? "its answer has no limit" : `the price of ${request.model} is not known`;
  throw new BenchError(
    "usage",
    `--budget-usd cannot be kept: test case "${testCase.id}" for ${target.label}: ${what}`,
    {
      hint: noLimit ? "Give one with --max-tokens." : "Give prices in the configuration of the provider.",
    },
  );
}

/** Collects what requests ask for and the API of their target does not know. */
function leftOutParameters(): {
  note(target: PricedTarget, request: ModelRequest): void;
  warnings(): string[];
} {
  const byTarget = new Map<string, Set<string>>();
  return {
    note({ label, unknownParameters = [] }, request) {
      for (const name of unknownParameters) {
        if (request[name] === undefined) continue;
        byTarget.set(label, (byTarget.get(label) ?? new Set()).add(name));
      }
    },
    warnings: () =>
      [...byTarget].map(([label, names]) => `${label}: its API does not know ${[...names].join(", ")}: left out`),
  };
}
