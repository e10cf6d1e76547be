import type { Command } from "commander";
import { DATASET_FORMATS } from "../../core/dataset-format.ts";
import { RANGES } from "../../core/ranges.ts";
import { addForeignOptions } from "../foreign-options.ts";
import { duration, failOnOption, inRange, levelList, nameList, slo, span } from "../option-values.ts";
import { limitOption } from "../limit-option.ts";
import { addRequestOptions } from "../request-options.ts";

/** Adds the options of `bench`, in the groups of its help. */
export function addBenchOptions(command: Command): Command {
  for (const add of [dataset, targets, load, endings, limits, request, directory, output]) add(command);
  return command;
}

const SIMULATOR: readonly string[] = ["sim"];

function dataset(command: Command): void {
  command
    .optionsGroup("Dataset:")
    .option("-d, --dataset <file>", "a file or folder, - for standard input, https:, hf:, or a built-in name")
    .addOption(command.createOption("--format <format>", "format of the dataset").choices(DATASET_FORMATS));
  addForeignOptions(command)
    .option("--validate-first", "check a large dataset whole before anything is sent")
    .option("--limit <n>", "take the first n cases only", inRange(RANGES.count))
    .option("--category <name>", "take the cases of one category only")
    .option("--repeat <k>", "send each case k times", inRange(RANGES.repeat), 1)
    .option("--seed <seed>", "shuffle the cases, the same way for the same seed")
    .option("--synthetic <lengths>", "made prompts in place of a dataset, in estimated tokens: input=512±64,output=128")
    .option(
      "--shared-prefix <share>",
      "share of each synthetic prompt that all of them have in common",
      inRange(RANGES.share),
    );
}

function targets(command: Command): void {
  command
    .optionsGroup("Targets:")
    .addOption(
      command
        .createOption("-p, --providers <list>", "targets, separated by commas: [alias=]provider[:model]; repeatable")
        .argParser((text, before: readonly string[]) => (before === SIMULATOR ? [text] : [...before, text]))
        .default(SIMULATOR, "sim"),
    )
    .option("-m, --model <model>", "model for targets that name none")
    .option("--config <file>", "configuration file (default: llm-test-bench.config.* from here upward)");
}

function load(command: Command): void {
  command
    .optionsGroup("Load:")
    .option("-c, --concurrency <n>", "requests in flight for each target (default: 5)", inRange(RANGES.concurrency))
    .option("--rate <r>", "open loop: requests a second for each target, whatever comes back", inRange(RANGES.rate))
    .addOption(
      command.createOption("--arrival <how>", "gaps of --rate (default: constant)").choices(["constant", "poisson"]),
    )
    .option("--max-in-flight <n>", "most requests of --rate in flight for each target", inRange(RANGES.maxInFlight))
    .option("--ramp <from..to>", "closed loop whose concurrency changes evenly, with --over", span)
    .addOption(limitOption("--over <duration>", "how long --ramp takes"))
    .option("--sweep <levels>", "closed loop at one concurrency after the other: 1,2,4,8", levelList)
    .option("--p95-limit <duration>", "of --sweep: the highest p95 duration that is still good enough", duration(1))
    .option("--adaptive", "closed loop that raises its concurrency until the first 429, and keeps near that")
    .option("--slo <limits>", "what each request must keep: ttft=500,tpot=50,duration=10s,goodput=99%", slo)
    .option(
      "--find-max-concurrency [most]",
      "search the highest concurrency that keeps --slo (up to 1024)",
      inRange(RANGES.concurrency),
    )
    .option("--lockstep", "send each case to all targets at once, and the next only when all have a slot for it")
    .option("--sequential", "send to one target after the other, for targets that share one accelerator")
    .option("--warmup <n>", "requests to each target before those that count (default: 0)", inRange(RANGES.warmup))
    .option("--delay <duration>", "pause of each slot between two cases (default: 0)", duration());
}

function endings(command: Command): void {
  command
    .optionsGroup("When to stop:")
    .addOption(limitOption("--duration <duration>", "send for so long, going through the cases again and again"))
    .option(
      "--max-requests <n>",
      "send so many requests to each target, going through the cases again",
      inRange(RANGES.count),
    )
    .option("--max-errors <n>", "send nothing more after so many failed cases", inRange(RANGES.count))
    .option("--fail-fast", "send nothing more after the first case that fails")
    .option("--budget-usd <amount>", "send nothing that could make the run cost more", inRange(RANGES.budgetUsd));
}

function limits(command: Command): void {
  command
    .optionsGroup("Limits and retries:")
    .option("--rpm <n>", "most requests to each target in any minute", inRange(RANGES.perMinute))
    .option(
      "--tpm <n>",
      "most tokens of prompts and answers for each target in any minute, as estimated",
      inRange(RANGES.perMinute),
    )
    .addOption(limitOption("--timeout <duration>", "limit of one attempt (default: 60s)"))
    .addOption(limitOption("--connect-timeout <duration>", "limit of opening a connection (default: 10s)"))
    .addOption(limitOption("--first-token-timeout <duration>", "limit until a stream's first output (default: none)"))
    .addOption(limitOption("--idle-timeout <duration>", "limit between two pieces of a stream (default: none)"))
    .option("--retries <n>", "further attempts after a failure that may pass (default: 3)", inRange(RANGES.retries));
}

function request(command: Command): void {
  command
    .optionsGroup("Request:")
    .option("--stream", "ask for streamed answers, which is the default", true)
    .option("--no-stream", "ask for plain answers; there is no time to first token then");
  addRequestOptions(command);
}

function directory(command: Command): void {
  command
    .optionsGroup("Run directory:")
    .option("-o, --output <dir>", "run directory (default: bench-results/<dataset>-<UTC time>)")
    .option("--resume", "go on with the run in the output directory")
    .option("--retry-failed", "with --resume: send failed cases again as well")
    .option("--force", "move a run in the output directory aside")
    .option("--no-save-responses", "keep no text of any answer")
    .addOption(
      command
        .createOption("-e, --export <formats>", "files to write at the end")
        .choices(["json", "csv", "both"])
        .default("both"),
    )
    .option("--fields <names>", "columns of results.csv, separated by commas", nameList)
    .option("--raw-csv", "do not protect results.csv against spreadsheet formulas");
}

function output(command: Command): void {
  command
    .optionsGroup("Verdict and output:")
    .addOption(failOnOption(command))
    .option("--require-valid", "exit 1 unless the measurement is VALID")
    .option("--dry-run", "say what would be sent and what it may cost; send nothing")
    .option("--quiet", "no progress and no hints")
    .option("--json", "progress as NDJSON on stderr, the summary as JSON on stdout")
    .option("--verbose", "say each failed attempt");
}
