import type { Command } from "commander";
import type { CliContext } from "../context.ts";
import type { Finish } from "../exit-codes.ts";
import { limitOption } from "../limit-option.ts";
import { addRequestOptions } from "../request-options.ts";
import type { TestFlags } from "../test/test-command.ts";

/** `test`: one request. */
export function defineTest(program: Command, context: CliContext, finish: Finish): void {
  addRequestOptions(program.command("test"))
    .description("send one prompt to one target, show the answer as it comes, and what it took")
    .argument("<target>", "provider[:model]")
    .option("--prompt <text>", "the prompt; - reads standard input")
    .option("--prompt-file <file>", "a file that holds the prompt")
    .option("-m, --model <model>", "model, for a target that names none")
    .addOption(limitOption("--timeout <duration>", "limit of the request (default: 60s)"))
    .option("--no-stream", "ask for a plain answer; there is no time to first token then")
    .option("--config <file>", "configuration file (default: llm-test-bench.config.* from here upward)")
    .option("--json", "the whole result as JSON on stdout, in place of the answer")
    .addHelpText("after", EXAMPLES)
    .action(async (target: string, flags: TestFlags) => {
      const { test } = await import("../test/test-command.ts");
      finish(await test(target, flags, context));
    });
}

const EXAMPLES = `
Examples:
  llm-test-bench test sim --prompt "Say hello"
  llm-test-bench test openai:gpt-4o-mini --prompt-file task.txt > answer.txt
  echo "Say hello" | llm-test-bench test anthropic --prompt - --json
Exit codes: 0 answered, 1 failed, 2 usage, 4 no key or not accepted, 5 not reached, 130 interrupted`;
