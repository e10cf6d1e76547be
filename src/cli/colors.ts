import type { Tone } from "../reports/view.ts";
import type { CliContext, Output } from "./context.ts";
import { ansi } from "./guarded-output.ts";

/** Whether an output gets colours: a terminal, unless `NO_COLOR` (no-color.org) or a dumb terminal says otherwise. */
export function wantsColor(output: Output, env: CliContext["env"]): boolean {
  return output.isTTY === true && !env["NO_COLOR"] && env["TERM"] !== "dumb";
}

/** What begins and what ends each tone, as ECMA-48 numbers them. */
const CODES: Readonly<Record<Tone, readonly [on: number, off: number]>> = {
  heading: [1, 22],
  good: [32, 39],
  bad: [31, 39],
  warn: [33, 39],
  quiet: [2, 22],
};

/** Gives text the color of its tone, or leaves it alone. */
export function painter(enabled: boolean): (tone: Tone, text: string) => string {
  if (!enabled) return (_, text) => text;
  return (tone, text) => {
    const [on, off] = CODES[tone];
    return `${ansi(`[${on}m`)}${text}${ansi(`[${off}m`)}`;
  };
}
