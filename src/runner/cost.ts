import type { Usage } from "../core/response.ts";
import { contradictionIn } from "../core/usage-contradiction.ts";
import type { RunTarget } from "./target.ts";

type Priced = Pick<RunTarget, "priceOf">;

/**
 * What an attempt cost, in US dollars: what the server states rules over prices. Null when neither is known; a usage
 * that contradicts itself has no price, and what is negative or not finite is no cost.
 */
export function costOfUsage(target: Priced, model: string, usage: Usage | null): number | null {
  const stated = usage?.stated_cost_usd;
  if (stated !== undefined) return stated;
  const cost = contradictionIn(usage) === null ? target.priceOf(model, usage) : null;
  return cost !== null && Number.isFinite(cost) && cost >= 0 ? cost : null;
}

/**
 * Why an answer of this usage has no cost, in words, where a plain one of the target would have: its counts contradict
 * each other, or no price covers some of them. Null where its cost is known, or nothing of the target's is.
 */
export function costProblemIn(target: Priced, model: string, usage: Usage | null): string | null {
  if (usage === null || usage.stated_cost_usd !== undefined) return null;
  const contradiction = contradictionIn(usage);
  if (contradiction !== null) return `the usage of an answer contradicts itself (${contradiction})`;
  const { unpriced, modality_tokens, ...plain } = usage;
  if (unpriced === undefined && modality_tokens === undefined) return null;
  if (costOfUsage(target, model, usage) !== null || costOfUsage(target, model, plain) === null) return null;
  return `no price covers all of an answer (it has ${unpriced ?? `${kindsIn(usage)} tokens`})`;
}

const kindsIn = ({ modality_tokens = {} }: Usage): string =>
  ["audio", "image", "video"]
    .filter((kind) =>
      Object.entries(modality_tokens).some(([name, count]) => name.endsWith(`_${kind}`) && (count ?? 0) > 0),
    )
    .join(" and ");
