import type { Command } from "commander";
import { DATASET_FORMATS, type DatasetFormat } from "../../core/dataset-format.ts";
import type { CliContext } from "../context.ts";
import { addForeignOptions } from "../foreign-options.ts";
import type { ForeignFlags } from "../foreign.ts";
import type { Finish } from "../exit-codes.ts";

/** What the three commands may be given. */
export interface DatasetsFlags extends ForeignFlags {
  readonly json?: true;
  readonly format?: DatasetFormat;
  readonly case?: string;
}

/** `datasets`: what the built-in datasets hold, and whether one's own are right. */
export function defineDatasets(program: Command, context: CliContext, finish: Finish): void {
  const datasets = program
    .command("datasets")
    .description("list the built-in datasets, look into a dataset, or check one for errors")
    .helpCommand(false);

  datasets
    .command("list")
    .description("list the built-in datasets with their cases and categories")
    .option("--json", "the list as JSON")
    .action(async (flags: DatasetsFlags) => {
      const { listDatasets } = await import("../datasets/list.ts");
      finish(await listDatasets(flags, context));
    });

  addForeignOptions(datasets.command("show"))
    .description("show what a dataset sends: a table of its cases, or one case whole")
    .argument("<dataset>", "a file or the name of a built-in dataset")
    .option("--case <id>", "show this case: its prompt as it is sent, system text, expected answer, parameters")
    .option("--json", "the cases, or the case, as JSON")
    .addHelpText(
      "after",
      "\nExamples:\n  llm-test-bench datasets show reasoning-tasks\n" +
        "  llm-test-bench datasets show reasoning-tasks --case logic-truth-table",
    )
    .action(async (dataset: string, flags: DatasetsFlags) => {
      const { showDataset } = await import("../datasets/show.ts");
      finish(await showDataset(dataset, flags, context));
    });

  const validate = addForeignOptions(datasets.command("validate"));
  validate
    .description("check datasets and say everything that is wrong with them; sends nothing")
    .argument("<files...>", "files, folders, - for standard input, addresses, or names of built-in datasets")
    .addOption(validate.createOption("--format <format>", "format of the files").choices(DATASET_FORMATS))
    .option("--json", "problems as a JSON list of {file, line, column, path, message, hint, severity}, for editors")
    .addHelpText("after", "\nExit codes: 0 all are valid, 3 some are not")
    .action(async (files: string[], flags: DatasetsFlags) => {
      const { validateDatasets } = await import("../datasets/validate.ts");
      finish(await validateDatasets(files, flags, context));
    });
}
