/** Narrowing of what a server sent: cheap enough to run on every event of a stream. */

import { isoTimeOf } from "../../core/clock.ts";

export type Fields = Readonly<Record<string, unknown>>;

export function isFields(value: unknown): value is Fields {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

const NOTHING: Fields = {};
const NONE: readonly Fields[] = [];

/** The object at `key`, or an empty one. */
export function fieldsAt(fields: Fields, key: string): Fields {
  const value = fields[key];
  return isFields(value) ? value : NOTHING;
}

/** The objects in the array at `key`. */
export function listAt(fields: Fields, key: string): readonly Fields[] {
  const value = fields[key];
  return Array.isArray(value) ? value.filter((entry) => isFields(entry)) : NONE;
}

export function textAt(fields: Fields, key: string): string | null {
  const value = fields[key];
  return typeof value === "string" ? value : null;
}

/** A text that says something: an id or a name that is empty is none. */
export function wordAt(fields: Fields, key: string): string | null {
  return textAt(fields, key) || null;
}

/** The date that seconds since 1970 stand for, in ISO-8601; 0 is what servers fill in that have none. */
export function dateAt(fields: Fields, key: string): string | null {
  const seconds = fields[key];
  return seconds === 0 ? null : isoTimeOf(seconds);
}

/** A number of tokens; anything but a non-negative integer is unknown. */
export function countAt(fields: Fields, key: string): number | null {
  const value = fields[key];
  return typeof value === "number" && Number.isSafeInteger(value) && value >= 0 ? value : null;
}

/** A number that is not negative: a cost, a duration. */
export function numberAt(fields: Fields, key: string): number | null {
  const value = fields[key];
  return typeof value === "number" && Number.isFinite(value) && value >= 0 ? value : null;
}

/** The value of a JSON text, or undefined when it is none. */
export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
