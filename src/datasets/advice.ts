import type { Problem } from "../documents/problem.ts";

interface Advice {
  readonly message: RegExp;
  readonly path?: RegExp;
  readonly hint: string;
}

const INIT = "A file to begin with is made by: llm-test-bench datasets init NAME";

const ANY_ID = "Any text will do that no other test case has, such as id: greeting. Results are kept by it.";

const ADVICE: readonly Advice[] = [
  { message: /^missing "id"$/, hint: ANY_ID },
  { message: /^missing "prompt", or/, hint: 'It is what the model is asked, such as prompt: "Say hello".' },
  { message: /^missing "test_cases"$/, hint: `It holds the list of test cases. ${INIT}` },
  {
    message: /^expected at least one entry/,
    path: /^test_cases$/,
    hint: `The shortest one is { id: greeting, prompt: "Say hello" }. ${INIT}`,
  },
  { message: /^the file is empty$/, hint: `A dataset has at least one test case. ${INIT}` },
  {
    message: /^expected an object, found a list$/,
    path: /^$/,
    hint: "A line holds one test case. If the whole file is one JSON list, name it .json, or say --format json.",
  },
];

const NUMBERED: Advice = {
  message: /^missing "id"$/,
  hint: `${ANY_ID} To number the cases by their rows: --map prompt=prompt`,
};

/**
 * The problems of a dataset, those without a hint with what a dataset wants there; `mayNumber` where its records could
 * do without ids.
 */
export function advised(problems: readonly Problem[], { mayNumber = false } = {}): Problem[] {
  const all = mayNumber ? [NUMBERED, ...ADVICE] : ADVICE;
  return problems.map((problem) => {
    if (problem.hint !== undefined) return problem;
    const advice = all.find(
      ({ message, path }) => message.test(problem.message) && (path === undefined || path.test(problem.path)),
    );
    return advice === undefined ? problem : { ...problem, hint: advice.hint };
  });
}
