import type { Usage } from "./response.ts";

/**
 * How a usage contradicts itself, in words; null when it does not. A part may not be larger than the whole that it is
 * counted in: cache reads and writes are prompt tokens, reasoning is completion tokens, and both are in the total.
 * What such a usage costs is unknown, since nobody knows which of its counts is wrong.
 */
export function contradictionIn(usage: Usage | null): string | null {
  if (usage === null) return null;
  const { prompt_tokens: prompt, completion_tokens: completion, total_tokens: total, reasoning_tokens } = usage;
  const cached = (usage.cached_tokens ?? 0) + (usage.cache_write_tokens ?? 0);
  const reasoning = reasoning_tokens ?? 0;
  const parts = (prompt ?? 0) + (completion ?? 0);
  if (prompt !== null && cached > prompt) return `${cached} cached tokens in a prompt of ${prompt}`;
  if (completion !== null && reasoning > completion)
    return `${reasoning} reasoning tokens in a completion of ${completion}`;
  for (const [part, whole] of [
    ["prompt", prompt],
    ["completion", completion],
    ["cached", usage.cached_tokens ?? 0],
  ] as const) {
    const other = otherThanText(usage, part);
    if (whole !== null && other > whole) return `${other} ${part} tokens that are not text, of ${whole}`;
  }
  const notAnswer = reasoning + otherThanText(usage, "completion");
  if (completion !== null && notAnswer > completion)
    return `${notAnswer} reasoning tokens and completion tokens that are not text, of ${completion}`;
  if (total !== null && parts > total) return `${parts} prompt and completion tokens in a total of ${total}`;
  return null;
}

function otherThanText({ modality_tokens: tokens }: Usage, part: "prompt" | "completion" | "cached"): number {
  if (tokens === undefined) return 0;
  return (tokens[`${part}_audio`] ?? 0) + (tokens[`${part}_image`] ?? 0) + (tokens[`${part}_video`] ?? 0);
}
