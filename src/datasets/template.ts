import type { VariableValue } from "../core/dataset.ts";
import { WrittenNumber } from "../core/written-number.ts";

/** A placeholder that could not be filled, or template logic, which is not run. */
export interface Unfilled {
  /** As it is written, `{{ user.name }}`. */
  readonly placeholder: string;
  /** As it was looked up, `user.name`; for logic as it is written. */
  readonly name: string;
  /** `missing`: no such variable; `not_text`: an object stands where text is needed; `logic`: `{{ a | upper }}`, `{% if a %}`. */
  readonly reason: "missing" | "not_text" | "logic";
}

/** A text with its variables filled in; what could not be filled stands there as it was. */
export interface Rendered extends Filling {
  /** The template itself where it would become too long. */
  readonly text: string;
}

/** What filling a template comes to, without its text. */
export interface Filling {
  readonly unfilled: readonly Unfilled[];
  /** How long the text is. */
  readonly length: number;
}

/** A longer text is not made: no model takes it, and a few of them fill the memory. */
export const MOST_CHARACTERS = 16 * 1024 * 1024;

const NAME = String.raw`[\p{L}\p{M}\p{N}_$-]+(?:\.[\p{L}\p{M}\p{N}_$-]+)*`;

/*
 * What is taken for template logic of other tools. Each pattern ends at the next braces of its kind, so that a text is
 * read in linear time.
 */
/** `{{ name | upper }}`, perhaps with arguments; not `{{ a || b }}`. */
const FILTER = String.raw`\{\{[-~]?\s*${NAME}\s*\|\s*[\p{L}_][^{}]*(?:\{[^{}]*\}[^{}]*)*\}\}`;
/** The same with braces in the texts of its arguments: `{{ name | replace("}", "") }}`. Short, so that nothing is read often. */
const TEXT = String.raw`(?:"[^"\n]{0,80}"|'[^'\n]{0,80}')`;
const FILTER_OF_TEXTS = String.raw`\{\{[-~]?\s*${NAME}\s*\|\s*[\p{L}_][^{}"'\n]{0,80}(?:${TEXT}[^{}"'\n]{0,80}){1,8}\}\}`;
/** `{{#each items}}` and `{{/each}}`. */
const SECTION = String.raw`\{\{~?[#/][^{}]+\}\}`;
/** `{% if a %}`: on one line whatever stands in it, over several lines without braces. */
const TAG = String.raw`\{%[-+]?\s*[A-Za-z_](?:(?:(?!\{%|%\})[^\n])*%\}|(?:[^{}%]|%(?!\}))*%\})`;

/**
 * `{{name}}` or `{{a.b}}`, white space inside ignored; a name is letters, digits, `_`, `-` and `$`. Besides that the
 * logic of other tools. Other text in braces, such as `{{ color: "red" }}`, is neither and stays as it is.
 */
const BARE = new RegExp(String.raw`\{\{\s*(${NAME})\s*\}\}|${FILTER}|${FILTER_OF_TEXTS}|${SECTION}|${TAG}`, "gu");
/** The same, with the backslash that makes it a literal one. */
const MARKS = new RegExp(String.raw`\\?(?:${BARE.source})`, "gu");

const mayHaveMarks = (text: string): boolean => text.includes("{{") || text.includes("{%");

/**
 * Fills `{{name}}` and `{{a.b}}` from own properties; `\{{name}}` gives a literal `{{name}}`, `\{% if %}` a literal
 * `{% if %}`. One pass: a value that goes in is never expanded again.
 * A text of more than `most` characters is not made.
 */
export function renderTemplate(
  template: string,
  variables: Readonly<Record<string, VariableValue>>,
  most: number = MOST_CHARACTERS,
): Rendered {
  if (!mayHaveMarks(template)) return { text: template, unfilled: [], length: template.length };
  const parts: string[] = [];
  const { unfilled, length } = fill(template, variables, parts, most);
  return { unfilled, length, text: length > most ? template : parts.join("") };
}

/** What filling a template would come to, without making its text. */
export function fillingOf(template: string, variables: Readonly<Record<string, VariableValue>>): Filling {
  if (!mayHaveMarks(template)) return { unfilled: [], length: template.length };
  return fill(template, variables, null, MOST_CHARACTERS);
}

function fill(
  template: string,
  variables: Readonly<Record<string, VariableValue>>,
  into: string[] | null,
  most: number,
): Filling {
  const unfilled: Unfilled[] = [];
  let length = 0;
  let end = 0;
  const put = (text: string): void => {
    length += text.length;
    into?.push(text);
  };
  for (const match of template.matchAll(MARKS)) {
    const [mark, name] = match;
    if (match.index > end) put(template.slice(end, match.index));
    end = match.index + mark.length;
    if (mark.startsWith("\\")) {
      put(mark.slice(1));
      continue;
    }
    const value = name === undefined ? undefined : lookUp(variables, name.split("."));
    if (typeof value === "string") put(value);
    else if (isScalar(value)) put(String(value));
    else {
      const reason = name === undefined ? "logic" : value === undefined ? "missing" : "not_text";
      unfilled.push({ placeholder: mark, name: name ?? mark, reason });
      put(mark);
    }
    if (length > most) return { unfilled, length };
  }
  put(template.slice(end));
  return { unfilled, length };
}

/** A template that renders as exactly this text, whatever braces it holds. */
export function literalTemplate(text: string): string {
  return mayHaveMarks(text) ? text.replace(BARE, "\\$&") : text;
}

/** The first piece of template logic in a text; undefined where there is none. */
export const templateLogic = (template: string): string | undefined =>
  fillingOf(template, {}).unfilled.find(({ reason }) => reason === "logic")?.placeholder;

/** The variables that a template asks for, each once, in the order of their first use. */
export function templateVariables(template: string): string[] {
  if (!template.includes("{{")) return [];
  const names = new Set<string>();
  for (const [placeholder, name] of template.matchAll(MARKS)) {
    if (name !== undefined && !placeholder.startsWith("\\")) names.add(name);
  }
  return [...names];
}

/** The names by which variables can be used: `language`, `user.name`. */
export function variableNames(variables: Readonly<Record<string, VariableValue>>, prefix = ""): string[] {
  return Object.entries(variables).flatMap(([key, value]) =>
    isNest(value) ? variableNames(value, `${prefix}${key}.`) : [prefix + key],
  );
}

// null cannot pass the schema, but for under a key `__proto__`, which Zod does not look at.
const isNest = (value: VariableValue | undefined): value is Readonly<Record<string, VariableValue>> =>
  typeof value === "object" && value !== null && !(value instanceof WrittenNumber);

const isScalar = (value: unknown): value is number | boolean | WrittenNumber =>
  typeof value === "number" || typeof value === "boolean" || value instanceof WrittenNumber;

function lookUp(
  variables: Readonly<Record<string, VariableValue>>,
  steps: readonly string[],
): VariableValue | undefined {
  let value: VariableValue | undefined = variables;
  for (const step of steps) {
    if (!isNest(value) || !Object.hasOwn(value, step)) return undefined;
    value = value[step];
  }
  return value;
}
