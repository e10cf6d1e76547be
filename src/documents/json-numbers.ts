import { visit } from "jsonc-parser";
import { WrittenNumber, writtenNumber } from "../core/written-number.ts";

/** What may be a number; inside texts it may also be something else. */
const NUMBER = /(?:^|[:,[])\s*(-?\d[\d.eE+-]*)(?=\s*(?:[,}\]]|$))/g;

/** Whether a JSON text has a number that JavaScript would write in another way, or a text that looks like one. */
export function mayHaveWrittenNumbers(json: string): boolean {
  for (const [, text = ""] of json.matchAll(NUMBER)) {
    // Most numbers are short and whole: those need no look.
    if (text.length < 16 && !/[.eE]|^-0$/.test(text)) continue;
    if (String(Number(text)) !== text) return true;
  }
  return false;
}

/** The value of a JSON text that `JSON.parse` takes, with its numbers as they are written. */
export function writtenJson(json: string): unknown {
  const parsed: unknown = JSON.parse(json);
  return mayHaveWrittenNumbers(json) ? valueOf(json) : parsed;
}

/** As `writtenJson`, for a text that is known to be in order and to have such numbers. */
export function valueOf(json: string): unknown {
  const open: (unknown[] | Record<string, unknown>)[] = [];
  let root: unknown;
  let key = "";
  const put = (value: unknown): void => {
    const into = open.at(-1);
    if (into === undefined) root = value;
    else if (Array.isArray(into)) into.push(value);
    // An assignment would reach the prototype.
    else if (key === "__proto__") {
      Object.defineProperty(into, key, { value, writable: true, enumerable: true, configurable: true });
    } else into[key] = value;
  };
  const keys: string[] = [];
  const begin = (container: unknown[] | Record<string, unknown>): void => {
    put(container);
    open.push(container);
    keys.push(key);
  };
  const end = (): void => {
    open.pop();
    key = keys.pop() ?? "";
  };
  visit(json, {
    onObjectBegin: () => begin({}),
    onObjectProperty: (name) => void (key = name),
    onObjectEnd: end,
    onArrayBegin: () => begin([]),
    onArrayEnd: end,
    onLiteralValue(value: unknown, offset, length) {
      put(typeof value === "number" ? writtenNumber(json.slice(offset, offset + length), value) : value);
    },
  });
  return root;
}

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
