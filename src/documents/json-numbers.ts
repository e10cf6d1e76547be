import { visit } from "jsonc-parser";
import { writtenNumber } from "../core/written-number.ts";

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
