import type { Usage } from "../core/response.ts";
import { contradictionIn } from "../core/usage-contradiction.ts";
import type { RunTarget } from "./target.ts";

/**
 * What an attempt cost, in US dollars: what the server states rules over prices. Null when neither is known; a usage
 * that contradicts itself has no price, and what is negative or not finite is no cost.
 */
export function costOfUsage(target: Pick<RunTarget, "priceOf">, model: string, usage: Usage | null): number | null {
  const stated = usage?.stated_cost_usd;
  if (stated !== undefined) return stated;
  const cost = contradictionIn(usage) === null ? target.priceOf(model, usage) : null;
  return cost !== null && Number.isFinite(cost) && cost >= 0 ? cost : null;
}
