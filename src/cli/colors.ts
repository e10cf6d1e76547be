import colors from "picocolors";
import type { Tone } from "../reports/view.ts";
import type { CliContext, Output } from "./context.ts";

/** Whether an output gets colours: a terminal, unless `NO_COLOR` (no-color.org) or a dumb terminal says otherwise. */
export function wantsColor(output: Output, env: CliContext["env"]): boolean {
  return output.isTTY === true && !env["NO_COLOR"] && env["TERM"] !== "dumb";
}

/** Gives text the colour of its tone, or leaves it alone. */
export function painter(enabled: boolean): (tone: Tone, text: string) => string {
  const { bold, green, red, yellow, dim } = colors.createColors(enabled);
  const paint: Record<Tone, (text: string) => string> = {
    heading: bold,
    good: green,
    bad: red,
    warn: yellow,
    quiet: dim,
  };
  return (tone, text) => paint[tone](text);
}
