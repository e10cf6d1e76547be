import type { TestCase } from "../core/dataset.ts";
import { bareDuration } from "../core/duration.ts";
import { BenchError } from "../core/errors.ts";
import type { ModelRequest } from "../core/request.ts";
import { requireTaken } from "./check-conversation.ts";
import { highestCostOf } from "./highest-cost.ts";
import type { BenchmarkPlan, LoadShape } from "./plan.ts";
import { hasImages } from "./request-texts.ts";
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
 * or when there is none, and with `BenchError("usage")` for one that the API of its target does not take, and
 * for a budget where the cost of a request has no known limit.
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
  const bare = bareTimeouts();
  const leftOut = leftOutParameters();
  for await (const testCase of cases) {
    count += 1;
    if (testCase.config?.model !== undefined) ownModels += 1;
    bare.note(testCase);
    for (const target of plan.targets) {
      const request = takenRequest(testCase, target, sources);
      leftOut.note(target, request);
      if (budgetUsd !== null) requireLimit(testCase, target, request);
    }
    if (endless) break;
  }
  requireSome(count, plan);
  if (ownModels > 0 && !sources.caseModels) {
    warn?.(
      `the models that ${ownModels} test cases name in their config are ignored, since the run has several targets`,
    );
  }
  for (const warning of [...bare.warnings(), ...leftOut.warnings()]) warn?.(warning);
  return endless ? null : count;
}

/** A budget can only be kept where the most that a request can cost is known. */
function requireLimit(testCase: TestCase, target: PricedTarget, request: ModelRequest): void {
  if (highestCostOf(request, request.model === target.model ? target.priceOf : null) !== null) return;
  const noLimit = request.max_tokens === undefined;
  const priceless = hasImages(request)
    ? "what its images cost is not known"
    : `the price of ${request.model} is not known`;
  const what = noLimit ? "its answer has no limit" : priceless;
  throw new BenchError(
    "usage",
    `--budget-usd cannot be kept: test case "${testCase.id}" for ${target.label}: ${what}`,
    {
      hint: noLimit
        ? "Give one with --max-tokens."
        : hasImages(request)
          ? "Leave the budget out, or take cases without images with --category."
          : "Give prices in the configuration of the provider.",
    },
  );
}

function takenRequest(testCase: TestCase, target: PricedTarget, sources: RequestSources): ModelRequest {
  const request = requestFor(testCase, target, sources);
  requireTaken(request, target, testCase.id);
  return request;
}

/** Without these an answer is another one, not a worse one: they are never left out. */
const DECISIVE: ReadonlySet<string> = new Set(["response_format", "tools", "tool_choice"]);

/**
 * Collects what requests ask for and the API of their target does not take. Throws `BenchError("usage")` where the answer
 * would not be what was asked for.
 */
export function leftOutParameters(): {
  /** The names that are new. */
  note(target: PricedTarget, request: ModelRequest): string[];
  warnings(): string[];
} {
  const byTarget = new Map<string, Set<string>>();
  return {
    note({ label, leftOut }, request) {
      const known = byTarget.get(label) ?? new Set();
      const added = (leftOut?.(request) ?? []).filter((name) => !known.has(name));
      const decisive = added.find((name) => DECISIVE.has(name));
      if (decisive !== undefined) throw cannotDo(label, decisive);
      if (added.length > 0) byTarget.set(label, new Set([...known, ...added]));
      return [...added];
    },
    warnings: () => [...byTarget].map(([label, names]) => notKnown(label, [...names])),
  };
}

const notKnown = (label: string, names: readonly string[]): string =>
  `${label}: its API or model does not take ${names.join(", ")}: left out`;

/** Collects limits of cases without a unit that were probably meant as seconds. */
function bareTimeouts(): { note(testCase: TestCase): string | null; warnings(): string[] } {
  let first: string | null = null;
  let count = 0;
  return {
    note({ id, config }) {
      const doubt = config?.timeout === undefined ? null : bareDuration(config.timeout);
      if (doubt === null) return null;
      count += 1;
      first ??= `test case "${id}": its timeout ${doubt}`;
      return count === 1 ? first : null;
    },
    warnings() {
      if (first === null) return [];
      const others = count === 2 ? "1 more case" : `${count - 1} more cases`;
      return [count === 1 ? first : `${first} (${others} likewise)`];
    },
  };
}

/** Throws `BenchError("dataset")` when a plan has nothing to send. */
export function requireSome(count: number, { dataset }: Pick<BenchmarkPlan<PricedTarget>, "dataset">): void {
  if (count > 0) return;
  throw new BenchError("dataset", `${dataset.source} has no test case to run`, {
    hint: "Add some to the dataset, or widen --category and --limit.",
  });
}

/** The same check for one case after another, for a dataset that is read while it is used. Each warning comes once. */
export function caseCheck(
  plan: BenchmarkPlan<PricedTarget>,
  { budgetUsd }: Pick<LoadShape, "budgetUsd">,
  warn?: (message: string) => void,
): (testCase: TestCase) => void {
  const sources = sourcesOf(plan);
  const leftOut = leftOutParameters();
  const bare = bareTimeouts();
  let warned = false;
  return (testCase) => {
    const doubt = bare.note(testCase);
    if (doubt !== null) warn?.(doubt);
    for (const target of plan.targets) {
      const request = takenRequest(testCase, target, sources);
      if (budgetUsd !== null) requireLimit(testCase, target, request);
      const added = leftOut.note(target, request);
      if (added.length > 0) warn?.(notKnown(target.label, added));
    }
    if (warned || sources.caseModels || testCase.config?.model === undefined) return;
    warned = true;
    warn?.("the models that test cases name in their config are ignored, since the run has several targets");
  };
}

function cannotDo(label: string, name: string): BenchError {
  return new BenchError("usage", `the API of ${label} has no ${name} as it is asked for here`, {
    hint: `Leave the target out, or ${name}; what the API calls it can stand in extra_body.`,
  });
}
