import type { TestCase as OneTestCase } from "../core/dataset.ts";
import { caseTexts } from "./case-texts.ts";
import { renderPrompt } from "./render.ts";
import { templateVariables } from "./template.ts";

/** One prompt to send, with what is known about a right answer. Durations in its `config` are `30s`, `500ms`, or milliseconds. */
export type TestCase = OneTestCase;

/**
 * What can be asked of a test case.
 *
 * @example
 * const testCase: TestCase = { id: "t1", prompt: "Add {{a}} and {{b}}", variables: { a: 1, b: 2 } };
 * console.log(TestCase.renderPrompt(testCase)); // Add 1 and 2
 */
export const TestCase = {
  /**
   * The prompt with the case's variables filled in, as it is sent; of messages the text of the user's last turn. Throws `BenchError("dataset")` for a variable that has
   * no value, or an object where text is needed.
   *
   * @example
   * TestCase.renderPrompt({ id: "t1", prompt: "Greet {{user.name}}", variables: { user: { name: "Ada" } } }); // Greet Ada
   */
  renderPrompt: (testCase: TestCase): string => renderPrompt(testCase),

  /**
   * The names of the variables that the case's prompt or messages and its own system text use, each once, in the order of their first
   * use: `language`, `user.name`. Those of a dataset's default system text are not among them.
   *
   * @example
   * TestCase.variables({ id: "t1", prompt: "Greet {{user.name}} in {{language}}" }); // ["user.name", "language"]
   */
  variables(testCase: TestCase): string[] {
    return [...new Set(caseTexts(testCase).flatMap(({ text }) => templateVariables(text)))];
  },
};
