const SHOWN_TEXT = 40;

/** A value as a message names what it found: scalars as they are, clipped; the rest by kind. */
export function describeValue(value: unknown): string {
  if (typeof value === "string") return quoted(value);
  if (value === undefined) return "nothing";
  if (Array.isArray(value)) return value.length === 0 ? "an empty list" : "a list";
  if (typeof value === "number" || typeof value === "boolean" || value === null) return String(value);
  return typeof value === "object" ? "an object" : `a ${typeof value}`;
}

/** Text in double quotes, on one line, clipped. */
export function quoted(text: string): string {
  const clipped = text.length > SHOWN_TEXT ? `${text.slice(0, SHOWN_TEXT)}…` : text;
  return JSON.stringify(clipped.replace(/[\p{Cc}\p{Cs}]/gu, (character) => (character === "\n" ? "\n" : " ")));
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
