import type { Command } from "commander";
import { BenchError } from "../core/errors.ts";
import { shellWord } from "./shell-word.ts";

/** Commands under the names that users of other tools type first. */
const SHORT_FORMS: Readonly<Record<string, readonly string[]>> = {
  validate: ["datasets", "validate"],
  list: ["datasets", "list"],
  version: ["--version"],
  "-V": ["--version"],
};

const VERSION_FLAGS: ReadonlySet<string> = new Set(["-v", "-V", "--version"]);

/** Commands of other tools that could mean several of ours, with what to type. */
const ELSEWHERE: Readonly<Record<string, string>> = {
  init: "llm-test-bench config init writes a configuration file, llm-test-bench datasets init NAME a dataset.",
  show: "llm-test-bench datasets show DATASET shows a dataset, llm-test-bench config show the configuration.",
  view: "llm-test-bench export DIR --format md writes the tables of a run, --format csv its cases.",
  report: "llm-test-bench export DIR --format md writes the tables of a run, --format csv its cases.",
  models: "llm-test-bench providers lists what can be sent to, llm-test-bench prices PROVIDER:MODEL what it costs.",
  benchmark: "llm-test-bench bench DATASET -p TARGETS sends every test case of a dataset to every target.",
  evaluate: "llm-test-bench bench DATASET -p TARGETS sends every test case of a dataset to every target.",
  start: "llm-test-bench bench coding-tasks -p sim:fast,sim:slow is what npm start runs in a clone.",
  serve: "llm-test-bench simulate serves a simulated model, as a stand-in for a server.",
  mock: "llm-test-bench simulate serves a simulated model, as a stand-in for a server.",
  check: "llm-test-bench datasets validate FILE checks a dataset, llm-test-bench providers --check the providers.",
};

/**
 * The arguments with short forms written out: `validate x` is `datasets validate x`, `help bench` is `bench --help`.
 * Throws `BenchError("usage")` for a command of other tools that could mean several of ours.
 */
export function writtenOut(args: readonly string[], program: Command): readonly string[] {
  const [first = "", ...rest] = args;
  const short = Object.hasOwn(SHORT_FORMS, first) ? SHORT_FORMS[first] : undefined;
  if (short !== undefined) return [...short, ...rest];
  if (first === "help") return asHelp(rest, program);
  if (rest.length === 1 && find(program, first) !== undefined) {
    if (rest[0] === "help") return [first, "--help"];
    if (VERSION_FLAGS.has(rest[0] ?? "")) return ["--version"];
  }
  const advice = Object.hasOwn(ELSEWHERE, first) ? ELSEWHERE[first] : adviceOnDataset(first);
  if (advice === undefined) return args;
  throw new BenchError("usage", `unknown command '${first}'`, { hint: advice });
}

/** A dataset without a command before it: no command has a hyphen, a dot or a slash in its name. */
function adviceOnDataset(word: string): string | undefined {
  if (!/^[^-].*[-./]/.test(word)) return undefined;
  return `If that is a dataset: llm-test-bench bench ${shellWord(word, "FILE")}`;
}

/** `help datasets validate` as `datasets validate --help`; names that are none stay, for the error that names them. */
function asHelp(words: readonly string[], program: Command): readonly string[] {
  const [first = "", ...rest] = words;
  if (Object.hasOwn(SHORT_FORMS, first)) return [...writtenOut(words, program), "--help"];
  let at: Command | undefined = program;
  for (const word of words) at = at === undefined ? undefined : find(at, word);
  return at === undefined && (first !== "help" || rest.length > 0) ? words : [...words.filter(isName), "--help"];
}

const isName = (word: string): boolean => word !== "help" && word !== "--help";

const find = ({ commands }: Command, name: string): Command | undefined =>
  commands.find((command) => command.name() === name || command.aliases().includes(name));
