import type { Usage } from "../core/response.ts";
import type { RunTarget } from "./target.ts";

/** What an attempt cost, in US dollars: what the server states rules over prices; null when neither is known. */
export function costOfUsage(target: Pick<RunTarget, "priceOf">, model: string, usage: Usage | null): number | null {
  return usage?.stated_cost_usd ?? target.priceOf(model, usage);
}
