import { messageOf } from "../core/errors.ts";
import type { DocumentPath } from "./source-document.ts";
import { describeValue } from "./words.ts";

/** A value that JSON would lose or change, and where it stands. */
export interface Unfit {
  readonly path: DocumentPath;
  readonly message: string;
}

/** More of them are not looked for. */
const MOST = 1000;
/** Deeper values end the writer's stack. */
const DEEPEST = 2000;
/** Of a path, as far as it helps. */
const SHOWN_STEPS = 12;

/**
 * What of a program's value JSON would lose, change or choke on: no number (`NaN`, `Infinity`), a bigint, a function, a
 * symbol, a hole in a list, a `Map` or another object without entries of its own, a circle, a getter that throws. Members
 * that are undefined are left out, as everywhere, and what has a `toJSON`, as a date has, says itself what it is.
 */
export function unfitForJson(value: unknown): Unfit[] {
  const found: Unfit[] = [];
  const around = new Set<object>();
  const visit = (read: () => unknown, path: DocumentPath, inList: boolean): void => {
    if (found.length >= MOST) return;
    try {
      const entry = read();
      const wrong = inList && entry === undefined ? "nothing has no place in a list" : complaintOf(entry, around, path);
      if (wrong !== null) found.push({ path: path.slice(0, SHOWN_STEPS), message: wrong });
      else if (typeof entry === "object" && entry !== null) entriesOf(entry, path);
    } catch (error) {
      found.push({ path, message: `this cannot be read: ${messageOf(error)}` });
    }
  };
  const entriesOf = (entry: object, path: DocumentPath): void => {
    if (isText(entry)) return;
    around.add(entry);
    if (Array.isArray(entry)) {
      for (let index = 0; index < entry.length; index += 1) visit(() => entry[index], [...path, index], true);
    } else {
      for (const key of Object.keys(entry)) {
        visit(() => (entry as Readonly<Record<string, unknown>>)[key], [...path, key], false);
      }
    }
    around.delete(entry);
  };
  visit(() => value, [], false);
  return found;
}

function complaintOf(value: unknown, around: ReadonlySet<object>, path: DocumentPath): string | null {
  if (typeof value === "number") return Number.isFinite(value) ? null : `${value} is no number that JSON has`;
  if (typeof value === "bigint") return "a bigint is no number that JSON has: give a number, or text";
  if (typeof value === "function" || typeof value === "symbol")
    return `${describeValue(value)} cannot be written as JSON`;
  if (typeof value !== "object" || value === null || isText(value)) return null;
  if (around.has(value)) return "this is part of itself, a circle that JSON cannot hold";
  if (path.length > DEEPEST) return `this is nested more than ${DEEPEST} levels deep`;
  if (Array.isArray(value)) return null;
  const kind: unknown = Object.getPrototypeOf(value);
  if (kind === Object.prototype || kind === null) return null;
  if (!ArrayBuffer.isView(value) && Object.keys(value).length > 0) return null;
  return `${kindOf(value)} cannot be written as JSON: give a plain object or a list`;
}

function kindOf({ constructor }: object): string {
  const name = typeof constructor === "function" ? constructor.name : "";
  return name === "" ? "an object without entries" : `a ${name}`;
}

/** What JSON writes as one value: a date and whatever else has a `toJSON`, a number as a file writes it, boxed values. */
const isText = (value: object): boolean =>
  BOXED.has(Object.prototype.toString.call(value)) || ("toJSON" in value && typeof value.toJSON === "function");

/** A number as a file writes it is one of them. */
const BOXED: ReadonlySet<string> = new Set(["[object String]", "[object Number]", "[object Boolean]"]);
