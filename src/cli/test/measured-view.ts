import type { TestResult } from "../../core/result.ts";
import { formatCount, formatDollars, formatMillis, formatRate } from "../../reports/format.ts";
import { line, type View } from "../../reports/view.ts";

/** What was measured of one answer, on a line or two. */
export function measuredView(result: TestResult, about: { simulated: boolean; priced: boolean }): View {
  const { timing, response } = result;
  const parts = [
    ...(timing.connect_ms ? [`connected in ${formatMillis(timing.connect_ms)}`] : []),
    timing.ttft_ms === null ? "not streamed, so no TTFT" : `TTFT ${formatMillis(timing.ttft_ms)}`,
    `duration ${formatMillis(result.duration_ms)}`,
    ...tokenParts(result),
    ...costParts(result, about.priced),
  ];
  return [
    {
      heading: `${result.target}${about.simulated ? " (simulated)" : ""}`,
      blocks: [
        line(parts.join(", "), "good"),
        ...(response?.finish_reason === "length" || response?.finish_reason === "max_tokens"
          ? [line("the answer was cut at its limit of tokens; a larger --max-tokens lets it end", "warn")]
          : []),
        ...(about.simulated ? [line("The times come from a schedule, the answer is made up.", "quiet")] : []),
      ],
    },
  ];
}

function tokenParts({ response, timing }: TestResult): string[] {
  const usage = response?.usage ?? null;
  if (usage === null) return ["tokens unknown (the server does not state them)"];
  const reasoning = usage.reasoning_tokens ? ` (${formatCount(usage.reasoning_tokens)} of them reasoning)` : "";
  return [
    `${formatCount(usage.prompt_tokens)} prompt + ${formatCount(usage.completion_tokens)} answer tokens${reasoning}`,
    ...(timing.output_tokens_per_second === null ? [] : [`${formatRate(timing.output_tokens_per_second)} tokens/s`]),
  ];
}

function costParts({ cost_usd }: TestResult, priced: boolean): string[] {
  if (cost_usd !== null) return [`cost ${formatDollars(cost_usd)}`];
  return priced ? [] : ["cost unknown (no price for this model)"];
}
