import { readdir } from "node:fs/promises";
import { basename, dirname, extname, relative, resolve } from "node:path";
import { BenchError } from "../../core/errors.ts";
import type { CliContext } from "../context.ts";
import { EXIT } from "../exit-codes.ts";
import { asTyped } from "../invocation.ts";
import { sayOn } from "../say.ts";
import { requireFree, writeFileWhole } from "../write-file.ts";
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
  await requireFree(file, flags.force === true);
  await writeFileWhole(file, [asTyped(configTemplate(), invocation)], false);
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
