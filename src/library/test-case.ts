import { z } from "zod";
import type { TestCase as OneTestCase } from "../core/dataset.ts";
import { caseTexts } from "../datasets/case-texts.ts";
import { renderPrompt } from "../datasets/render.ts";
import { checkOptions, notWanted } from "./check-call.ts";
import { templateVariables } from "../datasets/template.ts";

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
   * no value, or an object where text is needed, and for template logic such as `{{ a | upper }}`.
   *
   * @example
   * TestCase.renderPrompt({ id: "t1", prompt: "Greet {{user.name}}", variables: { user: { name: "Ada" } } }); // Greet Ada
   */
  renderPrompt(testCase: TestCase): string {
    requireCase("TestCase.renderPrompt", testCase);
    return renderPrompt(testCase);
  },

  /**
   * The names of the variables that the case's prompt or messages and its own system text use, each once, in the order of their first
   * use: `language`, `user.name`. Those of a dataset's default system text are not among them.
   *
   * @example
   * TestCase.variables({ id: "t1", prompt: "Greet {{user.name}} in {{language}}" }); // ["user.name", "language"]
   */
  variables(testCase: TestCase): string[] {
    requireCase("TestCase.variables", testCase);
    return [...new Set(caseTexts(testCase).flatMap(({ text }) => templateVariables(text)))];
  },
};

const partSchema = z.discriminatedUnion(
  "type",
  [z.object({ type: z.literal("text"), text: z.string() }), z.object({ type: z.literal("image") })],
  { error: 'expected a part with the type "text" or "image"' },
);

/** Only what is needed to read its texts: a dataset's cases were checked when it was loaded. */
const textsSchema = z.object({
  prompt: z.string().optional(),
  messages: z.array(z.object({ role: z.string(), content: z.union([z.string(), z.array(partSchema)]) })).optional(),
  system: z.string().optional(),
  variables: z.record(z.string(), z.unknown()).optional(),
  config: z.object({ system: z.string().optional() }).optional(),
});

function requireCase(call: string, testCase: unknown): void {
  const has = (key: string): boolean => typeof testCase === "object" && testCase !== null && key in testCase;
  if (!has("prompt") && !has("messages")) throw notWanted(call, "a test case with a prompt or messages", testCase);
  checkOptions(`${call}'s test case`, textsSchema, testCase);
}
