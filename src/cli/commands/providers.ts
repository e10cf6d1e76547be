import type { Command } from "commander";
import type { CliContext } from "../context.ts";
import type { Finish } from "../exit-codes.ts";
import { limitOption } from "../limit-option.ts";
import type { ProvidersFlags } from "../providers/providers-command.ts";

/** `providers`: what can be sent to, and what is missing. */
export function defineProviders(program: Command, context: CliContext, finish: Finish): void {
  program
    .command("providers")
    .description("list the providers: which are ready, and what the others lack")
    .option("--check", "send one tiny request to each that is ready")
    .addOption(limitOption("--timeout <duration>", "limit of each such request (default: 30s)"))
    .option("--config <file>", "configuration file (default: llm-test-bench.config.* from here upward)")
    .option("--json", "JSON on stdout")
    .addHelpText(
      "after",
      "\nExit codes with --check: 0 all answered, 1 some failed or nothing to check, 4 no key accepted, 5 nothing reached",
    )
    .action(async (flags: ProvidersFlags) => {
      const { providers } = await import("../providers/providers-command.ts");
      finish(await providers(flags, context));
    });
}
