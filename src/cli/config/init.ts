import { readdir, writeFile } from "node:fs/promises";
import { basename, dirname, extname, relative, resolve } from "node:path";
import { BenchError, messageOf, systemCodeOf } from "../../core/errors.ts";
import type { CliContext } from "../context.ts";
import { EXIT } from "../exit-codes.ts";
import { asTyped } from "../invocation.ts";
import { sayOn } from "../say.ts";
import { configTemplate } from "./template.ts";

/** The flags of `config init`, as commander gives them. */
export interface InitFlags {
  output: string;
  force?: boolean;
}

/** The name that is found by itself. */
const FOUND = "llm-test-bench.config";

/**
 * Runs `config init` and returns its exit code. Throws `BenchError`: `usage` when a configuration is there already,
 * `output` when none can be written.
 */
export async function initConfig(flags: InitFlags, context: CliContext): Promise<number> {
  const { cwd, invocation } = context;
  const file = resolve(cwd, flags.output);
  if (![".yaml", ".yml"].includes(extname(file).toLowerCase())) {
    throw new BenchError("usage", `${flags.output} is no name for a YAML file`, { hint: "Let it end in .yaml." });
  }
  await refuseSecond(file);
  try {
    await writeFile(file, asTyped(configTemplate(), invocation), { flag: flags.force === true ? "w" : "wx" });
  } catch (cause) {
    throw writeError(flags.output, cause);
  }
  const say = sayOn(context, false);
  const found = basename(file).startsWith(`${FOUND}.`);
  say("note", `wrote ${relative(cwd, file)}`);
  say(
    "hint",
    `edit it, then look at what rules: llm-test-bench config show${found ? "" : ` --config ${flags.output}`}`,
  );
  return EXIT.success;
}

/** Two of them in one folder would make every later command fail. */
async function refuseSecond(file: string): Promise<void> {
  if (!basename(file).startsWith(`${FOUND}.`)) return;
  const names = await readdir(dirname(file)).catch((): string[] => []);
  const other = names.find(
    (name) => /^llm-test-bench\.config\.(yaml|yml|json|ts|js|mjs)$/.test(name) && name !== basename(file),
  );
  if (other === undefined) return;
  throw new BenchError("usage", `${dirname(file)} has a configuration already: ${other}`, {
    hint: "Edit that one; a folder may hold only one.",
  });
}

function writeError(output: string, cause: unknown): BenchError {
  const reason = systemCodeOf(cause);
  if (reason === "EEXIST") {
    const hint = "Edit it, choose another name (--output), or replace it (--force).";
    return new BenchError("usage", `${output} exists already`, { hint, cause });
  }
  if (reason === "ENOENT") {
    return new BenchError("output", `there is no folder ${dirname(output)}`, { hint: "Make it first.", cause });
  }
  const hint = "Check the path and its permissions.";
  return new BenchError("output", `${output} cannot be written: ${messageOf(cause)}`, { hint, cause });
}
