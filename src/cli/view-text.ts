import { renderText, type View } from "../reports/view.ts";
import { PIPE_COLUMNS } from "./bench/final-words.ts";
import { painter, wantsColor } from "./colors.ts";
import type { CliContext, Output } from "./context.ts";

/** A view as text for an output: its width, and colours where it wants them. */
export function viewText(view: View, output: Output, env: CliContext["env"]): string {
  return renderText(view, { width: output.columns ?? PIPE_COLUMNS, color: painter(wantsColor(output, env)) });
}
