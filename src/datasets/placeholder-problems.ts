import type { VariableValue } from "../core/dataset.ts";
import type { Problem } from "../documents/problem.ts";
import { pathText, type DocumentPath, type SourceDocument } from "../documents/source-document.ts";
import { didYouMean } from "../documents/suggest.ts";
import { quoted } from "../documents/words.ts";
import type { CaseText } from "./case-texts.ts";
import { joined, NO_PROBLEMS, type FoundProblems } from "./found-problems.ts";
import { fillingOf, MOST_CHARACTERS, variableNames, type Unfilled } from "./template.ts";

/** More are counted: each is looked for in the text. */
const KEPT = 1000;
/** Beyond these nobody reads what was meant. */
const SUGGESTED = 100;

/** What fills the texts of a case. */
export interface Filler {
  readonly id: string;
  readonly variables: Readonly<Record<string, VariableValue>>;
  /** Which reasons are not told, since something else that is told explains them. */
  readonly silent?: ReadonlySet<Unfilled["reason"]>;
}

/** What is wrong with the templates of a case, which stands at `here` in its document. */
export function placeholderProblems(
  document: SourceDocument,
  texts: readonly CaseText[],
  here: DocumentPath,
  filler: Filler,
): FoundProblems {
  let all = NO_PROBLEMS;
  let length = 0;
  for (const { path, text } of texts) {
    const filling = fillingOf(text, filler.variables);
    const place: DocumentPath = [...here, ...path];
    all = joined(all, unfilledProblems(document, place, filling.unfilled, filler));
    const wasShort = length <= MOST_CHARACTERS;
    length += filling.length;
    // What is long as it stands there is a matter of the file.
    if (wasShort && length > MOST_CHARACTERS && filling.length > text.length) {
      all = joined(all, { problems: [tooLong(document, place, filler.id)], count: 1 });
    }
  }
  return all;
}

/** Whether the templates of a case can be filled; quick for those that can. */
export function canBeFilled(texts: readonly CaseText[], variables: Filler["variables"]): boolean {
  let length = 0;
  for (const { text } of texts) {
    const filling = fillingOf(text, variables);
    length += filling.length;
    if (filling.unfilled.length > 0 || (length > MOST_CHARACTERS && filling.length > text.length)) return false;
  }
  return true;
}

function unfilledProblems(
  document: SourceDocument,
  path: DocumentPath,
  unfilled: readonly Unfilled[],
  { id, variables, silent }: Filler,
): FoundProblems {
  const distinct = new Map<string, Unfilled>();
  for (const one of unfilled) if (silent?.has(one.reason) !== true) distinct.set(one.name, one);
  if (distinct.size === 0) return NO_PROBLEMS;
  const names = variableNames(variables);
  const problems = [...distinct.values()].slice(0, KEPT).map((one, index): Problem => {
    const { file, position } = document.locate(path, { text: one.placeholder });
    const meant = one.reason !== "logic" && index < SUGGESTED ? didYouMean(one.name, names) : "";
    return { file, position, path: pathText(path), message: explain(one, id) + meant, hint: advice(one, file) };
  });
  return { problems, count: distinct.size };
}

function tooLong(document: SourceDocument, path: DocumentPath, id: string): Problem {
  const most = MOST_CHARACTERS / 1024 / 1024;
  return {
    ...document.locate(path),
    path: pathText(path),
    message: `with its variables filled in, test case ${quoted(id)} has more than ${most} million characters`,
    hint: "Use its variables less often, or shorter ones: no model takes that much.",
  };
}

function explain({ name, reason }: Unfilled, id: string): string {
  if (reason === "missing") return `test case ${quoted(id)} has no variable ${quoted(name)}`;
  if (reason === "logic") return `${quoted(name)} is template logic, which is not run`;
  return `the variable ${quoted(name)} of test case ${quoted(id)} is an object where text is needed`;
}

const LONGEST_SHOWN = 100;

function advice({ name, placeholder, reason }: Unfilled, file: string): string {
  if (reason === "not_text") return `Name one of its entries, such as {{${name}.name}}.`;
  const backslash = /\.(json|jsonl|ndjson)(\.gz)?$/i.test(file) ? "\\\\" : "\\";
  // In double quotes a backslash is an escape of YAML's own.
  const quotes = /\.ya?ml(\.gz)?$/i.test(file);
  if (reason === "logic") {
    const braces = placeholder.slice(0, 2);
    const escaped = `${backslash}${braces}${quotes ? ` (in double quotes \\\\${braces})` : ""}`;
    return `Only {{name}} and {{a.b}} are filled in. If the text itself is meant, escape it: ${escaped}.`;
  }
  if (placeholder.length > LONGEST_SHOWN) return "Add it under the case's variables.";
  const inQuotes = quotes ? `, in double quotes \\\\${placeholder},` : "";
  return `Add it under the case's variables, or write ${backslash}${placeholder}${inQuotes} for the braces themselves.`;
}
