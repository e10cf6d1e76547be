import { BenchError } from "../core/errors.ts";
import type { TestResult } from "../core/result.ts";
import { readRun } from "../journal/directory.ts";
import { answeringPass } from "./option-words.ts";

/** Results that a run wrote. */
export interface Journalled {
  readonly directory: string;
  readonly runId: string;
  /** Null for those of all targets. */
  readonly target: string | null;
  /** How many there were when the run ended. */
  readonly total: number;
}

/** The results of a run as often as they are iterated, as long as its directory holds it, and all of them. */
export function journalled(of: Journalled): Iterable<TestResult> {
  return { [Symbol.iterator]: () => answeringPass(() => passOver(of)) };
}

function* passOver({ directory, runId, target, total }: Journalled): Generator<TestResult> {
  const { manifest, results } = readRun(directory);
  if (manifest.id !== runId) {
    throw new BenchError("resume", `${directory} holds another run by now`, {
      hint: "The earlier one was moved aside, to a directory of that name with .old-<time>.",
    });
  }
  let given = 0;
  for (const result of results()) {
    if (target !== null && result.target !== target) continue;
    given += 1;
    yield result;
  }
  if (given >= total) return;
  throw new BenchError(
    "resume",
    `results.jsonl in ${directory} has ${given} of ${total} results: the others were lost`,
    {
      hint: `See what is damaged: llm-test-bench journal check ${directory}. To send those cases again: resume: true.`,
    },
  );
}
