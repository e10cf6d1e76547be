import type { Command } from "commander";
import type { BenchFlags } from "../bench/flags.ts";
import { DATASET_FORMATS } from "../../core/dataset-format.ts";
import type { CliContext } from "../context.ts";
import { addForeignOptions } from "../foreign-options.ts";
import type { Finish } from "../exit-codes.ts";
import {
  duration,
  failOnOption,
  levelList,
  nameList,
  number,
  positive,
  slo,
  span,
  wholeNumber,
} from "../option-values.ts";
import { addRequestOptions } from "../request-options.ts";

/** `bench`: the main command. */
export function defineBench(program: Command, context: CliContext, finish: Finish): void {
  const command = program.command("bench");
  addRequestOptions(command)
    .description("send every test case of a dataset to every target, and compare")
    .option("-d, --dataset <file>", "a file or folder, - for standard input, https:, hf:, or a built-in name")
    .addOption(command.createOption("--format <format>", "format of the dataset").choices(DATASET_FORMATS))
    .option("--validate-first", "check a large dataset whole before anything is sent")
    .option("--synthetic <lengths>", "made prompts in place of a dataset, in estimated tokens: input=512±64,output=128")
    .option("--shared-prefix <share>", "share of each synthetic prompt that all of them have in common", number(0, 1));
  addForeignOptions(command)
    .addOption(
      command
        .createOption("-p, --providers <list>", "targets, separated by commas: [alias=]provider[:model]; repeatable")
        .argParser((text, before: readonly string[]) => (before === SIMULATOR ? [text] : [...before, text]))
        .default(SIMULATOR, "sim"),
    )
    .option("-c, --concurrency <n>", "requests in flight for each target (default: 5)", wholeNumber(1, 100_000))
    .option("-o, --output <dir>", "run directory (default: bench-results/<dataset>-<UTC time>)")
    .option("-m, --model <model>", "model for targets that name none")
    .addOption(
      command
        .createOption("-e, --export <formats>", "files to write at the end")
        .choices(["json", "csv", "both"])
        .default("both"),
    )
    .option("--stream", "ask for streamed answers, which is the default", true)
    .option("--no-stream", "ask for plain answers; there is no time to first token then")
    .option("--rate <r>", "open loop: requests a second for each target, whatever comes back", positive)
    .addOption(
      command.createOption("--arrival <how>", "gaps of --rate (default: constant)").choices(["constant", "poisson"]),
    )
    .option("--max-in-flight <n>", "most requests of --rate in flight for each target", wholeNumber(1, 1_000_000))
    .option("--rpm <n>", "most requests to each target in any minute", positive)
    .option("--tpm <n>", "most tokens of prompts and answers for each target in any minute, as estimated", positive)
    .option("--adaptive", "closed loop that raises its concurrency until the first 429, and keeps near that")
    .option("--lockstep", "send each case to all targets at once, and the next only when all have a slot for it")
    .option("--sequential", "send to one target after the other, for targets that share one accelerator")
    .option("--ramp <from..to>", "closed loop whose concurrency changes evenly, with --over", span)
    .option("--over <duration>", "how long --ramp takes", duration(1))
    .option("--sweep <levels>", "closed loop at one concurrency after the other: 1,2,4,8", levelList)
    .option("--p95-limit <duration>", "of --sweep: the highest p95 duration that is still good enough", duration(1))
    .option("--slo <limits>", "what each request must keep: ttft=500,tpot=50,duration=10s,goodput=99%", slo)
    .option(
      "--find-max-concurrency [most]",
      "search the highest concurrency that keeps --slo (up to 1024)",
      wholeNumber(1, 100_000),
    )
    .option("--duration <duration>", "send for so long, going through the cases again and again", duration(1))
    .option("--max-requests <n>", "send so many requests to each target, going through the cases again", wholeNumber(1))
    .option("--max-errors <n>", "send nothing more after so many failed cases", wholeNumber(1))
    .option("--budget-usd <amount>", "send nothing that could make the run cost more", positive)
    .option("--warmup <n>", "requests to each target before those that count (default: 0)", wholeNumber(0, 1_000_000))
    .option("--timeout <duration>", "limit of one attempt (default: 60s)", duration(1))
    .option("--connect-timeout <duration>", "limit of opening a connection (default: 10s)", duration(1))
    .option("--first-token-timeout <duration>", "limit until a stream's first output (default: none)", duration(1))
    .option("--idle-timeout <duration>", "limit between two pieces of a stream (default: none)", duration(1))
    .option("--retries <n>", "further attempts after a failure that may pass (default: 3)", wholeNumber(0, 1000))
    .option("--delay <duration>", "pause of each slot between two cases (default: 0)", duration())
    .option("--limit <n>", "take the first n cases only", wholeNumber(1))
    .option("--category <name>", "take the cases of one category only")
    .option("--repeat <k>", "send each case k times", wholeNumber(1, 1_000_000), 1)
    .option("--seed <seed>", "shuffle the cases, the same way for the same seed")
    .option("--fail-fast", "send nothing more after the first case that fails")
    .option("--no-save-responses", "keep no text of any answer")
    .option("--resume", "go on with the run in the output directory")
    .option("--retry-failed", "with --resume: send failed cases again as well")
    .option("--force", "move a run in the output directory aside")
    .option("--dry-run", "say what would be sent and what it may cost; send nothing")
    .option("--config <file>", "configuration file (default: llm-test-bench.config.* from here upward)")
    .addOption(failOnOption(command))
    .option("--require-valid", "exit 1 unless the measurement is VALID")
    .option("--fields <names>", "columns of results.csv, separated by commas", nameList)
    .option("--raw-csv", "do not protect results.csv against spreadsheet formulas")
    .option("--quiet", "no progress and no hints")
    .option("--json", "progress as NDJSON on stderr, the summary as JSON on stdout")
    .option("--verbose", "say each failed attempt")
    .addHelpText("after", EXAMPLES)
    .action(async (flags: BenchFlags) => {
      // Loaded now, not at the start: HTTP and schemas take 150 ms that --help need not pay.
      const { bench } = await import("../bench/bench-command.ts");
      finish(await bench(flags, context));
    });
}

const SIMULATOR: readonly string[] = ["sim"];

const EXAMPLES = `
Examples:
  llm-test-bench bench -d coding-tasks -p sim:fast,sim:slow
  llm-test-bench bench -d ./datasets/coding-tasks.json -p openai,anthropic -c 10 -o ./results
  llm-test-bench bench -d tasks.yaml -p local --rate 20 --arrival poisson --duration 60s
  llm-test-bench bench --synthetic input=512±64,output=128 -p local --sweep 1,2,4,8 --max-requests 100
  llm-test-bench bench --synthetic input=512,output=64 -p local --slo ttft=500,tpot=50 --find-max-concurrency
  llm-test-bench bench -d tasks.yaml -p a=openai:gpt-4o-mini,b=openai:gpt-4o-mini --repeat 5
Exit codes: 0 all succeeded, 1 some failed or a threshold did not hold, 2 usage, 3 dataset, 4 no key accepted, 5 nothing reached, 6 cannot write, 130 interrupted`;
