import { basename, isAbsolute, relative } from "node:path";
import { shellWord } from "./shell-word.ts";

/** The name that messages, help and docs are written with. */
const PROGRAM = "llm-test-bench";

/** How a process was started, as far as its name depends on it. */
export interface Started {
  /** The path of the file that Node runs, as the process was given it. */
  readonly script: string;
  readonly cwd: string;
}

/**
 * What to type to run this program again: `llm-test-bench` where it is a command, `npx llm-test-bench` where it is
 * installed in a project, `node dist/cli/bin.js` in a clone.
 */
export function invocationOf({ script, cwd }: Started): string {
  // Package managers put the command there, or start the package's file from a wrapper of their own.
  if (script.split(/[/\\]/).includes("node_modules")) return `npx ${PROGRAM}`;
  if (basename(script, ".cmd") === PROGRAM || script === "") return PROGRAM;
  const near = isAbsolute(script) ? relative(cwd, script) : script;
  const path = near.startsWith("..") ? script : near;
  return `node ${shellWord(path, script)}`;
}

/** What follows the name where a text shows a command rather than the name of the tool, as regular expressions. */
export const COMMAND_WORDS: readonly string[] =
  "bench run eval datasets validate list test providers prices config resume compare export journal calibrate simulate help version --help --version"
    .split(" ")
    .concat(String.raw`\[options\]`);

const COMMAND = new RegExp(String.raw`(?<![\w./@-])${PROGRAM}(?=\s+(?:${COMMAND_WORDS.join("|")})(?![\w-]))`, "g");

/** A text whose commands (`llm-test-bench resume DIR`) are those to type here. */
export function asTyped(text: string, invocation: string): string {
  return invocation === PROGRAM ? text : text.replaceAll(COMMAND, () => invocation);
}
