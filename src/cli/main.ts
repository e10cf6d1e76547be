import { Command, CommanderError } from "commander";
import { BenchError, messageOf } from "../core/errors.ts";
import { defineBench } from "./commands/bench.ts";
import { defineSimulate } from "./commands/simulate.ts";
import type { CliContext } from "./context.ts";
import { EXIT, EXIT_OF_ERROR } from "./exit-codes.ts";
import { toolVersion } from "../benchmark/version.ts";

/** What a command reports back: the exit code. */
export type Finish = (exitCode: number) => void;

/** Runs one command line and returns its exit code; never throws, never ends the process. */
export async function main(args: readonly string[], context: CliContext): Promise<number> {
  let exitCode: number = EXIT.success;
  const finish: Finish = (code) => (exitCode = code);
  const program = new Command("llm-test-bench")
    .description("Benchmark language models side by side: which one is right, how fast, at what cost.")
    .version(toolVersion())
    .helpCommand(false)
    .showHelpAfterError("(see --help)")
    .exitOverride()
    .configureOutput({
      writeOut: (text) => void context.stdout.write(text),
      writeErr: (text) => void context.stderr.write(text),
    });
  defineBench(program, context, finish);
  defineSimulate(program, context, finish);
  if (args.length === 0) {
    context.stderr.write(program.helpInformation());
    return EXIT.usage;
  }
  try {
    await program.parseAsync([...args], { from: "user" });
    return exitCode;
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT.success : EXIT.usage;
    return report(error, context);
  }
}

function report(error: unknown, context: CliContext): number {
  if (error instanceof BenchError) {
    context.stderr.write(`error: ${error.message}\n${error.hint === undefined ? "" : `hint: ${error.hint}\n`}`);
    return EXIT_OF_ERROR[error.code];
  }
  context.stderr.write(
    `error: unexpected: ${messageOf(error)}\nhint: this is a defect of llm-test-bench; please report the command and this message\n`,
  );
  return EXIT.casesFailed;
}
