import type { Command } from "commander";
import type { CalibrateFlags } from "../calibrate/calibrate-command.ts";
import type { CliContext } from "../context.ts";
import type { Finish } from "../exit-codes.ts";
import { duration, levelList } from "../option-values.ts";
import { limitOption } from "../limit-option.ts";

/** `calibrate`: how far off this client is on this machine. */
export function defineCalibrate(program: Command, context: CliContext, finish: Finish): void {
  program
    .command("calibrate")
    .description("find out how far off this client is on this machine, for later runs to quote")
    .option("-c, --concurrency <levels>", "streams at the same time, level after level", levelList, [10, 50, 200, 500])
    .option("--tpot <duration>", "time between the tokens of a stream", duration(1), 20)
    .addOption(limitOption("--duration <duration>", "how long each level sends", 100).default(5000))
    .option("--no-save", "show it only; later runs quote what was kept before")
    .option("--json", "the levels as JSON on stdout")
    .option("--quiet", "no hints")
    .addHelpText("after", EXAMPLES)
    .action(async (flags: CalibrateFlags) => {
      const { calibrateCommand } = await import("../calibrate/calibrate-command.ts");
      finish(await calibrateCommand(flags, context));
    });
}

const EXAMPLES = `
Examples:
  llm-test-bench calibrate
  llm-test-bench calibrate --concurrency 800 --tpot 20 --duration 10s`;
