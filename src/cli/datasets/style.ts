import type { TextOptions } from "../../reports/view.ts";
import { PIPE_COLUMNS } from "../bench/final-words.ts";
import { painter, wantsColor } from "../colors.ts";
import type { CliContext } from "../context.ts";

/** Width and colours of what goes to standard output. */
export function styleFor({ stdout, env }: CliContext): Required<TextOptions> {
  return { width: Math.max(60, stdout.columns ?? PIPE_COLUMNS), color: painter(wantsColor(stdout, env)) };
}
