import type { Command } from "commander";
import type { CliContext } from "../context.ts";
import type { Finish } from "../exit-codes.ts";
import type { JournalCheckFlags } from "../runs/journal-check-command.ts";

/** `journal`: what is about a run's files rather than its results. */
export function defineJournal(program: Command, context: CliContext, finish: Finish): void {
  program
    .command("journal")
    .description("look after the files of a saved run")
    .helpCommand(false)
    .command("check")
    .description("verify every record of a run: checksum, format, each case once")
    .argument("<dir>", "directory of the run")
    .option("--repair", "write damaged files anew without their damaged lines; the originals are kept beside them")
    .option("--json", "what was found, as JSON on stdout")
    .addHelpText("after", EXAMPLES)
    .action(async (directory: string, flags: JournalCheckFlags) => {
      const { checkJournal } = await import("../runs/journal-check-command.ts");
      finish(checkJournal(directory, flags, context));
    });
}

const EXAMPLES = `
Examples:
  llm-test-bench journal check ./results
  llm-test-bench journal check ./results --repair
Exit codes: 0 clean or repaired, 1 damaged, 2 usage, no run, or a process writes there, 6 cannot write`;
