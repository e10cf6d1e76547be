import type { Command } from "commander";
import type { CliContext } from "../context.ts";
import { EXIT, type Finish } from "../exit-codes.ts";
import type { CompareFlags } from "../runs/compare-command.ts";

/** `compare`: two saved runs side by side. */
export function defineCompare(program: Command, context: CliContext, finish: Finish): void {
  program
    .command("compare")
    .description("compare two saved runs over the cases that both have")
    .argument("<dir-a>", "directory of the one run, A")
    .argument("<dir-b>", "directory of the other, B")
    .option("--target-a <target>", "target of A, where it has several")
    .option("--target-b <target>", "target of B, where it has several")
    .option("--json", "the comparison as JSON on stdout")
    .addHelpText("after", EXAMPLES)
    .action(async (a: string, b: string, flags: CompareFlags) => {
      const { compare } = await import("../runs/compare-command.ts");
      compare({ a, b }, flags, context);
      finish(EXIT.success);
    });
}

const EXAMPLES = `
Examples:
  llm-test-bench compare ./last-week ./today
  llm-test-bench compare ./today ./today --target-a openai:gpt-4o --target-b openai:gpt-4o-mini
Exit codes: 0 compared, 2 usage or no run`;
