import type { Command } from "commander";
import type { CliContext } from "../context.ts";
import type { Finish } from "../exit-codes.ts";

/** `prices`: what models are taken to cost. */
export function definePrices(program: Command, context: CliContext, finish: Finish): void {
  program
    .command("prices")
    .description("what a model costs per million tokens, by the prices used here, and how old they are")
    .argument("[model]", "a model, or provider:model; without it, the providers that are priced")
    .option("--json", "JSON on stdout")
    .addHelpText("after", "\nExit codes: 0 a price is known, 1 none is")
    .action(async (model: string | undefined, flags: { json?: boolean }) => {
      const { prices } = await import("../prices/prices-command.ts");
      finish(await prices(model ?? null, flags, context));
    });
}
