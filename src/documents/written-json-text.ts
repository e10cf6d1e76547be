import { WrittenNumber } from "../core/written-number.ts";

/** JSON's own syntax of numbers. */
const JSON_NUMBER = /^-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?$/;

/** Whether JSON has a number as it is written; it has no `007` and no `.inf`. */
export const isJsonNumber = ({ text }: WrittenNumber): boolean => JSON_NUMBER.test(text);

/**
 * A value as JSON, as `JSON.stringify` writes it, but with numbers as they are written, and as text where JSON has no
 * such number.
 */
export function writtenJsonText(value: unknown, indent = 0): string {
  return hasWrittenNumbers(value) ? written(value, indent, "\n") : JSON.stringify(value, null, indent);
}

function written(value: unknown, indent: number, newLine: string): string {
  if (value instanceof WrittenNumber) return isJsonNumber(value) ? value.text : JSON.stringify(value.text);
  if (typeof value !== "object" || value === null || !hasWrittenNumbers(value)) {
    const text = JSON.stringify(value, null, indent) ?? "null";
    return indent === 0 ? text : text.replaceAll("\n", newLine);
  }
  const inner = newLine + " ".repeat(indent);
  const parts = Array.isArray(value)
    ? value.map((entry: unknown) => written(entry, indent, inner))
    : Object.entries(value).flatMap(([key, entry]) =>
        entry === undefined
          ? []
          : [`${JSON.stringify(key)}:${indent === 0 ? "" : " "}${written(entry, indent, inner)}`],
      );
  const [first, last] = Array.isArray(value) ? ["[", "]"] : ["{", "}"];
  if (indent === 0) return first + parts.join(",") + last;
  return `${first}${inner}${parts.join(`,${inner}`)}${newLine}${last}`;
}

/** Whether numbers as they are written stand anywhere in a value. */
export function hasWrittenNumbers(value: unknown): boolean {
  if (typeof value !== "object" || value === null) return false;
  if (value instanceof WrittenNumber) return true;
  return (Array.isArray(value) ? value : Object.values(value)).some(hasWrittenNumbers);
}
