import type { Usage } from "../../core/response.ts";
import { countAt, fieldsAt, isFields, listAt, textAt, type Fields } from "./fields.ts";
import { statedCostIn } from "./openai-usage.ts";
import { saidUsage, sumOf } from "./usage.ts";

interface Counts {
  readonly input: number | null;
  readonly output: number | null;
  readonly cached: number | null;
  readonly cacheWrite: number | null;
  readonly thinking: number | null;
}

/**
 * The usage of a message. Anthropic counts cache reads and writes beside the input, which ours includes, and thinking
 * within the output. `model` is the one that answered: what another one did for it has prices of its own.
 */
export function anthropicUsage(usage: Fields, model: string | null): Usage | null {
  const { input, output, cached, cacheWrite, thinking } = iterationsIn(usage) ?? countsIn(usage);
  const others = listAt(usage, "iterations")
    .map((iteration) => textAt(iteration, "model"))
    .filter((other) => other !== null && other !== model);
  return saidUsage({
    prompt: sumOf(input, cached ?? 0, cacheWrite ?? 0),
    completion: output,
    reasoning: thinking,
    cached,
    cacheWrite,
    webSearches: countAt(fieldsAt(usage, "server_tool_use"), "web_search_requests"),
    unpriced: others.length === 0 || model === null ? null : `tokens of ${others[0]}`,
    statedCostUsd: statedCostIn(usage),
  });
}

function countsIn(usage: Fields): Counts {
  return {
    input: countAt(usage, "input_tokens"),
    output: countAt(usage, "output_tokens"),
    cached: countAt(usage, "cache_read_input_tokens"),
    cacheWrite: countAt(usage, "cache_creation_input_tokens"),
    // Servers that copy the API do not say.
    thinking: countAt(fieldsAt(usage, "output_tokens_details"), "thinking_tokens"),
  };
}

/**
 * The sums over all samplings of a message. Where it took several (compaction, an advisor), the counts beside them are
 * those of the last kind only. https://platform.claude.com/docs/en/build-with-claude/compaction
 */
function iterationsIn(usage: Fields): Counts | null {
  const parts = listAt(usage, "iterations").map(countsIn);
  const [input, output] = [sumOf(...parts.map((part) => part.input)), sumOf(...parts.map((part) => part.output))];
  if (parts.length === 0 || input === null || output === null) return null;
  const stated = (of: (part: Counts) => number | null): number | null =>
    parts.every((part) => of(part) === null) ? null : sumOf(...parts.map((part) => of(part) ?? 0));
  return {
    input,
    output,
    cached: stated((part) => part.cached),
    cacheWrite: stated((part) => part.cacheWrite),
    thinking: stated((part) => part.thinking) ?? countsIn(usage).thinking,
  };
}

/**
 * What two reports of one stream say together, as the API words it. The last one counts, since output is cumulative; what
 * it leaves out or puts at zero stays.
 */
export function laterReport(earlier: Fields, later: Fields): Fields {
  const said = Object.entries(later).filter(([key, value]) => {
    if (typeof value === "number") return value > 0 || typeof earlier[key] !== "number";
    if (Array.isArray(value)) return value.length > 0;
    return typeof value === "boolean" || (isFields(value) && Object.keys(value).length > 0);
  });
  return { ...earlier, ...Object.fromEntries(said) };
}
