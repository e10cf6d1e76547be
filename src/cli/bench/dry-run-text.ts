import type { Estimate } from "../../benchmark/dry-run.ts";
import { PRICE_DATA } from "../../providers/prices.ts";
import { formatCount, formatDollars } from "../../reports/format.ts";
import { line, renderText } from "../../reports/view.ts";
import { painter, wantsColor } from "../colors.ts";
import type { CliContext } from "../context.ts";
import { PIPE_COLUMNS } from "./final-words.ts";

/** What `--dry-run` shows. */
export function dryRunText({ targets: estimates, whole }: Estimate, { stdout, env }: CliContext): string {
  const headers = ["requests", "prompt tokens", "answer limit", "prompts cost", "at most"];
  const table = {
    columns: [
      { header: "target", align: "left" as const },
      ...headers.map((header) => ({ header, align: "right" as const })),
    ],
    rows: estimates.map((of) => [
      of.target,
      String(of.requests),
      `≈ ${formatCount(of.prompt_tokens_estimate)}`,
      formatCount(of.completion_tokens_limit),
      formatDollars(of.prompt_cost_usd_estimate),
      formatDollars(of.cost_usd_limit),
    ]),
  };
  const notes = [
    "Nothing was sent. Prompt tokens are estimated at 4 characters each.",
    ...(whole
      ? []
      : ["This run goes on until its time or its budget is over; the figures are of one pass over its cases."]),
    ...(estimates.some((of) => of.completion_tokens_limit === null)
      ? ["Without --max-tokens or a max_tokens in the dataset there is no limit to what answers may cost."]
      : []),
    `Prices: ${PRICE_DATA.package} ${PRICE_DATA.version} of ${PRICE_DATA.date}, or your own.`,
  ];
  const blocks = [table, ...notes.map((text) => line(text, "quiet"))];
  return renderText([{ heading: "Dry run", blocks }], {
    width: stdout.columns ?? PIPE_COLUMNS,
    color: painter(wantsColor(stdout, env)),
  });
}
