import type { z } from "zod";
import { plainNumbers, WrittenNumber } from "../core/written-number.ts";
import type { Problem } from "./problem.ts";
import { keysAllowedAt } from "./schema-walk.ts";
import { pathText, valueAt } from "./source-document.ts";
import type { DocumentPath, LocateOptions, SourceDocument } from "./source-document.ts";
import { didYouMean, nearMiss } from "./suggest.ts";
import { describeValue, either, kindInWords, quoted } from "./words.ts";

type Issue = z.core.$ZodIssue;

export type Checked<T> =
  | { readonly ok: true; readonly value: T }
  | {
      readonly ok: false;
      /** The first thousand. */
      readonly problems: readonly Problem[];
      /** How many there are. */
      readonly count: number;
    };

/** More violations of one document are counted, not looked for in its text. */
const KEPT = 1000;

/**
 * Holds a document against a schema; every violation comes back as a problem in plain words.
 * The value is the document's own, with plain numbers, so the schema may check but not transform: Zod would drop a key
 * `__proto__`. Messages quote numbers as they are written.
 * Values at paths that `conceals` names are secrets, as headers may be: neither they nor their lines are shown.
 */
export function checkSchema<T>(
  schema: z.ZodType<T>,
  document: SourceDocument,
  conceals: (path: DocumentPath) => boolean = (path) => path.includes("headers"),
): Checked<T> {
  const plain = plainNumbers(document.value);
  const parsed = schema.safeParse(plain);
  if (parsed.success) return { ok: true, value: plain as T };
  const issues = parsed.error.issues.flatMap((issue) => flattened(issue, []));
  // A misspelt key is also a missing one; it is told once.
  const meant = new Set(issues.slice(0, KEPT).flatMap((issue) => misspeltKeys(schema, issue)));
  const told = issues
    .filter((issue) => !(isMissing(issue, document.value) && meant.has(pathText(issue.path as DocumentPath))))
    .filter((issue) => !oneOfMissing(issue).some((path) => meant.has(pathText(path))));
  const problems: Problem[] = [];
  let count = 0;
  for (const issue of told) {
    const keys = issue.code === "unrecognized_keys" ? issue.keys.length : 1;
    count += keys;
    if (problems.length < KEPT) problems.push(...inWords(schema, document, issue, conceals, KEPT - problems.length));
  }
  return { ok: false, problems, count };
}

/** Opens a union's issue: to those of the alternative that fits the value's kind, where one does. */
function flattened(issue: Issue, base: DocumentPath): Issue[] {
  const path = [...base, ...(issue.path as DocumentPath)];
  if (issue.code === "invalid_union" && issue.message === "Invalid input") {
    const fitting = issue.errors.find((inner) => !inner.some((one) => one.path.length === 0 && isKindIssue(one)));
    if (fitting !== undefined) return fitting.flatMap((inner) => flattened(inner, path));
  }
  return [{ ...issue, path }];
}

const isKindIssue = (issue: Issue): boolean =>
  issue.code === "invalid_type" || issue.code === "invalid_value" || issue.code === "invalid_union";

const isMissing = (issue: Issue, value: unknown): boolean =>
  isKindIssue(issue) && issue.path.length > 0 && valueAt(value, issue.path as DocumentPath) === undefined;

/** Where keys could stand of which one is wanted. */
function oneOfMissing(issue: Issue): DocumentPath[] {
  const keys: unknown = issue.code === "custom" ? issue.params?.["missing"] : undefined;
  return Array.isArray(keys) ? keys.map((key) => (issue.path as DocumentPath).concat(String(key))) : [];
}

function misspeltKeys(schema: z.ZodType, issue: Issue): string[] {
  if (issue.code !== "unrecognized_keys") return [];
  const path = issue.path as DocumentPath;
  const allowed = keysAllowedAt(schema, path);
  return issue.keys.slice(0, KEPT).flatMap((key) => {
    const meant = nearMiss(key, allowed);
    return meant === null ? [] : [pathText([...path, meant])];
  });
}

function inWords(
  schema: z.ZodType,
  document: SourceDocument,
  issue: Issue,
  conceals: (path: DocumentPath) => boolean,
  most: number,
): Problem[] {
  const path = issue.path as DocumentPath;
  const at = (where: DocumentPath, message: string, hint?: string, options?: LocateOptions): Problem => {
    const { file, position } = document.locate(where, options);
    const shown = position !== null && conceals(where) ? { ...position, lineText: null } : position;
    const found = { file, position: shown, path: pathText(where), message };
    return hint === undefined ? found : { ...found, hint };
  };
  if (issue.code === "unrecognized_keys") {
    const allowed = keysAllowedAt(schema, path);
    return issue.keys.slice(0, most).map((key) => {
      const suggestion = didYouMean(key, allowed);
      const hint = suggestion === "" && allowed.length > 0 ? `Allowed here: ${allowed.join(", ")}.` : undefined;
      return at([...path, key], `unknown key ${quoted(key)}${suggestion}`, hint, { key: true });
    });
  }
  if (isMissing(issue, document.value)) {
    const hint = issue.code === "invalid_value" ? `It must be ${either(issue.values.map(describeValue))}.` : undefined;
    return [at(path.slice(0, -1), `missing ${quoted(String(path.at(-1)))}`, hint)];
  }
  if (issue.code === "invalid_key") {
    return [at(path, issue.issues[0]?.message ?? issue.message, undefined, { key: true })];
  }
  if (issue.code === "custom" && issue.params?.["whole"] === true) return [at(path, issue.message)];
  const value = valueAt(document.value, path);
  const isNothing = value === null && path.length === 0;
  const found = conceals(path) ? "" : `, found ${isNothing ? "nothing" : describeValue(value)}`;
  return [at(path, demand(issue, value) + found + suggestedValue(issue, value), quotesHint(issue, value))];
}

function suggestedValue(issue: Issue, value: unknown): string {
  if (issue.code !== "invalid_value" || typeof value !== "string") return "";
  return didYouMean(
    value,
    issue.values.filter((allowed) => typeof allowed === "string"),
  );
}

/** YAML reads an unquoted `version: 1.0` as a number, and a quoted `"0"` as text. */
function quotesHint(issue: Issue, value: unknown): string | undefined {
  if (issue.code === "invalid_type" && typeof value === "string" && isWritten(issue.expected, value.trim())) {
    return `Take the quotes away: ${value.trim()}`;
  }
  const isBare = typeof value === "number" || typeof value === "boolean" || value instanceof WrittenNumber;
  const wantsText = issue.code === "invalid_type" && issue.expected === "string";
  return isBare && wantsText ? "Put it in quotes to make it text." : undefined;
}

const isWritten = (kind: string, text: string): boolean =>
  kind === "boolean"
    ? text === "true" || text === "false"
    : (kind === "number" || kind === "int") && /^-?\d+(\.\d+)?$/.test(text);

/** What the schema wants at an issue's place. */
function demand(issue: Issue, value: unknown): string {
  if (issue.code === "invalid_type") return `expected ${kindInWords(issue.expected)}`;
  if (issue.code === "invalid_value") return `expected ${either(issue.values.map(describeValue))}`;
  if (issue.code === "invalid_union" && issue.message === "Invalid input") {
    return `expected ${either(issue.errors.flatMap(kindsWanted))}`;
  }
  if (issue.code === "too_small") return atLeast(value, Number(issue.minimum), issue.inclusive !== false);
  if (issue.code === "too_big")
    return `expected ${issue.inclusive === false ? "less than" : "at most"} ${issue.maximum}`;
  return issue.message;
}

function atLeast(value: unknown, minimum: number, inclusive: boolean): string {
  if (typeof value === "number" || value instanceof WrittenNumber)
    return `expected ${inclusive ? `${minimum} or more` : `more than ${minimum}`}`;
  const what = typeof value === "string" ? "character" : "entry";
  return `expected at least ${minimum === 1 ? `one ${what}` : `${minimum} of them`}`;
}

function kindsWanted(alternative: readonly Issue[]): string[] {
  return alternative.flatMap((issue) => {
    if (issue.code === "invalid_type") return [kindInWords(issue.expected)];
    return issue.code === "invalid_value" ? issue.values.map(describeValue) : [];
  });
}
