import type { Mask } from "../../core/secrets.ts";
import type { CliContext } from "../context.ts";
import {
  liveReporter,
  ndjsonReporter,
  plainReporter,
  silentReporter,
  verbose,
  type Reporter,
} from "../progress/reporters.ts";
import type { OutputFlags } from "./flags.ts";

/** How a run's progress is shown: as the flags say, else live on a terminal and plain elsewhere. */
export function reporterFor(flags: OutputFlags, context: CliContext, mask: Mask): Reporter {
  const { stderr, clock } = context;
  if (flags.quiet === true) return silentReporter;
  if (flags.json === true) return ndjsonReporter(stderr, clock, mask);
  if (flags.verbose === true) return verbose(plainReporter(stderr, clock), (line) => void stderr.write(`${line}\n`));
  return stderr.isTTY === true && context.env["TERM"] !== "dumb"
    ? liveReporter(stderr, clock)
    : plainReporter(stderr, clock);
}
