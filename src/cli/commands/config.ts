import type { Command } from "commander";
import type { InitFlags } from "../config/init.ts";
import type { ShowFlags } from "../config/show.ts";
import type { CliContext } from "../context.ts";
import type { Finish } from "../exit-codes.ts";

/** `config`: writes a configuration to begin with, and shows what rules. */
export function defineConfig(program: Command, context: CliContext, finish: Finish): void {
  const config = program
    .command("config")
    .description("write a configuration file, or show which settings apply and why");
  config
    .command("init")
    .description("write a commented configuration file; no key belongs into it")
    .option("-o, --output <file>", "the file to write", "llm-test-bench.config.yaml")
    .option("--force", "replace it if it exists")
    .action(async (flags: InitFlags) => {
      const { initConfig } = await import("../config/init.ts");
      finish(await initConfig(flags, context));
    });
  config
    .command("show")
    .description("show each value with where it comes from, and the URLs that will really be called")
    .option("--config <file>", "configuration file (default: llm-test-bench.config.* from here upward)")
    .option("--json", "JSON on stdout")
    .action(async (flags: ShowFlags) => {
      const { showConfig } = await import("../config/show.ts");
      finish(await showConfig(flags, context));
    });
}
