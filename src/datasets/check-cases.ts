import { testCaseSchema } from "../core/dataset.ts";
import type { TestCase } from "../core/dataset.ts";
import type { Problem } from "../documents/problem.ts";
import { pathText, valueAt } from "../documents/source-document.ts";
import type { DocumentPath, SourceDocument } from "../documents/source-document.ts";
import { didYouMean } from "../documents/suggest.ts";
import { quoted } from "../documents/words.ts";
import { caseTexts, ownSystem } from "./case-texts.ts";
import { renderTemplate, variableNames } from "./template.ts";
import type { Unfilled } from "./template.ts";

/** What a schema cannot say of test cases: ids that stand twice, and placeholders that cannot be filled. */
export function caseProblems(document: SourceDocument): Problem[] {
  const cases = valueAt(document.value, ["test_cases"]);
  if (!Array.isArray(cases)) return [];
  return [...duplicateIds(document, cases), ...unfilledPlaceholders(document, cases)];
}

export const UNIQUE_IDS = "Results are kept by id: give each case its own.";

function duplicateIds(document: SourceDocument, cases: readonly unknown[]): Problem[] {
  const firstWith = new Map<string, number>();
  return cases.flatMap((_, index) => {
    const path = ["test_cases", index, "id"];
    const id = valueAt(document.value, path);
    if (typeof id !== "string" || id === "") return [];
    const first = firstWith.get(id);
    if (first === undefined) {
      firstWith.set(id, index);
      return [];
    }
    const { position } = document.locate(["test_cases", first, "id"]);
    const where = position === null ? "" : ` on line ${position.line}`;
    const message = `the id ${quoted(id)} is already that of test_cases[${first}]${where}`;
    return [
      {
        ...document.locate(path),
        path: pathText(path),
        message,
        hint: UNIQUE_IDS,
      },
    ];
  });
}

/** Renders every case that is valid in itself, the others' problems being known already. */
function unfilledPlaceholders(document: SourceDocument, cases: readonly unknown[]): Problem[] {
  const defaultSystem = valueAt(document.value, ["defaults", "system"]);
  return cases.flatMap((value, index) => {
    if (!testCaseSchema.safeParse(value).success) return [];
    const testCase = value as TestCase;
    const problems = placeholderProblems(document, testCase, ["test_cases", index]);
    if (ownSystem(testCase) === undefined && typeof defaultSystem === "string") {
      problems.push(...unfilledIn(document, testCase, ["defaults", "system"], defaultSystem));
    }
    return problems;
  });
}

/** The placeholders of a valid test case that cannot be filled; `here` is where it stands in its document. */
export function placeholderProblems(document: SourceDocument, testCase: TestCase, here: DocumentPath): Problem[] {
  return caseTexts(testCase).flatMap(({ path, text }) => unfilledIn(document, testCase, [...here, ...path], text));
}

function unfilledIn(document: SourceDocument, testCase: TestCase, path: DocumentPath, template: string): Problem[] {
  const variables = testCase.variables ?? {};
  const { unfilled } = renderTemplate(template, variables);
  if (unfilled.length === 0) return [];
  const distinct = new Map(unfilled.map((one) => [one.name, one]));
  return [...distinct.values()].map((one) => {
    const { file, position } = document.locate(path, { text: one.placeholder });
    const message = explain(one, testCase.id) + didYouMean(one.name, variableNames(variables));
    return { file, position, path: pathText(path), message, hint: advice(one, file) };
  });
}

function explain({ name, reason }: Unfilled, id: string): string {
  if (reason === "missing") return `test case ${quoted(id)} has no variable ${quoted(name)}`;
  return `the variable ${quoted(name)} of test case ${quoted(id)} is an object where text is needed`;
}

function advice({ name, placeholder, reason }: Unfilled, file: string): string {
  if (reason === "not_text") return `Name one of its entries, such as {{${name}.name}}.`;
  const escaped = /\.(json|jsonl|ndjson)(\.gz)?$/i.test(file) ? `\\\\${placeholder}` : `\\${placeholder}`;
  return `Add it under the case's variables, or write ${escaped} for the braces themselves.`;
}
