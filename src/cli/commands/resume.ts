import type { Command } from "commander";
import type { ResumeFlags } from "../runs/resume-command.ts";
import { RANGES } from "../../core/ranges.ts";
import type { CliContext } from "../context.ts";
import type { Finish } from "../exit-codes.ts";
import { duration, failOnOption, inRange, nameList, slo, wholeNumber } from "../option-values.ts";
import { limitOption } from "../limit-option.ts";

/** `resume`: goes on with a run, which says itself what it is. */
export function defineResume(program: Command, context: CliContext, finish: Finish): void {
  const command = program.command("resume");
  command
    .description("resume an interrupted or killed run; sends only what has no result")
    .argument("<dir>", "directory of the run")
    .option(
      "-c, --concurrency <n>",
      "requests in flight for each target (default: as before)",
      inRange(RANGES.concurrency),
    )
    .option("--rpm <n>", "most requests to each target in any minute (default: as before)", inRange(RANGES.perMinute))
    .option("--tpm <n>", "most tokens for each target in any minute (default: as before)", inRange(RANGES.perMinute))
    .addOption(limitOption("--timeout <duration>", "limit of one attempt (default: as before)"))
    .option(
      "--retries <n>",
      "further attempts after a failure that may pass (default: as before)",
      inRange(RANGES.retries),
    )
    .option("--delay <duration>", "pause of each slot between two cases (default: as before)", duration())
    .addOption(limitOption("--duration <duration>", "send for so long in all (default: as before)"))
    .option("--max-requests <n>", "requests to each target in all (default: as before)", inRange(RANGES.count))
    .option(
      "--max-errors <n>",
      "send nothing more after so many failed cases (default: as before)",
      inRange(RANGES.count),
    )
    .option("--budget-usd <amount>", "what the whole run may cost (default: as before)", inRange(RANGES.budgetUsd))
    .option("--retry-failed", "send the cases that failed again as well")
    .option("--slo <limits>", "what each request must keep (default: as before)", slo)
    .option("-d, --dataset <file>", "where the dataset is now, if it has moved")
    .option("--skip-invalid <n>", "leave out up to n invalid records (default: as before)", wholeNumber(0))
    .option("--config <file>", "configuration file (default: found from where the run was started)")
    .addOption(
      command
        .createOption("-e, --export <formats>", "files to write at the end")
        .choices(["json", "csv", "both"])
        .default("both"),
    )
    .option("--fields <names>", "columns of results.csv, separated by commas", nameList)
    .option("--raw-csv", "do not protect results.csv against spreadsheet formulas")
    .addOption(failOnOption(command))
    .option("--require-valid", "exit 1 unless the measurement is VALID")
    .option("--quiet", "no progress and no hints")
    .option("--json", "progress as NDJSON on stderr, the summary as JSON on stdout")
    .option("--verbose", "say each failed attempt")
    .addHelpText("after", EXAMPLES)
    .action(async (directory: string, flags: ResumeFlags) => {
      const { resume } = await import("../runs/resume-command.ts");
      finish(await resume(directory, flags, context));
    });
}

const EXAMPLES = `
Examples:
  llm-test-bench resume ./results
  llm-test-bench resume ./results --concurrency 2 --retries 8
Exit codes: as those of bench; 2 also when the run cannot be gone on with`;
