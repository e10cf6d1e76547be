import type { TestCase } from "../core/dataset.ts";
import { BenchError } from "../core/errors.ts";
import type { RequestParameters } from "../core/request.ts";
import { renderTemplate } from "./template.ts";

/** What a case sends, with its variables filled in. */
export interface RenderedCase {
  readonly prompt: string;
  /** From the case's `config`, else from the dataset's `defaults`. */
  readonly system?: string;
}

/**
 * Fills a case's variables into its prompt and system text.
 * Throws `BenchError("dataset")` for one that is missing, which a loaded dataset cannot have.
 */
export function renderCase(testCase: TestCase, defaults: RequestParameters = {}): RenderedCase {
  const system = testCase.config?.system ?? defaults.system;
  const prompt = renderPrompt(testCase);
  return system === undefined ? { prompt } : { prompt, system: filled(system, testCase) };
}

/** The prompt alone; throws as `renderCase` does. */
export function renderPrompt(testCase: TestCase): string {
  return filled(testCase.prompt, testCase);
}

function filled(template: string, { id, variables = {} }: TestCase): string {
  const { text, unfilled } = renderTemplate(template, variables);
  const [first] = unfilled;
  if (first === undefined) return text;
  const what = first.reason === "missing" ? "has no value" : "is an object where text is needed";
  throw new BenchError("dataset", `test case "${id}": the variable "${first.name}" ${what}`, {
    hint: `Give it one under the case's variables, or write \\${first.placeholder} for the braces themselves.`,
  });
}
