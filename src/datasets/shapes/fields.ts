import { WrittenNumber } from "../../core/written-number.ts";
import { writtenJson } from "../../documents/json-numbers.ts";

/** An object from outside; `fieldAt` reads it without reaching a prototype. */
export type Fields = Readonly<Record<string, unknown>>;

export function isFields(value: unknown): value is Fields {
  return typeof value === "object" && value !== null && !Array.isArray(value) && !(value instanceof WrittenNumber);
}

/** An own field; null counts as absent. */
export function fieldAt(fields: Fields, key: string): unknown {
  return Object.hasOwn(fields, key) ? (fields[key] ?? undefined) : undefined;
}

/** Text, or a number as it is written, or a truth value as text. */
export function textOf(value: unknown): string | null {
  if (typeof value === "string") return value;
  const isPlain = typeof value === "number" || typeof value === "boolean" || typeof value === "bigint";
  return isPlain || value instanceof WrittenNumber ? String(value) : null;
}

/** A field's text; null where there is none, or only white space. */
export function textAt(fields: Fields, key: string): string | null {
  const text = textOf(fieldAt(fields, key));
  return text === null || text.trim() === "" ? null : text;
}

/** A list, also one that a table's cell holds as JSON text. */
export function listOf(value: unknown): readonly unknown[] | null {
  if (Array.isArray(value)) return value;
  return typeof value === "string" && value.trimStart().startsWith("[") ? listOf(parsed(value)) : null;
}

/** An object, also one that a table's cell holds as JSON text. */
export function fieldsOf(value: unknown): Fields | null {
  if (isFields(value)) return value;
  return typeof value === "string" && value.trimStart().startsWith("{") ? fieldsOf(parsed(value)) : null;
}

function parsed(text: string): unknown {
  try {
    return writtenJson(text);
  } catch {
    return undefined;
  }
}

/** The texts of one value or of a list of them; null where something else stands among them. */
export function textsOf(value: unknown): string[] | null {
  const list = listOf(value) ?? [value];
  const texts = list.map(textOf).filter((text) => text !== null);
  return texts.length === list.length ? texts : null;
}

/** `expected` and `references` of one right answer or several. */
export function answersOf(texts: readonly string[]): { expected?: string; references?: string[] } {
  const [expected, ...references] = texts;
  if (expected === undefined) return {};
  return references.length === 0 ? { expected } : { expected, references };
}

/** What a shape does not use goes into the metadata, beside those that the source has. */
export function metadataOf(record: Fields, used: readonly string[]): { metadata?: Fields } {
  const own = fieldAt(record, "metadata");
  const rest = Object.entries(record).filter(
    ([key, value]) => value !== null && value !== undefined && key !== "metadata" && !used.includes(key),
  );
  const entries = [...(isFields(own) ? Object.entries(own) : own === undefined ? [] : [["metadata", own]]), ...rest];
  return entries.length === 0 ? {} : { metadata: Object.fromEntries(entries) as Fields };
}

/** An object without the entries that are undefined. */
export function defined(fields: Fields): Fields {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined));
}
