import type { Command } from "commander";
import { wholeNumber } from "./option-values.ts";

/** Adds the flags that say how a file is to be read. */
export function addForeignOptions(command: Command): Command {
  return command
    .option("--map <pairs>", "which column gives which field: prompt=question,expected=answer,id=idx")
    .option("--prompt <template>", 'prompt made of columns: "Q: {{question}}\\nA:"')
    .option("--shape <name>", "how to read a file that could be several things: gsm8k, inspect, own, …")
    .option("--skip-invalid <n>", "leave out up to n invalid records; more are an error", wholeNumber(0));
}
