import type { Command } from "commander";
import type { ExportFlags } from "../runs/export-command.ts";
import type { CliContext } from "../context.ts";
import { EXIT, type Finish } from "../exit-codes.ts";
import { nameList } from "../option-values.ts";

/** `export`: writes a file of a saved run. */
export function defineExport(program: Command, context: CliContext, finish: Finish): void {
  const command = program.command("export");
  command
    .description("write the results of a saved run, also of an interrupted or a running one")
    .argument("<dir>", "directory of the run")
    .addOption(
      command
        .createOption("-f, --format <format>", "what to write")
        .choices(["json", "csv", "md"])
        .makeOptionMandatory(),
    )
    .option("-o, --output <file>", "file to write, - for standard output (default: beside the journal)")
    .option("--fields <names>", "columns of the CSV, separated by commas", nameList)
    .option("--raw-csv", "do not protect the CSV against spreadsheet formulas")
    .option("--quiet", "no hints")
    .addHelpText("after", EXAMPLES)
    .action(async (directory: string, flags: ExportFlags) => {
      const { exportRun } = await import("../runs/export-command.ts");
      await exportRun(directory, flags, context);
      finish(EXIT.success);
    });
}

const EXAMPLES = `
Examples:
  llm-test-bench export ./results --format csv --fields target,test_id,status,duration_ms --output -
  llm-test-bench export ./results --format md --output report.md
Exit codes: 0 written, 2 usage or no run, 6 cannot write`;
