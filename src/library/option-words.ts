import { BenchError } from "../core/errors.ts";
import type { LoadWords } from "../benchmark/check-load.ts";

/** How the load's settings are called in the library. */
export const LOAD_OPTIONS: LoadWords = {
  concurrency: "concurrency",
  rate: "load.rate",
  arrival: "load.arrival",
  maxInFlight: "load.maxInFlight",
  ramp: "load.ramp",
  sweep: "levels",
  search: "searchUpTo",
  adaptive: "load.adaptive",
  lockstep: 'load.order: "lockstep"',
  sequential: 'load.order: "sequential"',
  delay: "delayMs",
  p95Limit: "load.p95LimitMs",
  duration: "load.durationMs",
  maxRequests: "load.maxRequests",
  repeat: "repeat",
  slo: "load.slo",
  noStream: "stream: false",
};

/**
 * What a flag is called in the library. Errors below the faces name flags, as the documentation does; here they leave
 * through the library's face.
 */
export const OPTION_OF_FLAG: Readonly<Record<string, string>> = {
  "--output": "directory",
  "--resume": "resume: true",
  "--retry-failed": "retryFailed: true",
  "--force": "force: true",
  "--concurrency": "concurrency",
  "--category": "category",
  "--limit": "limit",
  "--fail-fast": "failFast: true",
  "--max-errors": "load.maxErrors",
  "--max-tokens": "parameters.max_tokens",
  "--max-in-flight": "load.maxInFlight",
  "--budget-usd": "load.budgetUsd",

  "--slo": "load.slo",
  "--find-max-concurrency": "searchUpTo",
  "--lockstep": 'load.order: "lockstep"',
  "--sequential": 'load.order: "sequential"',
  "--duration": "load.durationMs",
  "--no-stream": "stream: false",
  "--allow-host": "allowHosts",
  "--dataset": "Dataset.load",
  "--skip-invalid": "skipInvalid",
  "--validate-first": "validateFirst: true",
  "--format": "format",
  "--map": "map",
  "--prompt": "prompt",
  "--shape": "shape",
};

/** Texts that a table of names cannot put into the words of the library. */
const REPHRASED: readonly (readonly [RegExp, (found: RegExpExecArray) => string])[] = [
  [/Give each an alias of its own: --providers \S+/g, () => "Give each a label of its own: { label: … }."],
  [
    /--map ([^\s,=]+=[^\s,=]+(?:,[^\s,=]+=[^\s,=]+)*)/g,
    ([, pairs = ""]) => `map: { ${pairs.split(",").map(pairOf).join(", ")} }`,
  ],
  // The list of all three is no value of the last.
  [/--map, --prompt and --shape/g, () => "map, prompt and shape"],
  [/--(shape|format) ([\w-]+)(?=[.,;]? |[.,;]?$)/g, ([, name = "", value = ""]) => `${name}: "${value}"`],
  [
    /Pipe one in: cat (\S+) \| llm-test-bench bench --dataset - …/g,
    ([, file = ""]) => `Pipe one in: cat ${file} | node your-program.js`,
  ],
  [/another directory \(--output\)/g, () => "another directory"],
  // A program makes calls; it types no commands.
  [/run the command again/g, () => "try again"],
  [/Repeat the command of that run/g, () => "Give the options of that run"],
];

function pairOf(text: string): string {
  const [field = "", column = ""] = text.split("=");
  return `${field}: "${column}"`;
}

/** A text with its flags in the words of the library. */
export function inOptionWords(text: string): string {
  let said = text;
  for (const [pattern, words] of REPHRASED) {
    said = said.replaceAll(pattern, (...found) => words(found.slice(0, -2) as unknown as RegExpExecArray));
  }
  return said.replaceAll(/--[a-z][a-z-]+/g, (flag) => OPTION_OF_FLAG[flag] ?? flag);
}

/** An error as the library reports it: anything but a `BenchError` stays as it is. */
function inLibraryWords(error: unknown): unknown {
  if (!(error instanceof BenchError)) return error;
  const message = inOptionWords(error.message);
  const hint = error.hint === undefined ? undefined : inOptionWords(error.hint);
  if (message === error.message && hint === error.hint) return error;
  return new BenchError(error.code, message, { ...(hint === undefined ? {} : { hint }), cause: error });
}

/** Does what a call of the library asks for; what goes wrong is said in the words of the library. */
export async function answering<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    throw inLibraryWords(error);
  }
}

/** The same for results that are read with each pass. */
export function* answeringPass<T>(pass: () => Iterable<T>): Generator<T> {
  try {
    yield* pass();
  } catch (error) {
    throw inLibraryWords(error);
  }
}

/** The same for what comes piece by piece. */
export async function* answeringEach<T>(pieces: AsyncIterable<T>): AsyncGenerator<T> {
  try {
    yield* pieces;
  } catch (error) {
    throw inLibraryWords(error);
  }
}
