import { BenchError } from "../../core/errors.ts";
import { encodingOf, stemOf } from "../../datasets/formats/format.ts";
import type { CliContext } from "../context.ts";
import { EXIT } from "../exit-codes.ts";
import { asTyped } from "../invocation.ts";
import { sayOn } from "../say.ts";
import { shellWord } from "../shell-word.ts";
import { starterDataset } from "./starter.ts";
import { requireFree, writeFileWhole } from "../write-file.ts";

/** The flags of `datasets init`, as commander gives them. */
export interface InitDatasetFlags {
  readonly force?: true;
}

/** Runs `datasets init` and returns its exit code; a name without an extension gets `.yaml`. */
export async function initDataset(name: string, { force }: InitDatasetFlags, context: CliContext): Promise<number> {
  const byName = encodingOf(name);
  if (byName !== null && (byName.format !== "yaml" || byName.gzip)) {
    throw new BenchError("usage", `${name} is no name for a YAML file`, {
      hint: "The starter file has comments, which only YAML holds: let the name end in .yaml, then use llm-test-bench datasets convert.",
    });
  }
  const file = byName === null ? `${name}.yaml` : name;
  await requireFree(file, force === true);
  await writeFileWhole(file, [asTyped(starterDataset(stemOf(file)), context.invocation)], false);
  const say = sayOn(context, false);
  say("note", `wrote ${file}`);
  say("hint", `edit it, then check it: llm-test-bench datasets validate ${shellWord(file, "FILE")}`);
  return EXIT.success;
}
