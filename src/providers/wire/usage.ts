import type { ModalityTokens, Usage } from "../../core/response.ts";

/** The sum of token counts, or null when one is unknown or the sum is no exact number any more. */
export function sumOf(...counts: readonly (number | null)[]): number | null {
  let sum = 0;
  for (const count of counts) {
    if (count === null) return null;
    sum += count;
  }
  return Number.isSafeInteger(sum) ? sum : null;
}

/** What a server says of the tokens of one answer. */
export interface SaidUsage {
  readonly prompt: number | null;
  readonly completion: number | null;
  readonly total?: number | null;
  readonly reasoning?: number | null;
  readonly cached?: number | null;
  readonly cacheWrite?: number | null;
  readonly modalities?: ModalityTokens | null;
  readonly webSearches?: number | null;
  readonly unpriced?: string | null;
  readonly statedCostUsd?: number | null;
}

/**
 * A usage of what a server said. The total is the sum of its parts, and unknown when either part is. A stated total fills
 * in a part that is left out; above the sum, it shows tokens that are counted beside the parts: cached ones where those
 * counts explain the difference exactly, else output (reasoning at xAI). One
 * below the sum contradicts them and is kept as it is stated.
 */
export function usageOf(said: SaidUsage): Usage {
  const { prompt, completion } = withTotal(said);
  const { total = null, reasoning = null, cached = null, cacheWrite = null, statedCostUsd = null } = said;
  const contradicts = total !== null && total > 0 && (prompt ?? 0) + (completion ?? 0) > total;
  const usage: Usage = {
    prompt_tokens: prompt,
    completion_tokens: completion,
    total_tokens: contradicts ? total : sumOf(prompt, completion),
    reasoning_tokens: reasoning,
    cached_tokens: cached,
    cache_write_tokens: cacheWrite,
  };
  // Some servers state their usage in every event, so nothing is copied for what most leave out.
  const modalities = said.modalities ? notOnlyText(said.modalities) : null;
  if (modalities !== null) usage.modality_tokens = modalities;
  if (said.webSearches) usage.web_searches = said.webSearches;
  if (said.unpriced) usage.unpriced = said.unpriced;
  if (statedCostUsd !== null) usage.stated_cost_usd = statedCostUsd;
  return usage;
}

/** The counts that are not zero; a zero of the cache is kept beside them, since it tells what the cached tokens were. */
function notOnlyText(counts: ModalityTokens): ModalityTokens | null {
  const stated = Object.entries(counts).filter(([, count]) => count !== undefined);
  if (stated.every(([, count]) => count === 0)) return null;
  return Object.fromEntries(stated.filter(([name, count]) => count !== 0 || name.startsWith("cached_")));
}

function withTotal(said: SaidUsage): Pick<SaidUsage, "prompt" | "completion"> {
  const { prompt, completion, total = null } = said;
  if (total === null) return { prompt, completion };
  if (prompt === null || completion === null) {
    const part = prompt ?? completion;
    const rest = part === null || part > total ? null : total - part;
    return { prompt: prompt ?? rest, completion: completion ?? rest };
  }
  const beside = total - prompt - completion;
  if (beside <= 0) return { prompt, completion };
  const [cached, written] = [said.cached ?? 0, said.cacheWrite ?? 0];
  const inPrompt = beside === cached || beside === written || beside === cached + written;
  return inPrompt ? { prompt: prompt + beside, completion } : { prompt, completion: completion + beside };
}

/** The usage, if it says anything; servers send empty ones before and after the real one. */
export function saidUsage(said: SaidUsage): Usage | null {
  const usage = usageOf(said);
  return COUNTS.some((count) => usage[count] !== null) || EXTRAS.some((extra) => usage[extra] !== undefined)
    ? usage
    : null;
}

const COUNTS = [
  "prompt_tokens",
  "completion_tokens",
  "total_tokens",
  "reasoning_tokens",
  "cached_tokens",
  "cache_write_tokens",
] as const;
const EXTRAS = ["modality_tokens", "web_searches", "unpriced", "stated_cost_usd"] as const;

/**
 * What two usages of one stream say together. The later one counts, but what it leaves out stays, and so does what it
 * puts at zero: counts only grow.
 */
export function laterUsage(earlier: Usage | null, later: Usage | null): Usage | null {
  if (earlier === null || later === null) return later ?? earlier;
  const empty = !later.prompt_tokens && !later.completion_tokens;
  if (!empty && statesAll(later, earlier)) return later;
  const [first, second] = empty ? [earlier, later] : [later, earlier];
  const known: Usage = { ...second, ...first };
  for (const count of COUNTS) known[count] = first[count] ?? second[count];
  if (first.prompt_tokens === null || first.completion_tokens === null) {
    known.total_tokens = sumOf(known.prompt_tokens, known.completion_tokens);
  }
  return known;
}

const statesAll = (later: Usage, earlier: Usage): boolean =>
  COUNTS.every((count) => later[count] !== null || earlier[count] === null) &&
  EXTRAS.every((extra) => later[extra] !== undefined || earlier[extra] === undefined);
