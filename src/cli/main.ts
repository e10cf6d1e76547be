import { Command, CommanderError } from "commander";
import { BenchError, messageOf } from "../core/errors.ts";
import { withoutKeys } from "../core/looks-like-key.ts";
import { maskFor } from "../core/secrets.ts";
import { addressSecrets } from "../core/shown-address.ts";
import { guarded } from "./guarded-output.ts";
import { fileError, isDiskError } from "../core/output-error.ts";
import { sayOn, type Say } from "./say.ts";
import { defineBench } from "./commands/bench.ts";
import { defineCalibrate } from "./commands/calibrate.ts";
import { defineDatasets } from "./commands/datasets.ts";
import { defineConfig } from "./commands/config.ts";
import { definePrices } from "./commands/prices.ts";
import { defineProviders } from "./commands/providers.ts";
import { defineCompare } from "./commands/compare.ts";
import { defineExport } from "./commands/export.ts";
import { defineJournal } from "./commands/journal.ts";
import { defineResume } from "./commands/resume.ts";
import { defineSimulate } from "./commands/simulate.ts";
import { defineTest } from "./commands/test.ts";
import { writtenOut } from "./command-words.ts";
import { shielded, type CliContext, type ProcessContext } from "./context.ts";
import { asTyped } from "./invocation.ts";
import { limitWarnings } from "./limit-option.ts";
import { withMeantFlag } from "./meant-flag.ts";
import { EXIT, EXIT_OF_ERROR, type Finish } from "./exit-codes.ts";
import { toolVersion } from "../benchmark/version.ts";

/** Every command with its options. */
export function createProgram(context: CliContext, finish: Finish): Command {
  const program = new Command("llm-test-bench")
    .description(
      "Benchmark language models side by side: how fast, how reliable, at what cost, and is the difference real?",
    )
    .version(toolVersion(), "-v, --version", "print the version")
    .helpCommand(false)
    .addHelpText("after", FIRST_STEPS)
    .exitOverride()
    .hook("preAction", (_program, command) => {
      const say = sayOn(context, command.opts()["json"] === true);
      for (const warning of limitWarnings(command)) say("warning", warning);
    })
    .configureOutput({
      writeOut: (text) => void context.stdout.write(asTyped(text, context.invocation)),
      writeErr: (text) => void context.stderr.write(asTyped(text, context.invocation)),
    });
  defineBench(program, context, finish);
  defineDatasets(program, context, finish);
  defineTest(program, context, finish);
  defineProviders(program, context, finish);
  definePrices(program, context, finish);
  defineConfig(program, context, finish);
  defineResume(program, context, finish);
  defineCompare(program, context, finish);
  defineExport(program, context, finish);
  defineJournal(program, context, finish);
  defineCalibrate(program, context, finish);
  defineSimulate(program, context, finish);
  explainErrors(program, []);
  return program;
}

/** Lets each command say after an error which help describes it, and which flag was meant. */
function explainErrors(command: Command, parents: readonly string[]): void {
  const path = [...parents, command.name()];
  const isKnown = (flag: string): boolean => command.options.some(({ long }) => long === flag);
  command
    .showHelpAfterError(`(see ${path.join(" ")} --help)`)
    .configureOutput({ outputError: (text, write) => write(withoutKeys(withoutValue(withMeantFlag(text, isKnown)))) });
  for (const inner of command.commands) explainErrors(inner, path);
}

/** The error for an unknown option without the value of one that is named like a secret. */
function withoutValue(error: string): string {
  return error.replace(/(unknown option '-[\w-]*(?:key|token|secret|passw)[\w-]*=)[^]+(?=')/i, "$1[secret]");
}

const FIRST_STEPS = `
First steps, without a key:
  llm-test-bench bench coding-tasks -p sim:fast,sim:slow
  llm-test-bench bench --help
Also: run, eval (bench), validate, list (datasets validate, datasets list), help COMMAND, -v (--version)`;

/** Runs one command line and returns its exit code; never throws, never ends the process. */
export async function main(args: readonly string[], outside: ProcessContext): Promise<number> {
  // A password that stands in the command itself is repeated by no message about it.
  const context = shielded(
    guarded(outside),
    maskFor(args.flatMap((arg) => (arg.match(/[a-z][a-z0-9+.-]*:\/\/\S+/gi) ?? []).flatMap(addressSecrets))),
  );
  const exitCode = await run(args, context);
  const [out, err] = [outside.stdout.failure ?? null, outside.stderr.failure ?? null];
  if (out !== null) report(fileError("cannot write to standard output", out), sayOn(context, args.includes("--json")));
  // What could not be said is a failure of its own, unless a worse one ended the command.
  const isGraver = exitCode !== EXIT.success && exitCode !== EXIT.casesFailed;
  return (out === null && err === null) || isGraver ? exitCode : EXIT.output;
}

async function run(args: readonly string[], context: CliContext): Promise<number> {
  let exitCode: number = EXIT.success;
  const program = createProgram(context, (code) => (exitCode = code));
  if (args.length === 0) {
    program.outputHelp({ error: true });
    return EXIT.usage;
  }
  try {
    await program.parseAsync([...writtenOut(args, program)], { from: "user" });
    return exitCode;
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT.success : EXIT.usage;
    return report(error, sayOn(context, args.includes("--json")));
  }
}

function report(error: unknown, say: Say): number {
  if (error instanceof BenchError) {
    say("error", error.message);
    if (error.hint !== undefined) say("hint", error.hint);
    return EXIT_OF_ERROR[error.code];
  }
  // Whatever met it: a disk that fails is no defect.
  if (isDiskError(error)) return report(fileError(messageWithPath(error), error), say);
  say("error", `unexpected: ${messageOf(error)}`);
  say("hint", "this is a defect of llm-test-bench; please report the command and this message");
  return EXIT.casesFailed;
}

function messageWithPath(error: unknown): string {
  const path = typeof error === "object" && error !== null && "path" in error ? error.path : null;
  return typeof path === "string" ? `cannot write ${path}` : "cannot write";
}
