import type { VariableValue } from "../core/dataset.ts";

/** A placeholder that could not be filled. */
export interface Unfilled {
  /** As it is written, `{{ user.name }}`. */
  readonly placeholder: string;
  /** As it was looked up, `user.name`. */
  readonly name: string;
  /** `missing`: no such variable; `not_text`: an object stands where text is needed. */
  readonly reason: "missing" | "not_text";
}

/** A text with its variables filled in; what could not be filled stands there as it was. */
export interface Rendered {
  readonly text: string;
  readonly unfilled: readonly Unfilled[];
}

/**
 * `{{name}}` or `{{a.b}}`, white space inside ignored; a name is letters, digits, `_`, `-` and `$`.
 * Other text in double braces, such as `{{ color: "red" }}`, is no placeholder and stays as it is.
 */
const BARE_PLACEHOLDER = /\{\{\s*([\p{L}\p{M}\p{N}_$-]+(?:\.[\p{L}\p{M}\p{N}_$-]+)*)\s*\}\}/gu;
/** The same, with the backslash that makes it a literal one. */
const PLACEHOLDER = new RegExp(String.raw`\\?${BARE_PLACEHOLDER.source}`, "gu");

/**
 * Fills `{{name}}` and `{{a.b}}` from own properties; `\{{name}}` gives a literal `{{name}}`.
 * One pass: a value that goes in is never expanded again.
 */
export function renderTemplate(template: string, variables: Readonly<Record<string, VariableValue>>): Rendered {
  const unfilled: Unfilled[] = [];
  const text = template.replace(PLACEHOLDER, (placeholder: string, name: string) => {
    if (placeholder.startsWith("\\")) return placeholder.slice(1);
    const value = lookUp(variables, name.split("."));
    if (typeof value === "string") return value;
    if (typeof value === "number" || typeof value === "boolean") return String(value);
    unfilled.push({ placeholder, name, reason: value === undefined ? "missing" : "not_text" });
    return placeholder;
  });
  return { text, unfilled };
}

/** A template that renders as exactly this text, whatever double braces it holds. */
export function literalTemplate(text: string): string {
  return text.includes("{{") ? text.replace(BARE_PLACEHOLDER, "\\$&") : text;
}

/** The variables that a template asks for, each once, in the order of their first use. */
export function templateVariables(template: string): string[] {
  const names = new Set<string>();
  for (const [placeholder, name] of template.matchAll(PLACEHOLDER)) {
    if (name !== undefined && !placeholder.startsWith("\\")) names.add(name);
  }
  return [...names];
}

/** The names by which variables can be used: `language`, `user.name`. */
export function variableNames(variables: Readonly<Record<string, VariableValue>>, prefix = ""): string[] {
  return Object.entries(variables).flatMap(([key, value]) =>
    typeof value === "object" && value !== null ? variableNames(value, `${prefix}${key}.`) : [prefix + key],
  );
}

function lookUp(
  variables: Readonly<Record<string, VariableValue>>,
  steps: readonly string[],
): VariableValue | undefined {
  let value: VariableValue | undefined = variables;
  for (const step of steps) {
    // null cannot pass the schema, but for under a key `__proto__`, which Zod does not look at.
    if (typeof value !== "object" || value === null || !Object.hasOwn(value, step)) return undefined;
    value = value[step];
  }
  return value;
}
