import type { TestCase } from "../core/dataset.ts";
import { BenchError } from "../core/errors.ts";
import type { ModelRequest } from "../core/request.ts";
import type { BenchmarkPlan } from "./plan.ts";
import { requestFor, type RequestSources } from "./requests.ts";
import type { PricedTarget } from "./targets.ts";

/** Where the requests of a plan get their parameters. */
export function sourcesOf({ parameters, stream, dataset, targets }: BenchmarkPlan<PricedTarget>): RequestSources {
  return { parameters, stream, defaults: dataset.defaults, caseModels: targets.length === 1 };
}

/**
 * Renders every request once, so that none can fail later, and counts the cases.
 * Rejects with `BenchError("dataset")` for one that cannot be rendered, or when there is none.
 */
export async function checkRequests(
  cases: AsyncIterable<TestCase>,
  plan: BenchmarkPlan<PricedTarget>,
  warn?: (message: string) => void,
): Promise<number> {
  const sources = sourcesOf(plan);
  let count = 0;
  let ownModels = 0;
  const leftOut = leftOutParameters();
  for await (const testCase of cases) {
    count += 1;
    if (testCase.config?.model !== undefined) ownModels += 1;
    for (const target of plan.targets) leftOut.note(target, requestFor(testCase, target, sources));
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
  return count;
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
