import type { Command } from "commander";
import { BenchError } from "../../core/errors.ts";
import { addBenchOptions } from "../bench/options.ts";
import type { BenchFlags } from "../bench/flags.ts";
import type { CliContext } from "../context.ts";
import type { Finish } from "../exit-codes.ts";

/** `bench`: the main command. */
export function defineBench(program: Command, context: CliContext, finish: Finish): void {
  addBenchOptions(program.command("bench"))
    .aliases(["run", "eval"])
    .description("send every test case of a dataset to every target, and compare")
    .argument("[dataset]", "the same as --dataset")
    .addHelpText("after", EXAMPLES)
    .action(async (dataset: string | undefined, given: BenchFlags) => {
      const flags = withDataset(given, dataset);
      // Loaded now, not at the start: HTTP and schemas take 150 ms that --help need not pay.
      const { bench } = await import("../bench/bench-command.ts");
      finish(await bench(flags, context));
    });
}

/** The dataset may stand alone; throws `BenchError("usage")` when it is named twice. */
function withDataset(flags: BenchFlags, dataset: string | undefined): BenchFlags {
  if (dataset === undefined) return flags;
  if (flags.dataset === undefined || flags.dataset === dataset) return { ...flags, dataset };
  throw new BenchError("usage", `two datasets are named: ${dataset} and --dataset ${flags.dataset}`, {
    hint: "A run sends one dataset. Leave one out, or put both files into a folder and name that.",
  });
}

const EXAMPLES = `
Examples:
  llm-test-bench bench coding-tasks -p sim:fast,sim:slow
  llm-test-bench bench -d ./datasets/coding-tasks.json -p openai,anthropic -c 10 -o ./results
  llm-test-bench bench -d tasks.yaml -p local --rate 20 --arrival poisson --duration 60s
  llm-test-bench bench --synthetic input=512±64,output=128 -p local --sweep 1,2,4,8 --max-requests 100
  llm-test-bench bench --synthetic input=512,output=64 -p local --slo ttft=500,tpot=50 --find-max-concurrency
  llm-test-bench bench -d tasks.yaml -p a=openai:gpt-4o-mini,b=openai:gpt-4o-mini --repeat 5
Exit codes: 0 all succeeded, 1 some failed or a threshold did not hold, 2 usage, 3 dataset, 4 no key accepted, 5 nothing reached, 6 cannot write, 130 interrupted`;
