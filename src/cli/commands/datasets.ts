import type { Command } from "commander";
import { DATASET_FORMATS } from "../../core/dataset-format.ts";
import type { CliContext } from "../context.ts";
import type { ConvertFlags } from "../datasets/convert.ts";
import type { DatasetsFlags } from "../datasets/flags.ts";
import type { InitDatasetFlags } from "../datasets/init.ts";
import type { SampleFlags } from "../datasets/sample.ts";
import { addForeignOptions } from "../foreign-options.ts";
import type { Finish } from "../exit-codes.ts";
import { wholeNumber } from "../option-values.ts";

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

  addReadingOptions(datasets.command("show"))
    .description("show what a dataset sends: a table of its cases, or one case whole")
    .argument("<dataset>", "a file or the name of a built-in dataset")
    .option("--case <id>", "show this case: its prompt as it is sent, system text, expected answer, parameters")
    .option("-p, --providers <targets>", "with --case: the request that each of these targets would be sent")
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

  const validate = addReadingOptions(datasets.command("validate"));
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

  addWriteOptions(addReadingOptions(datasets.command("convert")))
    .description("write a dataset in another format; what that cannot hold is named, and nothing is written")
    .argument("<from>", "a file, a folder, - for standard input, an address, or the name of a built-in dataset")
    .argument("<to>", "the file to write; its name says the format, .gz packs it")
    .addHelpText("after", "\nExamples:\n  llm-test-bench datasets convert cases.csv cases.yaml")
    .action(async (from: string, to: string, flags: ConvertFlags) => {
      const { convertDataset } = await import("../datasets/convert.ts");
      finish(await convertDataset(from, to, flags, context));
    });

  const sample = addWriteOptions(addReadingOptions(datasets.command("sample")));
  sample
    .description("take a random sample of a dataset, the same one for the same seed")
    .argument("<from>", "what --dataset takes")
    .argument("[to]", "the file to write; standard output without one")
    .addOption(sample.createOption("-n, --cases <n>", "how many cases").argParser(wholeNumber(1)).makeOptionMandatory())
    .option("--seed <n>", "which sample", wholeNumber(0), 1)
    .option("--stratify <field>", "keep the share of each value of this field: category, metadata.source, …")
    .addHelpText(
      "after",
      "\nExamples:\n  llm-test-bench datasets sample coding-tasks -n 8 --stratify category few.yaml",
    )
    .action(async (from: string, to: string | undefined, flags: SampleFlags) => {
      const { sampleDataset } = await import("../datasets/sample.ts");
      finish(await sampleDataset(from, to, flags, context));
    });

  datasets
    .command("init")
    .description("write a commented dataset to begin with")
    .argument("<name>", "name of the dataset, or of its .yaml file")
    .option("--force", "replace a file that is there")
    .action(async (name: string, flags: InitDatasetFlags) => {
      const { initDataset } = await import("../datasets/init.ts");
      finish(await initDataset(name, flags, context));
    });
}

function addReadingOptions(command: Command): Command {
  return addForeignOptions(command).option(
    "--config <file>",
    "configuration file, whose `datasets` say how foreign files are read (default: found from here upward)",
  );
}

function addWriteOptions(command: Command): Command {
  return command
    .addOption(command.createOption("--format <format>", "format of what is read").choices(DATASET_FORMATS))
    .addOption(
      command
        .createOption("--to <format>", "format of what is written; else its name says it")
        .choices(DATASET_FORMATS),
    )
    .option("--allow-loss", "write also when something is lost; it is still named")
    .option("--force", "replace a file that is there");
}
