import { together } from "../../benchmark/check-load.ts";
import { resolve } from "node:path";
import { BenchError } from "../../core/errors.ts";
import { readNamedFile } from "../../documents/read-file.ts";
import { decodeUtf8 } from "../../documents/utf8.ts";
import type { CliContext } from "../context.ts";
import type { Say } from "../say.ts";

/** Where the prompt comes from, as flags say it. */
export interface PromptFlags {
  /** The text itself, or `-` for standard input. */
  readonly prompt?: string;
  readonly promptFile?: string;
}

/**
 * The prompt. From a file or standard input it comes without its last line end, which editors and `echo` add.
 * Throws `BenchError("usage")` when there is none, or it cannot be read.
 */
export async function promptOf(flags: PromptFlags, context: CliContext, say: Say): Promise<string> {
  const prompt = await promptText(flags, context, say);
  if (prompt.trim() === "") throw new BenchError("usage", "the prompt is empty", { hint: HOW });
  return prompt;
}

const HOW = 'Give one: --prompt "…", --prompt-file FILE, or --prompt - for standard input.';

async function promptText({ prompt, promptFile }: PromptFlags, context: CliContext, say: Say): Promise<string> {
  if (prompt !== undefined && promptFile !== undefined) {
    throw together("--prompt", "--prompt-file", { hint: "Leave one out." });
  }
  if (promptFile !== undefined) {
    const path = resolve(context.cwd, promptFile);
    return decoded(promptFile, await readNamedFile(path, "usage"));
  }
  if (prompt === undefined) throw new BenchError("usage", "there is no prompt", { hint: HOW });
  if (prompt !== "-") return prompt;
  if (context.stdin.isTTY === true) say("note", "type the prompt; Ctrl-D on an empty line ends it");
  return decoded("standard input", await context.stdin.read());
}

function decoded(source: string, bytes: Uint8Array): string {
  const text = decodeUtf8(source, bytes);
  if (typeof text === "string") return text.replace(/\r?\n$/, "");
  throw new BenchError("usage", `${source} is ${text.message}`, { hint: text.hint ?? "Save it as UTF-8." });
}
