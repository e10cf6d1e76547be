import { selectCases } from "../datasets/select.ts";
import { workOrder, type WorkItem } from "../runner/work.ts";
import type { BenchmarkPlan, LoadShape } from "./plan.ts";
import { checkRequests, sourcesOf } from "./check-requests.ts";
import { usageOf } from "../providers/wire/usage.ts";
import { CHARS_PER_TOKEN } from "./highest-cost.ts";
import { requestTexts } from "./request-texts.ts";
import { requestFor } from "./requests.ts";
import { isEndless } from "./stages.ts";
import type { PricedTarget } from "./targets.ts";

/** What a target would be sent. */
export interface TargetEstimate {
  readonly target: string;
  readonly model: string;
  readonly requests: number;
  readonly prompt_chars: number;
  /** Characters / 4: an estimate, never a count. */
  readonly prompt_tokens_estimate: number;
  /** Sum of the limits; null when a request has none. */
  readonly completion_tokens_limit: number | null;
  /** What the estimated prompt tokens cost, in US dollars; null when the price is unknown. */
  readonly prompt_cost_usd_estimate: number | null;
  /** That, and every answer at its limit; null when price or limit is unknown. */
  readonly cost_usd_limit: number | null;
}

/** What is estimated of a run, and of how much of it. */
export interface Estimate {
  readonly targets: TargetEstimate[];
  /** False where the time, a search or the budget ends the run: the figures are then of one pass, or of one made prompt. */
  readonly whole: boolean;
}

/** What a plan would send to each target, and what it may cost; sends nothing. Throws as rendering does. */
export async function estimate(
  plan: BenchmarkPlan<PricedTarget>,
  load: LoadShape,
  warn?: (message: string) => void,
): Promise<Estimate> {
  for (const notice of plan.targets.flatMap(({ notices = [] }) => notices)) warn?.(notice);
  const cases = await selectCases(plan.dataset, plan);
  const endlessCases = (await checkRequests(cases, plan, load, warn)) === null;
  const whole = plan.searchUpTo === null && !isEndless(load, endlessCases);
  const order = {
    passes: whole && load.maxRequests !== null ? Infinity : plan.repeat,
    atMost: whole ? (load.maxRequests ?? Infinity) : endlessCases ? 1 : Infinity,
    seed: null,
    level: { index: 0, of: 1 },
    endlessCases,
  };
  const levels = plan.levels?.length ?? 1;
  const targets = await Promise.all(
    plan.targets.map((target) =>
      estimateOf(
        target,
        plan,
        levels,
        workOrder(() => cases, order),
      ),
    ),
  );
  return { targets, whole };
}

async function estimateOf(
  target: PricedTarget,
  plan: BenchmarkPlan<PricedTarget>,
  levels: number,
  work: AsyncIterable<WorkItem>,
): Promise<TargetEstimate> {
  const sources = sourcesOf(plan);
  let requests = 0;
  let chars = 0;
  let limit: number | null = 0;
  for await (const { testCase } of work) {
    const request = requestFor(testCase, target, sources);
    requests += levels;
    for (const text of requestTexts(request)) chars += levels * text.length;
    limit = limit === null || request.max_tokens === undefined ? null : limit + levels * request.max_tokens;
  }
  const tokens = Math.ceil(chars / CHARS_PER_TOKEN);
  return {
    target: target.label,
    model: target.model,
    requests,
    prompt_chars: chars,
    prompt_tokens_estimate: tokens,
    completion_tokens_limit: limit,
    prompt_cost_usd_estimate: target.priceOf?.(usageOf({ prompt: tokens, completion: 0 })) ?? null,
    cost_usd_limit: limit === null ? null : (target.priceOf?.(usageOf({ prompt: tokens, completion: limit })) ?? null),
  };
}
