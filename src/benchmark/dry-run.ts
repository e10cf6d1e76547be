import type { Usage } from "../core/response.ts";
import { selectCases } from "../datasets/select.ts";
import type { BenchmarkPlan } from "./plan.ts";
import { checkRequests, sourcesOf } from "./check-requests.ts";
import { requestFor } from "./requests.ts";
import type { PricedTarget } from "./targets.ts";

/** A rough rule for English text: no tokenizer is asked, since each model has its own. */
const CHARS_PER_TOKEN = 4;

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

/** What a plan would send to each target, and what it may cost; sends nothing. Throws as rendering does. */
export async function estimate(
  plan: BenchmarkPlan<PricedTarget>,
  warn?: (message: string) => void,
): Promise<TargetEstimate[]> {
  const cases = await selectCases(plan.dataset, plan);
  await checkRequests(cases, plan, warn);
  const sources = sourcesOf(plan);
  const estimates: TargetEstimate[] = [];
  for (const target of plan.targets) {
    let requests = 0;
    let chars = 0;
    let limit: number | null = 0;
    for await (const testCase of cases) {
      const request = requestFor(testCase, target, sources);
      requests += plan.repeat;
      chars += plan.repeat * (request.prompt.length + (request.system?.length ?? 0));
      limit = limit === null || request.max_tokens === undefined ? null : limit + plan.repeat * request.max_tokens;
    }
    const tokens = Math.ceil(chars / CHARS_PER_TOKEN);
    estimates.push({
      target: target.label,
      model: target.model,
      requests,
      prompt_chars: chars,
      prompt_tokens_estimate: tokens,
      completion_tokens_limit: limit,
      prompt_cost_usd_estimate: target.priceOf?.(usageOf(tokens, 0)) ?? null,
      cost_usd_limit: limit === null ? null : (target.priceOf?.(usageOf(tokens, limit)) ?? null),
    });
  }
  return estimates;
}

function usageOf(prompt: number, completion: number): Usage {
  return {
    prompt_tokens: prompt,
    completion_tokens: completion,
    total_tokens: prompt + completion,
    reasoning_tokens: null,
    cached_tokens: null,
    cache_write_tokens: null,
  };
}
