import type { Command } from "commander";
import { addBenchOptions } from "../bench/options.ts";
import type { BenchFlags } from "../bench/flags.ts";
import type { CliContext } from "../context.ts";
import type { Finish } from "../exit-codes.ts";

/** `bench`: the main command. */
export function defineBench(program: Command, context: CliContext, finish: Finish): void {
  addBenchOptions(program.command("bench"))
    .description("send every test case of a dataset to every target, and compare")
    .addHelpText("after", EXAMPLES)
    .action(async (flags: BenchFlags) => {
      // Loaded now, not at the start: HTTP and schemas take 150 ms that --help need not pay.
      const { bench } = await import("../bench/bench-command.ts");
      finish(await bench(flags, context));
    });
}

const EXAMPLES = `
Examples:
  llm-test-bench bench -d coding-tasks -p sim:fast,sim:slow
  llm-test-bench bench -d ./datasets/coding-tasks.json -p openai,anthropic -c 10 -o ./results
  llm-test-bench bench -d tasks.yaml -p local --rate 20 --arrival poisson --duration 60s
  llm-test-bench bench --synthetic input=512±64,output=128 -p local --sweep 1,2,4,8 --max-requests 100
  llm-test-bench bench --synthetic input=512,output=64 -p local --slo ttft=500,tpot=50 --find-max-concurrency
  llm-test-bench bench -d tasks.yaml -p a=openai:gpt-4o-mini,b=openai:gpt-4o-mini --repeat 5
Exit codes: 0 all succeeded, 1 some failed or a threshold did not hold, 2 usage, 3 dataset, 4 no key accepted, 5 nothing reached, 6 cannot write, 130 interrupted`;
