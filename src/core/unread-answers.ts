import type { ModelResponse } from "./response.ts";

/** `finish_reason` of an answer that was cut off because it reached `max_tokens`, in the words of each API. */
export const CUT_BY_LENGTH: ReadonlySet<string | null> = new Set([
  "length",
  "max_tokens",
  "max_output_tokens",
  "MAX_TOKENS",
]);

/** Reasons for which an answer holds nothing: a filter, a refusal, a tool call that the model got wrong, a pause. */
const EXPLAINED =
  /filter|safety|sensitive|refus|block|prohibit|recitation|spii|language|image|malformed|unexpected|other|pause|load/i;

/**
 * Whether an answer has no text, reasoning or tool call, and nothing says why: the server may speak a dialect that we do
 * not understand. Thoughts that a server counts and does not show explain an answer that reached its limit.
 */
export function carriedNothing(response: ModelResponse): boolean {
  const { content, reasoning, tool_calls, finish_reason, usage } = response;
  if (content || reasoning || (tool_calls !== null && tool_calls.length > 0)) return false;
  // An embedding has no text.
  if (usage !== null && usage.completion_tokens === null && usage.total_tokens !== null) return false;
  if (CUT_BY_LENGTH.has(finish_reason) && (usage?.reasoning_tokens ?? 0) > 0) return false;
  return finish_reason === null || !EXPLAINED.test(finish_reason);
}
