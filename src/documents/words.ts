import { WrittenNumber } from "../core/written-number.ts";

const SHOWN_TEXT = 40;

/** A value as a message names what it found: scalars as they are, clipped; the rest by kind. */
export function describeValue(value: unknown): string {
  if (typeof value === "string") return quoted(value);
  if (value instanceof WrittenNumber) return clipped(value.text, SHOWN_TEXT);
  if (value === undefined) return "nothing";
  if (Array.isArray(value)) return value.length === 0 ? "an empty list" : "a list";
  if (typeof value === "number" || typeof value === "boolean" || value === null) return String(value);
  return typeof value === "object" ? "an object" : `a ${typeof value}`;
}

/** Text of at most this many characters, and then an ellipsis. */
export function clipped(text: string, characters: number): string {
  return text.length > characters ? `${text.slice(0, characters)}…` : text;
}

/** Text in double quotes, on one line, clipped. */
export function quoted(text: string): string {
  return JSON.stringify(
    clipped(text, SHOWN_TEXT).replace(/[\p{Cc}\p{Cs}]/gu, (character) => (character === "\n" ? "\n" : " ")),
  );
}

/** `a`, `a or b`, `a, b or c`. */
export function either(alternatives: readonly string[]): string {
  const distinct = [...new Set(alternatives)];
  const last = distinct.pop() ?? "";
  return distinct.length === 0 ? last : `${distinct.join(", ")} or ${last}`;
}

const KINDS: Readonly<Record<string, string>> = {
  string: "text",
  number: "a number",
  int: "a whole number",
  boolean: "true or false",
  array: "a list",
  object: "an object",
  record: "an object",
  null: "null",
};

/** A schema's name for a kind of value, in plain words. */
export function kindInWords(kind: string): string {
  return KINDS[kind] ?? kind;
}
